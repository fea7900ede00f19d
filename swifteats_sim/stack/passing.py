"""How a cart passes steps: one after the other, until one refuses it."""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.domain.effects import Unavailable
from swifteats_sim.domain.messages import UNAVAILABLE, Cart, Refusal
from swifteats_sim.stack.service import Process

Passing = Callable[[Cart, int], Process]
"""A step: passes a cart, in the attempt of that number; returns the Refusal that ends its path, the Cart that goes on
in its place, or neither."""

PRIME = (1 << 61) - 1
"""Addresses of very deep nesting are folded below this."""


def pass_steps(steps: tuple[Passing, ...], cart: Cart, attempt: int) -> Process:
    """Pass these steps in turn: the Refusal that ended it, or the Cart that came through."""
    for step in steps:
        try:
            answer = yield from step(cart, attempt)
        except Unavailable:
            return UNAVAILABLE
        if isinstance(answer, Refusal):
            return answer
        if answer is not None:
            cart = answer
    return cart


def refusal_of(answer: Refusal | Cart) -> Refusal | None:
    """The Refusal, where it is one: what the client is told."""
    return answer if isinstance(answer, Refusal) else None

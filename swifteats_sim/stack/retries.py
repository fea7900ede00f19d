"""A step `retry` of the path of orders: what is inside is tried again where the infrastructure refuses or is late."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import simpy

from swifteats_sim.domain.messages import UNAVAILABLE, Cart, Refusal
from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.retrying import Budget, Terms
from swifteats_sim.engine.streams import Stream
from swifteats_sim.scenario.steps import RetryTerms
from swifteats_sim.stack.passing import PRIME, Passing, pass_steps, refusal_of
from swifteats_sim.stack.service import Process

ATTEMPTS = 64
"""More than the attempts of a retry."""


class Tries(NamedTuple):
    """What an order's client does who tries again.

    again : the cart that it sends then, given the one before and the number of the try; left : told of a try that the
    client no longer waits for, though it runs on; late : of what such a try is answered in the end; dropped : of a
    refusal after which the client tries again.
    """

    again: Callable[[Cart, int], Cart]
    left: Callable[[Cart], None]
    late: Callable[[Cart, Refusal | None], None]
    dropped: Callable[[Cart, Refusal], None]


def same_order(
    left: Callable[[Cart], None] = lambda cart: None,
    late: Callable[[Cart, Refusal | None], None] = lambda cart, answer: None,
) -> Tries:
    """Tries that all name the order, so that the platform knows it."""
    return Tries(lambda cart, tries: cart, left, late, lambda cart, refusal: None)


class Client(NamedTuple):
    """What clients do in a step `retry` that sends the order again, and in one that repeats a part of its way."""

    order: Tries
    part: Tries


class Retry:
    """Tries its steps again: a step itself, which any number of carts pass at once; its budget is theirs together.

    Only what infrastructure refused is tried again: a rule's refusal is an answer. An attempt whose client has gone
    runs on; what it answers then, nobody hears.
    """

    def __init__(
        self,
        asked: RetryTerms,
        steps: tuple[Passing, ...],
        clock: Clock,
        stream: Stream,
        place: int,
        client: Tries,
    ) -> None:
        """stream, place : of its jitter; client : what it does."""
        self._terms = Terms(asked.attempts, asked.timeout, asked.backoff, asked.factor, asked.jitter)
        self._budget = None if asked.budget is None else Budget(asked.budget)
        self._steps, self._clock, self._stream, self._place, self._client = steps, clock, stream, place, client

    def __call__(self, cart: Cart, attempt: int) -> Process:
        """Pass the steps inside, as often as it takes. See Passing."""
        client, mine, terms, budget = self._client, cart, self._terms, self._budget
        if budget is not None:
            budget.earn()
        for tries in range(1, terms.attempts + 1):
            if tries > 1:
                mine = client.again(cart, tries)
            inner = (attempt * ATTEMPTS + tries - 1) % PRIME
            answer = yield from self._patiently(pass_steps(self._steps, mine, inner), mine, client)
            spent = tries == terms.attempts or answer not in (UNAVAILABLE, None)
            if spent or (budget is not None and not budget.spend()):
                return UNAVAILABLE if answer is None else answer
            if answer is not None:
                client.dropped(mine, answer)
            u = self._stream.uniform(cart.order, attempt, tries, self._place)
            yield self._clock.sleep(terms.pause(tries, u))
        raise AssertionError("the last attempt returns")

    def _patiently(self, attempt: Process, cart: Cart, client: Tries) -> Process:
        """What an attempt returns; None when the timeout is over, though it runs on.

        An answer at the very instant of the timeout is too late.
        """
        if self._terms.timeout is None:
            return (yield from attempt)
        alarm = self._clock.sleep(self._terms.timeout)
        running = self._clock.process(attempt)
        yield running | alarm
        if not alarm.processed:
            return running.value
        client.left(cart)
        self._clock.process(_late(running, partial(client.late, cart)))
        return None


def _late(running: simpy.Process, on_late: Callable[[Refusal | None], None]) -> Process:
    on_late(refusal_of((yield running)))

"""What a policy sees, and what it may say: nothing that is not known at that minute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from swifteats_sim.mdrp.instance import Terms, Whole

NOWHERE = -1
"""The restaurant to which nobody has been sent."""


@dataclass(frozen=True, eq=False, slots=True)
class Setting:
    """What is known before the day: the rules' numbers, m restaurants and k shifts.

    kitchen : metres [m, 2]; start : metres [k, 2]; on, off : minutes [k].
    """

    terms: Terms
    kitchen: Whole
    start: Whole
    on: Whole
    off: Whole


class View(NamedTuple):
    """What is known at minute `now`: the orders placed by then, numbered as they came, and where the couriers are.

    placed, ready, restaurant, x, y : by order; where its food goes in metres.
    free, at_x, at_y : by courier: when and where he is or will be free of what he carries.
    bound : the restaurant to which he has been sent and where he has taken nothing yet, or NOWHERE; arrives : when he
    is or was there. All arrays are read-only.
    """

    now: int
    placed: Whole
    ready: Whole
    restaurant: Whole
    x: Whole
    y: Whole
    free: Whole
    at_x: Whole
    at_y: Whole
    bound: Whole
    arrives: Whole


class Send(NamedTuple):
    """Let a courier who is free leave now for an order's restaurant; what he carries away is decided later."""

    courier: int
    order: int


class Load(NamedTuple):
    """Give these orders of the restaurant to which he was sent to a courier, to be dropped off in this order."""

    courier: int
    orders: tuple[int, ...]


class Dispatcher(Protocol):
    """Decides, minute by minute, for one day."""

    def decide(self, view: View) -> list[Send | Load]:
        """What is to be done now; a courier may be sent and loaded at once, in this order."""


class Policy(Protocol):
    """Makes a dispatcher for a day, of which it may know the setting."""

    def open(self, setting: Setting) -> Dispatcher:
        """A dispatcher that has seen no order yet."""

"""What both worlds can do, and what there is in them before a test says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, Protocol

import numpy as np

from swifteats_sim.domain import assignment, orders, shifts
from swifteats_sim.domain.assignment import Assigned, Ranking
from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.effects import Effect, Fields, Insert, Key, Name, Record, Rule, Write
from swifteats_sim.domain.messages import DRIVERS, AssignmentRequest, Cart, Line
from swifteats_sim.domain.states import DriverState, Impossible
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.live.places import Place

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
GEO, RESTAURANT = 1, 3
PREPARATION = 10 * MINUTE
"""Until the food of any order is ready, whenever somebody asks."""
HERE, DOOR = Place(-21.90, 64.14), Place(-21.88, 64.13)
"""The restaurant, and the door of all customers."""
DEGREE = 48_500.0
"""Metres of a degree of longitude there, about."""

STOCK = InventoryTerms(stock=20, capacity=5, prepared=5, batch=5, attempts=3, backoff=100_000)
TERMS = CommitTerms(tries=3, commit="transaction", lock_ttl=10 * SECOND)
SHELF, KITCHEN = 2, 7
"""An item that is cooked ahead, and one that is made to order."""


def nearest(found: Any) -> Any:
    """Candidates by their travel time."""
    return np.argsort(found.travel, kind="stable")


NEAREST: Ranking = nearest


class Change(NamedTuple):
    """What `while_locked` saw. waited : whether the rule ended only after the locks were given back."""

    outcome: Any
    waited: bool


class World(Protocol):
    """A platform with one restaurant, whose clients perform rules."""

    def clear(self) -> None:
        """No record, no message, no driver."""

    def perform(self, rule: Rule[Any]) -> Any:
        """Run a rule by itself; what it raises is raised."""

    def together(self, *rules: Rule[Any]) -> list[Any]:
        """Run rules at once, of a client each; what they return, or the name of what they raise."""

    def while_locked(
        self, names: tuple[Name, ...], rule: Rule[Any], change: Callable[..., tuple[Write, ...] | None]
    ) -> Change:
        """Run a rule while somebody holds locks, who then writes what `change` makes of the records."""

    def records(self, *names: Name) -> tuple[Record | None, ...]:
        """As they stand."""

    def messages(self) -> list[AssignmentRequest]:
        """All that were ever published, by order and version."""

    def stand(self, driver: int, metres: float, sent: int) -> bool:
        """The platform hears that a driver stands so far east of the restaurant; whether that is news."""

    def known(self, driver: int) -> int | None:
        """When the driver's last known fix was sent."""


def place_at(metres: float) -> Place:
    """So far east of the restaurant."""
    return Place(HERE.longitude + metres / DEGREE, HERE.latitude)


def pays(order: int, attempt: int) -> bool:
    """Order 8 pays at the second attempt, order 9 never; all others at once."""
    return order != 9 and (order != 8 or attempt > 0)


def just(effect: Effect) -> Rule[Any]:
    """A rule of one effect."""
    return (yield effect)


def keep(world: World, table: str, key: Key, fields: Fields) -> None:
    """A record that is there before anything begins."""
    assert world.perform(just(Insert(table, key, fields)))


def employ(world: World, *drivers: int) -> None:
    """Drivers on shift, the first 100 m from the restaurant, each further away than the one before."""
    for number, driver in enumerate(drivers, 1):
        keep(world, DRIVERS, driver, {"state": DriverState.OFF_SHIFT, "order": None})
        world.perform(shifts.log_on(driver))
        world.stand(driver, 100.0 * number, number)


def cart(order: int, shelf: int = 1, kitchen: int = 2) -> Cart:
    """A cart of two lines."""
    return Cart(order, GEO, RESTAURANT, (Line(SHELF, shelf), Line(KITCHEN, kitchen)))


def ordered(order: int) -> Rule[AssignmentRequest]:
    """An order that is paid and asks for a driver by way of the outbox."""
    yield from orders.create_order(cart(order))
    yield from orders.pay_order(cart(order), 2)
    yield from orders.request_assignment(cart(order), "outbox")
    return AssignmentRequest(order, GEO, 1)


def assigned(request: AssignmentRequest, terms: CommitTerms = TERMS) -> Rule[Any]:
    """Assign the nearest driver. Times in whole seconds, what is left of the preparation in minutes.

    Redis rounds places, and real clocks go on.
    """
    outcome = yield from assignment.assign(request, NEAREST, terms)
    return told(outcome) if isinstance(outcome, Assigned) else outcome


def told(outcome: Assigned) -> Assigned:
    """The same whole numbers in both worlds."""
    seconds = {name: round(getattr(outcome, name) / SECOND) for name in ("travel", "onward", "nearest")}
    minutes = {name: round(getattr(outcome, name) / MINUTE) for name in ("preparation_left", "slack", "best_gap")}
    return outcome._replace(**seconds, **minutes)


class Raised(NamedTuple):
    """What a rule raised."""

    error: Impossible


def heard(rule: Rule[Any]) -> Rule[Any]:
    """The rule; what it raises is its outcome."""
    try:
        return (yield from rule)
    except Impossible as error:
        return Raised(error)


def name_of(outcome: Any) -> Any:
    """The outcome, or the name of what was raised."""
    return type(outcome.error).__name__ if isinstance(outcome, Raised) else outcome


class Gone(NamedTuple):
    """The client was gone before this effect. at : its index."""

    at: int
    effect: Effect


def cut(rule: Rule[Any], at: int) -> Rule[Any]:
    """The rule of a client who is gone before effect `at`, counted from 0: Gone, or what the rule returned before."""
    return (yield from _with(rule, at, lambda effect: _gone(at, effect)))


def meanwhile(rule: Rule[Any], at: int, other: Rule[Any]) -> Rule[Any]:
    """The rule; somebody else does all that `other` does right before its effect `at`."""
    return (yield from _with(rule, at, lambda effect: other))


def _gone(at: int, effect: Effect) -> Generator[Any, Any, Gone]:
    return Gone(at, effect)
    yield


def _with(rule: Rule[Any], at: int, between: Callable[[Effect], Rule[Any]]) -> Rule[Any]:
    try:
        effect, number = next(rule), 0
        while True:
            if number == at:
                outcome = yield from between(effect)
                if isinstance(outcome, Gone):
                    rule.close()
                    return outcome
            effect, number = rule.send((yield effect)), number + 1
    except StopIteration as stop:
        return stop.value


def effects_of(world: World, rule: Rule[Any]) -> int:
    """How many effects a rule has, when nobody disturbs it. It is performed."""
    count = 0

    def counted() -> Rule[Any]:
        nonlocal count
        try:
            effect = next(rule)
            while True:
                count += 1
                effect = rule.send((yield effect))
        except StopIteration as stop:
            return stop.value

    world.perform(counted())
    return count

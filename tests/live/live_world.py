"""A world of clients without servers: real rules on a store in memory, their effects in an order that a test draws.

Each step of a client is one of three: an effect begins, it is applied, its client hears of it. Between them others do
theirs, so that histories overlap as those of real clients do.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from swifteats_sim.domain import committing
from swifteats_sim.domain.committing import Commit, CommitTerms, Pair
from swifteats_sim.domain.delivery import advance, drop_off, free_driver, report, turn_down
from swifteats_sim.domain.effects import (
    COMMITTED,
    CallPayment,
    CompareAndSet,
    Delete,
    Effect,
    Insert,
    Name,
    Put,
    Read,
    Record,
    Rule,
    Transaction,
    Update,
)
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.inventory import finish_reservation, release_inventory, reserve_inventory
from swifteats_sim.domain.messages import DRIVERS, ORDERS, AssignmentRequest, Cart
from swifteats_sim.domain.orders import close_order, create_order, mark_kitchen, pay_order, request_assignment
from swifteats_sim.domain.outbox import delete_rows, read_rows
from swifteats_sim.domain.states import WAITING, DriverState, Impossible, OrderState
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.live.history.checking import check
from swifteats_sim.live.history.deeds import Deed, Scribe, read_deeds
from swifteats_sim.live.history.noting import noted
from swifteats_sim.live.history.trails import Violation
from swifteats_sim.stack.store import Store

TERMS = InventoryTerms(stock=10, capacity=4, prepared=5, batch=5, attempts=3, backoff=1)
Choice = Callable[[int], int]
"""Draws a number below the one given."""


class Played(NamedTuple):
    """What came of it."""

    deeds: list[Deed]
    start: dict[Name, Record]
    end: dict[Name, Record]
    kinds: set[str]
    violations: tuple[Violation, ...]


class World:
    """A store, and a clock that goes on by 1 whenever somebody looks at it."""

    def __init__(self, start: dict[Name, Record] | None = None) -> None:
        self.store, self.start, self.time = Store(), dict(start or {}), 0
        self.store._records.update(self.start)
        self.deeds = list[Deed]()

    def now(self) -> int:
        self.time += 1
        return self.time

    def play(self, clients: Sequence[Sequence[Rule[Any]]], choose: Choice, kill: Choice = lambda _: 1) -> Played:
        """Run each client's rules one after the other, all clients at once. kill : ends a client where it draws 0."""
        files = [io.StringIO() for _ in clients]
        busy = [_Client(self, Scribe(n, files[n]), rules) for n, rules in enumerate(clients)]
        while busy:
            client = busy[choose(len(busy))]
            if not client.step() or kill(40) == 0:
                busy.remove(client)
        for file in files:
            self.deeds += read_deeds(file.getvalue().splitlines(keepends=True))
        end = dict(self.store._records)
        found = check(self.deeds, self.start, end, TERMS)
        return Played(self.deeds, self.start, end, {violation.kind for violation in found}, found)


class _Client:
    def __init__(self, world: World, scribe: Scribe, rules: Sequence[Rule[Any]]) -> None:
        self._world, self._rules = world, [noted(rule, scribe, world.now) for rule in rules]
        self._stage = "ask"
        self._effect: Effect | None = None
        self._outcome: Any = None

    def step(self) -> bool:
        """One of the three steps; False where nothing is left to do."""
        if not self._rules:
            return False
        if self._stage == "apply":
            assert self._effect is not None
            self._outcome, self._stage = perform(self._world.store, self._effect), "ask"
            return True
        try:
            self._effect = self._rules[0].send(self._outcome)
            self._stage = "apply"
        except (StopIteration, Impossible):  # the latter where a variant has broken what the rules rely on
            self._rules.pop(0)
        self._outcome = None
        return True


def perform(store: Store, effect: Effect) -> Any:
    """What the simulated database would do, without its time."""
    match effect:
        case Read(names):
            return store.read_all(names)
        case CompareAndSet() | Insert() | Delete():
            return store.apply((effect,)) == COMMITTED
        case Transaction(writes):
            return store.apply(writes)
        case Put(table, key, changes):
            return store.put((table, key), changes)
        case Update(names, change):
            made = change(store.read_all(names))
            return None if made is None else store.apply(made)
        case CallPayment():
            return True
    return None


def life(cart: Cart, drivers: Sequence[int], terms: InventoryTerms, ends: str, tries: int = 20) -> Rule[None]:
    """An order from its basket to its end: "delivered", "declined" once before that, or "cancelled"."""
    yield from create_order(cart)
    if (yield from reserve_inventory(cart, terms)) is not None:
        yield from close_order(cart.order, OrderState.FAILED)
        return
    yield from pay_order(cart, 1)
    yield from request_assignment(cart, "outbox")
    yield from delete_rows((yield from read_rows(((cart.order, 1),))))
    yield from mark_kitchen(cart.order, OrderState.FOOD_PREPARING)
    request = AssignmentRequest(cart.order, cart.geo, 1)
    driver = yield from take(cart.order, drivers, tries)
    if ends == "declined" and driver is not None:
        again = yield from turn_down(Held(cart.order, driver), request, "outbox")
        driver = yield from take(cart.order, drivers, tries) if again else take(cart.order, (), 0)
    if ends == "cancelled" or driver is None:
        yield from close_order(cart.order, OrderState.CANCELLED)
        if driver is not None:
            yield from free_driver(Held(cart.order, driver))
        yield from release_inventory(cart, terms)
        return
    yield from bring(Held(cart.order, driver))
    yield from finish_reservation(cart, terms)


def take(order: int, drivers: Sequence[int], tries: int, commit: Commit = "transaction") -> Rule[int | None]:
    """Commit one of these drivers, asking one after the other; None where none was to be had."""
    for number in range(tries):
        driver = drivers[number % len(drivers)]
        seen, free = yield Read(((ORDERS, order), (DRIVERS, driver)))
        if free.fields["order"] is None and seen.fields["state"] in WAITING:
            pair = Pair(order, seen, driver, free.version)
            if (yield from committing.commit(pair, CommitTerms(1, commit, 1))) == COMMITTED:
                return driver
    return None


def bring(held: Held) -> Rule[None]:
    """The driver's reports, from his yes to the drop-off."""
    yield from report(held, DriverState.ON_WAY_TO_RESTAURANT)
    yield from report(held, DriverState.AT_RESTAURANT)
    yield from advance(held, OrderState.PICKED_UP, DriverState.PICKED_UP)
    yield from advance(held, OrderState.OUT_DELIVERY, DriverState.ON_WAY_TO_CUSTOMER)
    yield from report(held, DriverState.REACHED_DESTINATION)
    yield from drop_off(held)


def free_drivers(*numbers: int) -> dict[Name, Record]:
    """Drivers on shift."""
    return {(DRIVERS, number): Record(3, {"state": DriverState.AVAILABLE, "order": None}) for number in numbers}

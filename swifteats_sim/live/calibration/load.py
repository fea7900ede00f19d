"""A closed load: clients who carry one order after the other from cart to door, on hot items and with scarce drivers.

What a client does is written once, as a script that yields the platform's own rules; real clients and simulated ones
play it alike.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from swifteats_sim.domain import assignment, delivery, inventory, orders
from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.effects import Rule, Sleep
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import AssignmentRequest, Cart, Line
from swifteats_sim.domain.states import DriverState, OrderState
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.engine.streams import Stream, Streams
from swifteats_sim.live.days import order_number
from swifteats_sim.live.places import Errand, Place
from swifteats_sim.policies.registry import policy_named

GEO, DAY = 30_000, 20_000
"""Where, and on which day since 1970, all of it happens: nowhere that a platform has."""
ORDERS = 1 << 20
"""Orders a client, at most."""
TOWN, WIDTH = Place(-21.9, 64.13), 0.08
"""South-west corner, and how wide it is; degrees."""
READY_IN = 600_000_000_000
STOCK = InventoryTerms(stock=2**30, capacity=1, prepared=2**30, batch=1, attempts=3, backoff=1_000_000)
"""Nothing is ever sold out: what is lost is lost to others who were quicker."""
COMMIT = CommitTerms(tries=3, commit="transaction", lock_ttl=0)
PAUSE = 2_000_000
"""ns until a client looks again who has found no driver."""


@dataclass(frozen=True)
class ClosedLoad:
    """clients : who each have one order under way; items : sold, all alike; drivers : on shift."""

    clients: int
    items: int
    drivers: int
    seed: int = 1


class Task(NamedTuple):
    """A rule that a client runs, and what it is for."""

    kind: str
    rule: Rule[Any]


Script = Generator[Task, Any, None]


def orders_of(client: int) -> Iterator[int]:
    """The numbers of a client's orders, one after the other."""
    first = order_number(DAY, client * ORDERS)
    return iter(range(first, first + ORDERS))


class Town:
    """Where drivers stand and what orders want, told by their numbers."""

    def __init__(self, load: ClosedLoad) -> None:
        streams = Streams(load.seed, 0)
        self._items, self._drawn, self._parked = load.items, streams("closed.order"), streams("closed.driver")

    def place(self, driver: int) -> Place:
        """Where a driver waits, whatever he has done before."""
        return _at(self._parked, driver, 0)

    def errand(self, order: int) -> Errand:
        """What a search must know; food is ready in ten minutes from an instant that does not matter here."""
        return Errand(GEO, _at(self._drawn, order, 1), _at(self._drawn, order, 2), READY_IN)

    def cart(self, order: int) -> Cart:
        """One portion of one of the hot items."""
        item = int(self._drawn.uniform(order) * self._items)
        return Cart(order, GEO, 1, (Line(item, 1),))


def script(town: Town, order: int) -> Script:
    """An order from cart to door; it ends early where its item was contended."""
    cart = town.cart(order)
    refusal = yield Task("reserve", inventory.reserve_inventory(cart, STOCK))
    if refusal is not None:
        return
    yield Task("create", orders.create_order(cart))
    yield Task("pay", orders.pay_order(cart, 1))
    yield Task("request", orders.request_assignment(cart, "awaited"))
    held = Held(order, (yield from _driver(order)))
    yield from _delivery(held)
    yield Task("finish", inventory.finish_reservation(cart, STOCK))


def _driver(order: int) -> Generator[Task, Any, int]:
    """The driver who is committed to the order, however often one must look."""
    request, rank = AssignmentRequest(order, GEO, 1), policy_named("nearest").rank
    while True:
        found = yield Task("assign", assignment.assign(request, rank, COMMIT))
        if isinstance(found, assignment.Assigned):
            return found.driver
        yield Task("pause", _pause())


def _delivery(held: Held) -> Script:
    """What his app reports, from the yes to the door."""
    yield Task("deliver", delivery.report(held, DriverState.ON_WAY_TO_RESTAURANT))
    yield Task("deliver", delivery.report(held, DriverState.AT_RESTAURANT))
    yield Task("deliver", delivery.advance(held, OrderState.PICKED_UP, DriverState.PICKED_UP))
    yield Task("deliver", delivery.advance(held, OrderState.OUT_DELIVERY, DriverState.ON_WAY_TO_CUSTOMER))
    yield Task("deliver", delivery.report(held, DriverState.REACHED_DESTINATION))
    yield Task("deliver", delivery.drop_off(held))


def _pause() -> Rule[None]:
    yield Sleep(PAUSE)


def _at(stream: Stream, entity: int, index: int) -> Place:
    east, north, _, _ = stream.block(entity, index)
    return Place(TOWN.longitude + WIDTH * east, TOWN.latitude + WIDTH * north / 2)

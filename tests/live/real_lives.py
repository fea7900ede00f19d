"""Lives of orders on real servers, by scripts for clients: whoever takes one up goes on where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from swifteats_sim.domain import assignment, delivery, inventory, orders
from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.effects import Insert, Rule, Unavailable
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import DRIVERS, ITEMS, ORDERS, AssignmentRequest, Cart, Line
from swifteats_sim.domain.outbox import delete_rows, read_rows
from swifteats_sim.domain.states import DriverState, Impossible, OrderState
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.live.client import Client
from swifteats_sim.live.clients import Step
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.drill import ends
from swifteats_sim.live.drill.carrying import MOVES
from swifteats_sim.live.drill.hand import Hand as OneHand
from swifteats_sim.live.drill.hand import look
from swifteats_sim.live.places import Errand, Place
from swifteats_sim.live.positions import Fix, Positions

GEO, RESTAURANT = 1, 3
HERE, DOOR = Place(-21.90, 64.14), Place(-21.88, 64.13)
STOCK = InventoryTerms(stock=40, capacity=30, prepared=5, batch=40, attempts=10, backoff=100_000)
COMMIT = CommitTerms(tries=3, commit="transaction", lock_ttl=0)
HOT = (0, 1, 2)
"""Items that are cooked ahead, and 7 is made to order."""
MADE = 7
O, D = OrderState, DriverState  # noqa: E741


class OneRestaurant:
    """All orders are of one restaurant and for one door."""

    def errand(self, order: int) -> Errand:
        return Errand(GEO, HERE, DOOR, MONOTONIC() + 600_000_000_000)


def nearest(found: Any) -> Any:
    """Candidates by their travel time."""
    return np.argsort(found.travel, kind="stable")


def cart_of(order: int) -> Cart:
    """What an order is of: two items cooked ahead and one made to order, told by its number."""
    first, second = HOT[order % 3], HOT[(order + 1) % 3]
    return Cart(order, GEO, RESTAURANT, (Line(first, 1), Line(second, 1), Line(MADE, 1)))


def place_of(driver: int) -> Place:
    """The higher his number, the further away."""
    return Place(HERE.longitude + 0.001 * driver, HERE.latitude)


def stand(positions: Positions, *drivers: int) -> None:
    """Their phones send where they are."""
    positions.take_all(GEO, [Fix(driver, MONOTONIC(), place_of(driver)) for driver in drivers])


def employ(client: Client, *drivers: int) -> None:
    """Drivers on shift, with a fix."""
    for driver in drivers:
        client.database.insert(Insert(DRIVERS, driver, {"state": D.AVAILABLE, "order": None}), GEO)
    stand(client.positions, *drivers)


def stock_all(client: Client, portions: int | None = None) -> None:
    """Every item has its record from the start, with so many portions; None: what the terms say."""
    for item in (*HOT, MADE):
        left = STOCK.most(item) if portions is None else portions
        client.database.insert(Insert(ITEMS, (RESTAURANT, item), {"stock": left}), GEO)


class Hand(OneHand):
    """A client's, which also keeps count of what its script counts."""

    def __init__(self, number: int, folder: Path, mortal: bool = False) -> None:
        super().__init__(number, folder, GEO, mortal)
        self.counts: Counter[str] = Counter()


def relay(request: AssignmentRequest, publish: bool) -> Rule[None]:
    """Bring a stored request to its topic, then delete it."""
    rows = yield from read_rows((request.event,))
    for row in rows if publish else ():
        yield from orders.publish_request(row.request, "awaited")
    yield from delete_rows(rows)


def life(order: int, hand: Hand, publish: bool = False) -> Generator[Step, Any, None]:
    """An order, from wherever it stands to the door; those of odd numbers are declined by their first driver."""
    while True:
        try:
            if (yield from _step(order, hand, publish)):
                return
        except (Impossible, Unavailable):
            hand.counts["again"] += 1


def _step(order: int, hand: Hand, publish: bool) -> Generator[Step, Any, bool]:
    """The next thing to be done; whether it was the last."""
    (record,) = yield hand.do(look((ORDERS, order)))
    if record is None or record.fields["state"] == O.NEW_ORDER:
        yield from placed(order, hand)
        return False
    state, cart = record.fields["state"], cart_of(order)
    if state == O.DELIVERED:
        yield hand.do(inventory.finish_reservation(cart, STOCK))
        return True
    if record.fields["driver"] is not None:
        yield from delivered_on(Held(order, record.fields["driver"]), record.fields["request"], hand)
    elif not record.fields["request"]:
        yield hand.do(orders.request_assignment(cart, "outbox"))
    else:
        request = AssignmentRequest(order, GEO, record.fields["request"])
        yield hand.do(relay(request, publish))
        yield hand.do(assignment.assign(request, nearest, COMMIT))
    return False


def placed(order: int, hand: Hand) -> Generator[Step, Any, None]:
    """Reserved, created and paid; or refused, and then more is cooked."""
    cart = cart_of(order)
    if (yield hand.do(inventory.reserve_inventory(cart, STOCK))) is not None:
        for line in cart.lines:
            if STOCK.is_prepared(line.item):
                yield hand.do(inventory.replenish(RESTAURANT, line.item, STOCK))
        return
    yield hand.do(orders.create_order(cart))
    yield hand.do(orders.pay_order(cart, 2))


def delivered_on(held: Held, version: int, hand: Hand) -> Generator[Step, Any, None]:
    """The next thing that the driver does who has the order."""
    (driver,) = yield hand.do(look((DRIVERS, held.driver)))
    if driver.fields["order"] != held.order:
        return
    if driver.fields["state"] == D.ORDER_ASSIGNED and held.order % 2 and version == 1:
        request = AssignmentRequest(held.order, GEO, version)
        yield hand.do(delivery.turn_down(held, request, "outbox"))
    else:
        yield hand.do(MOVES[driver.fields["state"]](held))


NOTHING: dict[str, Any] = {"reservations": [], "guards": [], "outbox": [], "busy drivers": []}


def sold_of(orders_delivered: Iterable[int]) -> Counter[int]:
    """Portions of these orders, by item."""
    return ends.sold_of(orders_delivered, cart_of)

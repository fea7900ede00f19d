"""The life of an order in the database: created, paid, cooked, closed, each by a version compare-and-set."""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.domain.effects import (
    CallPayment,
    CompareAndSet,
    Fields,
    Insert,
    Name,
    Publish,
    Read,
    Record,
    Rule,
)
from swifteats_sim.domain.messages import ORDERS, UNPAID, AssignmentRequest, Cart, Refusal
from swifteats_sim.domain.reading import decided, there
from swifteats_sim.domain.states import CLOSED, WAITING, Impossible, OrderState, move_order

_TOO_LATE = CLOSED | {OrderState.PICKED_UP, OrderState.OUT_DELIVERY}
"""States in which an order is no longer cancelled."""
REQUESTS = "assignment"
"""The topic of assignment requests, one for each geo (F3)."""


def create_order(cart: Cart) -> Rule[Refusal | None]:
    """Persist the order as new_order (A12)."""
    fields = {
        "state": OrderState.NEW_ORDER,
        "kitchen": OrderState.ORDER_RECEIVED,
        "driver": None,
        "request": 0,
    }
    yield Insert(ORDERS, cart.order, fields)
    return None


def pay_order(cart: Cart, attempts: int) -> Rule[Refusal | None]:
    """Pay by the mocked gateway (A18), then mark the order received; UNPAID after the last failure."""
    for attempt in range(attempts):
        if (yield CallPayment(cart.order, attempt)):
            yield from _update(cart.order, _to(OrderState.ORDER_RECEIVED))
            return None
    return UNPAID


def request_assignment(cart: Cart) -> Rule[None]:
    """Send the paid order for assignment (F1), round robin over its geo's partitions."""
    if (yield from _update(cart.order, _next_request)):
        yield Publish(REQUESTS, cart.geo, cart.order, AssignmentRequest(cart.order, cart.geo, version=1))


def mark_kitchen(order: int, stage: OrderState) -> Rule[bool]:
    """The kitchen reports food_preparing or ready_pickup; the order shows it as long as it has no driver."""

    def change(record: Record) -> Fields | None:
        state = record.fields["state"]
        if state in CLOSED:
            return None
        shown = {"state": move_order(state, stage)} if state in WAITING else {}
        return {"kitchen": move_order(record.fields["kitchen"], stage), **shown}

    return (yield from _update(order, change))


def close_order(order: int, state: OrderState) -> Rule[bool]:
    """Cancel or fail an order; False where it was never created, has been picked up, or is closed already.

    Nobody asks again after a No, and an order may really be missing: the primary is asked at once.
    """
    while True:
        (record,) = yield Read(_name(order), newest=True)
        if record is None or record.fields["state"] in _TOO_LATE:
            return False
        if (yield CompareAndSet(ORDERS, order, record.version, {"state": move_order(record.fields["state"], state)})):
            return True


Change = Callable[[Record], Fields | None]
"""New fields for an order as it stands, or None to leave it."""


def _to(state: OrderState) -> Change:
    def change(record: Record) -> Fields | None:
        current = record.fields["state"]
        return None if current in CLOSED else {"state": move_order(current, state)}

    return change


def _next_request(record: Record) -> Fields | None:
    if record.fields["state"] == OrderState.NEW_ORDER:
        raise Impossible("an order asks for a driver once it is paid")
    return {"request": record.fields["request"] + 1} if record.fields["state"] in WAITING else None


def _update(order: int, change: Change) -> Rule[bool]:
    """Read, change, compare-and-set until it holds; False where `change` leaves the order alone."""

    def write(record: Record | None) -> CompareAndSet | None:
        changes = change(there(record))
        return None if changes is None else CompareAndSet(ORDERS, order, there(record).version, changes)

    while True:
        changed = yield from decided(_name(order), write)
        if changed is None:
            return False
        if (yield changed):
            return True


def _name(order: int) -> tuple[Name, ...]:
    return ((ORDERS, order),)

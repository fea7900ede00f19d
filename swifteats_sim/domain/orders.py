"""The life of an order in the database: created, paid, cooked, closed, each by a version compare-and-set.

A client may try again while its first try still runs: each rule may run twice, also at once, and what it does is done
once.
"""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.domain.effects import (
    COMMITTED,
    CallPayment,
    CompareAndSet,
    Fields,
    Insert,
    Name,
    Publish,
    Read,
    Record,
    Rule,
    Transaction,
    Write,
)
from swifteats_sim.domain.messages import ORDERS, UNPAID, AssignmentRequest, Cart, Refusal
from swifteats_sim.domain.outbox import Publishing, row_of
from swifteats_sim.domain.reading import decided, there
from swifteats_sim.domain.states import CLOSED, WAITING, Impossible, OrderState, move_order

_TOO_LATE = CLOSED | {OrderState.PICKED_UP, OrderState.OUT_DELIVERY}
"""States in which an order is no longer cancelled."""
_NEW: Fields = {"state": OrderState.NEW_ORDER, "kitchen": OrderState.ORDER_RECEIVED, "driver": None, "request": 0}
REQUESTS = "assignment"
"""The topic of assignment requests, one for each geo (F3)."""


def create_order(cart: Cart) -> Rule[Refusal | None]:
    """Persist the order as new_order (A12); where it is there already, a try before this one has made it."""
    yield Insert(ORDERS, cart.order, _NEW)
    return None


def pay_order(cart: Cart, attempts: int) -> Rule[Refusal | None]:
    """Pay by the mocked gateway (A18), then mark the order received; UNPAID after the last failure.

    The gateway knows an attempt by its order and number: asked again, it says the same, and nobody pays twice.
    """
    for attempt in range(attempts):
        if (yield CallPayment(cart.order, attempt)):
            yield from _update(cart.order, _received)
            return None
    return UNPAID


def request_assignment(cart: Cart, publish: Publishing, again: bool = False) -> Rule[None]:
    """Send the paid order for assignment (F1), unless that was done before.

    Only the outbox stores order and request together: otherwise who fails in between leaves an order that counts as
    asked for, and nobody looks for its driver (C31). again : somebody failed in between; then it is sent whatever is
    written, as what comes twice is known by its event.
    """
    request = AssignmentRequest(cart.order, cart.geo, version=1)
    if publish == "outbox":
        yield from _update(cart.order, _first_request, row_of(request))
    elif (yield from _update(cart.order, _first_request)) or again:
        yield from publish_request(request, publish)


def publish_request(request: AssignmentRequest, publish: Publishing) -> Rule[None]:
    """Bring a request to its topic, round robin over its geo's partitions.

    outbox : as a row, which the relay publishes; awaited : until the broker has it, whatever is held meanwhile (C30);
    fire_and_forget : without a wait, so that it is lost where the broker is away (C31).
    """
    if publish == "outbox":
        yield row_of(request)
    else:
        yield Publish(REQUESTS, request.geo, request.order, request, forget=publish == "fire_and_forget")


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
    """Cancel or fail an order; False where it has been picked up, or is closed already.

    An order that was never created is created first: a try of its client that is still under way must find it closed.
    Nobody asks again after a No: the primary is asked at once.
    """
    while True:
        (record,) = yield Read(_name(order), newest=True)
        if record is None:
            yield Insert(ORDERS, order, _NEW)
        elif record.fields["state"] in _TOO_LATE:
            return False
        else:
            changes = {"state": move_order(record.fields["state"], state)}
            if (yield CompareAndSet(ORDERS, order, record.version, changes)):
                return True


def close_unserved(request: AssignmentRequest) -> Rule[bool]:
    """Fail an order for which no driver was found; False where it does not wait for one by this very request.

    A copy of the request may have got it a driver meanwhile, and a newer one may still be looked after.
    """
    while True:
        (record,) = yield Read(_name(request.order), newest=True)
        waits = record is not None and record.fields["state"] in WAITING
        if not waits or record.fields["request"] != request.version:
            return False
        if (yield CompareAndSet(ORDERS, request.order, record.version, {"state": OrderState.FAILED})):
            return True


Change = Callable[[Record], Fields | None]
"""New fields for an order as it stands, or None to leave it."""


def _received(record: Record) -> Fields | None:
    """Once: who is further, or closed, stays as he is."""
    return {"state": OrderState.ORDER_RECEIVED} if record.fields["state"] == OrderState.NEW_ORDER else None


def _first_request(record: Record) -> Fields | None:
    if record.fields["state"] == OrderState.NEW_ORDER:
        raise Impossible("an order asks for a driver once it is paid")
    asks = record.fields["state"] in WAITING and not record.fields["request"]
    return {"request": 1} if asks else None


def _update(order: int, change: Change, *beside: Write) -> Rule[bool]:
    """Read, change, write until it holds; False where `change` leaves the order alone. beside : written with it."""

    def write(record: Record | None) -> CompareAndSet | None:
        changes = change(there(record))
        return None if changes is None else CompareAndSet(ORDERS, order, there(record).version, changes)

    while True:
        changed = yield from decided(_name(order), write)
        if changed is None:
            return False
        if beside:
            if (yield Transaction((changed, *beside))) == COMMITTED:
                return True
        elif (yield changed):
            return True


def _name(order: int) -> tuple[Name, ...]:
    return ((ORDERS, order),)

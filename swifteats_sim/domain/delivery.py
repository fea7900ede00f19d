"""What a driver's app reports of an order: the answer to the offer, the way, the pick-up, the drop-off (A38).

Order and driver change together in one transaction. The driver is released at the drop-off; by a timer in the variant
that the notes coded (C12).
"""

from __future__ import annotations

from swifteats_sim.domain.effects import COMMITTED, CompareAndSet, Record, Rule, Transaction, Write
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import ORDERS, OUTBOX, AssignmentRequest
from swifteats_sim.domain.outbox import Publishing, row_of
from swifteats_sim.domain.reading import there
from swifteats_sim.domain.states import CLOSED, DriverState, OrderState, move_order

FREE = DriverState.AVAILABLE
"""What a driver is who has no order; a ghost is off shift (C10)."""


def report(held: Held, state: DriverState) -> Rule[None]:
    """The driver moves on alone: accepted, at the restaurant, at the door."""
    while True:
        moves = yield from held.decided(held.names[1:2], lambda record: held.moves_driver(record, state))
        if not moves or (yield moves[0]):
            return


def advance(held: Held, to: OrderState, with_driver: DriverState) -> Rule[bool]:
    """Pick-up and departure: order and driver move together.

    False where the order was closed meanwhile, or is another driver's by now who is to pick it up (C24).
    """

    def move(record: Record | None, with_record: Record | None) -> tuple[Write, ...]:
        order = there(record)
        if order.fields["state"] in CLOSED or (to == OrderState.PICKED_UP and held.is_lost(order)):
            return ()
        return *held.moves_order(order, to), *held.moves_driver(with_record, with_driver)

    return (yield from held.written(held.names[:2], move))


def drop_off(held: Held) -> Rule[None]:
    """The order is delivered and the driver is free, at the same instant."""

    def end(record: Record | None, with_record: Record | None, active: Record | None) -> tuple[Write, ...]:
        delivered = held.moves_order(there(record), OrderState.DELIVERED)
        return *delivered, *held.frees_driver(with_record, active, FREE)

    yield from held.written(held.names, end)


def free_driver(held: Held, to: DriverState = FREE) -> Rule[None]:
    """The driver's order was closed on the way, or is another's: the driver is available again."""
    yield from held.written(held.names, lambda _, record, active: held.frees_driver(record, active, to))


def unlock(held: Held, to: DriverState = FREE) -> Rule[None]:
    """The driver's lock has expired, whatever he does (C12, C13). to : what his record says from now on."""
    yield from free_driver(held._replace(terms=held.terms._replace(timed=False)), to)


def turn_down(
    held: Held, request: AssignmentRequest, publish: Publishing, to: DriverState = FREE
) -> Rule[AssignmentRequest | None]:
    """The driver declined or did not answer (A37): both are free; returns the next request, with version + 1.

    None where the order was closed meanwhile, or is another's, and asks no more. With an outbox the request is stored
    in the same transaction; otherwise it is the caller's to publish, who may fail before (C31). to : what the driver's
    record says from now on.
    """
    again = request._replace(version=request.version + 1, excluded=(*request.excluded, held.driver))
    stored = (row_of(again),) if publish == "outbox" else ()

    def turn(record: Record | None, with_record: Record | None, active: Record | None) -> tuple[Write, ...]:
        asks, frees = _back_to_kitchen(held, there(record), again.version), held.frees_driver(with_record, active, to)
        return *asks, *frees, *(stored if asks else ())

    while True:
        writes = yield from held.decided(held.names, turn)
        if not writes:
            return None
        outcome = yield Transaction(writes)
        if outcome == COMMITTED:
            return again if writes[0].table == ORDERS else None
        if writes[outcome].table == OUTBOX:  # a rival's request of this version stands there (C14): one is enough
            stored = ()


def _back_to_kitchen(held: Held, order: Record, request: int) -> tuple[Write, ...]:
    state, kitchen = order.fields["state"], order.fields["kitchen"]
    if state in CLOSED or held.is_lost(order):
        return ()
    if held.terms.exclusive:
        move_order(state, kitchen)
    return (CompareAndSet(ORDERS, held.order, order.version, {"state": kitchen, "driver": None, "request": request}),)

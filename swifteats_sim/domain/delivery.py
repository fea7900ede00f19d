"""What a driver's app reports: the answer to an offer, the way, the pick-up, the drop-off, the shift (A38).

Order and driver change together in one transaction; the driver is released at the drop-off, not by a timer
(C12).
"""

from __future__ import annotations

from swifteats_sim.domain.effects import (
    COMMITTED,
    CompareAndSet,
    Delete,
    Publish,
    Read,
    Record,
    Rule,
    Transaction,
    Write,
)
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ORDERS, AssignmentRequest
from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.domain.states import CLOSED, DriverState, OrderState, move_driver, move_order


def report(driver: int, state: DriverState) -> Rule[None]:
    """The driver moves on alone: accepted, at the restaurant, at the door; or logs on."""
    while True:
        (record,) = yield Read(((DRIVERS, driver),))
        if (yield _driver(driver, record, state)):
            return


def log_off(driver: int) -> Rule[bool]:
    """The driver's shift ends, unless an order is under way; False then: ask again after the drop-off."""
    while True:
        (record,) = yield Read(((DRIVERS, driver),))
        if record.fields["state"] != DriverState.AVAILABLE:
            return False
        if (yield _driver(driver, record, DriverState.OFF_SHIFT)):
            return True


def advance(order: int, driver: int, to: OrderState, with_driver: DriverState) -> Rule[bool]:
    """Pick-up and departure: order and driver move together; False where the order was closed meanwhile."""
    while True:
        order_record, driver_record = yield Read(((ORDERS, order), (DRIVERS, driver)))
        if order_record.fields["state"] in CLOSED:
            return False
        writes = (_order(order, order_record, to), _driver(driver, driver_record, with_driver))
        if (yield Transaction(writes)) == COMMITTED:
            return True


def drop_off(order: int, driver: int) -> Rule[None]:
    """The order is delivered and the driver is free, at the same instant."""
    while True:
        order_record, *held = yield _held(order, driver)
        delivered = _order(order, order_record, OrderState.DELIVERED)
        if (yield Transaction((delivered, *_release(driver, *held)))) == COMMITTED:
            return


def free_driver(order: int, driver: int) -> Rule[None]:
    """The driver's order was closed on the way: the driver is available again."""
    while True:
        _, *held = yield _held(order, driver)
        if (yield Transaction(_release(driver, *held))) == COMMITTED:
            return


def turn_down(driver: int, request: AssignmentRequest) -> Rule[AssignmentRequest | None]:
    """The driver declined or did not answer (A37): both are free; returns the next request, with version + 1.

    None where the order was closed meanwhile and asks no more.
    """
    again = request._replace(version=request.version + 1, excluded=(*request.excluded, driver))
    while True:
        order_record, *held = yield _held(request.order, driver)
        back = _back_to_kitchen(request.order, order_record, again.version)
        if (yield Transaction((*back, *_release(driver, *held)))) == COMMITTED:
            return again if back else None


def ask_again(request: AssignmentRequest) -> Rule[None]:
    """Send the next request of an order that was turned down."""
    yield Publish(REQUESTS, request.geo, request.order, request)


def _held(order: int, driver: int) -> Read:
    return Read(((ORDERS, order), (DRIVERS, driver), (ACTIVE, driver)))


def _back_to_kitchen(order: int, record: Record, request: int) -> tuple[Write, ...]:
    if record.fields["state"] in CLOSED:
        return ()
    state = move_order(record.fields["state"], record.fields["kitchen"])
    return (CompareAndSet(ORDERS, order, record.version, {"state": state, "driver": None, "request": request}),)


def _order(order: int, record: Record, to: OrderState) -> CompareAndSet:
    return CompareAndSet(ORDERS, order, record.version, {"state": move_order(record.fields["state"], to)})


def _driver(driver: int, record: Record, to: DriverState) -> CompareAndSet:
    return CompareAndSet(DRIVERS, driver, record.version, {"state": move_driver(record.fields["state"], to)})


def _release(driver: int, record: Record, active: Record) -> tuple[Write, ...]:
    state = move_driver(record.fields["state"], DriverState.AVAILABLE)
    freed = CompareAndSet(DRIVERS, driver, record.version, {"state": state, "order": None})
    return freed, Delete(ACTIVE, driver, active.version)

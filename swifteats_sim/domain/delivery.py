"""What a driver's app reports: the answer to an offer, the way, the pick-up, the drop-off, the shift (A38).

Order and driver change together in one transaction; the driver is released at the drop-off, not by a timer
(C12).
"""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.domain.effects import (
    COMMITTED,
    CompareAndSet,
    Delete,
    Name,
    Publish,
    Read,
    Record,
    Rule,
    Transaction,
    Write,
)
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ORDERS, AssignmentRequest
from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.domain.reading import decided, there
from swifteats_sim.domain.states import CLOSED, DriverState, OrderState, move_driver, move_order


def report(driver: int, state: DriverState) -> Rule[None]:
    """The driver moves on alone: accepted, at the restaurant, at the door; or logs on."""
    while True:
        moved = yield from decided(((DRIVERS, driver),), lambda record: _driver(driver, record, state))
        if (yield moved):
            return


def log_off(driver: int) -> Rule[bool]:
    """The driver's shift ends, unless an order is under way; False then: ask again after the drop-off.

    By an old sight of the order that has just ended, nobody would ask again: the primary is asked.
    """
    while True:
        (record,) = yield Read(((DRIVERS, driver),), newest=True)
        if record.fields["state"] != DriverState.AVAILABLE:
            return False
        if (yield _driver(driver, record, DriverState.OFF_SHIFT)):
            return True


def advance(order: int, driver: int, to: OrderState, with_driver: DriverState) -> Rule[bool]:
    """Pick-up and departure: order and driver move together; False where the order was closed meanwhile."""

    def move(record: Record | None, with_record: Record | None) -> Transaction | None:
        if there(record).fields["state"] in CLOSED:
            return None
        return Transaction((_order(order, record, to), _driver(driver, with_record, with_driver)))

    while True:
        moved = yield from decided(((ORDERS, order), (DRIVERS, driver)), move)
        if moved is None:
            return False
        if (yield moved) == COMMITTED:
            return True


def drop_off(order: int, driver: int) -> Rule[None]:
    """The order is delivered and the driver is free, at the same instant."""

    def end(record: Record | None, *held: Record | None) -> Transaction:
        return Transaction((_order(order, record, OrderState.DELIVERED), *_release(driver, *held)))

    yield from _commit(_held(order, driver), end)


def free_driver(order: int, driver: int) -> Rule[None]:
    """The driver's order was closed on the way: the driver is available again."""

    def free(_: Record | None, *held: Record | None) -> Transaction:
        return Transaction(_release(driver, *held))

    yield from _commit(_held(order, driver), free)


def turn_down(driver: int, request: AssignmentRequest) -> Rule[AssignmentRequest | None]:
    """The driver declined or did not answer (A37): both are free; returns the next request, with version + 1.

    None where the order was closed meanwhile and asks no more.
    """
    again = request._replace(version=request.version + 1, excluded=(*request.excluded, driver))

    def turn(record: Record | None, *held: Record | None) -> tuple[bool, Transaction]:
        back = _back_to_kitchen(request.order, there(record), again.version)
        return bool(back), Transaction((*back, *_release(driver, *held)))

    while True:
        asks, turned = yield from decided(_held(request.order, driver), turn)
        if (yield turned) == COMMITTED:
            return again if asks else None


def ask_again(request: AssignmentRequest) -> Rule[None]:
    """Send the next request of an order that was turned down."""
    yield Publish(REQUESTS, request.geo, request.order, request)


def _commit(names: tuple[Name, ...], write: Callable[..., Transaction]) -> Rule[None]:
    """What `write` makes of the records, however often it takes."""
    while True:
        transaction = yield from decided(names, write)
        if (yield transaction) == COMMITTED:
            return


def _held(order: int, driver: int) -> tuple[Name, ...]:
    return (ORDERS, order), (DRIVERS, driver), (ACTIVE, driver)


def _back_to_kitchen(order: int, record: Record, request: int) -> tuple[Write, ...]:
    if record.fields["state"] in CLOSED:
        return ()
    state = move_order(record.fields["state"], record.fields["kitchen"])
    return (CompareAndSet(ORDERS, order, record.version, {"state": state, "driver": None, "request": request}),)


def _order(order: int, record: Record | None, to: OrderState) -> CompareAndSet:
    version, fields = there(record)
    return CompareAndSet(ORDERS, order, version, {"state": move_order(fields["state"], to)})


def _driver(driver: int, record: Record | None, to: DriverState) -> CompareAndSet:
    version, fields = there(record)
    return CompareAndSet(DRIVERS, driver, version, {"state": move_driver(fields["state"], to)})


def _release(driver: int, record: Record | None, active: Record | None) -> tuple[Write, ...]:
    version, fields = there(record)
    state = move_driver(fields["state"], DriverState.AVAILABLE)
    freed = CompareAndSet(DRIVERS, driver, version, {"state": state, "order": None})
    return freed, Delete(ACTIVE, driver, there(active).version)

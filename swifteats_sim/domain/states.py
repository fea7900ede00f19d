"""States of orders and drivers, and the moves that are legal.

An order's state is one of the eight of A13, or cancelled or failed. Kitchen and driver work at the same time,
so an order carries two fields: `kitchen` follows the food alone, `state` is what the customer sees; with one
column the guard on active assignments has a hole (C25). Driver states are those of A38 plus available and
off_shift.
"""

from __future__ import annotations

from enum import StrEnum


class OrderState(StrEnum):
    """What the customer sees."""

    NEW_ORDER = "new_order"
    ORDER_RECEIVED = "order_received"
    FOOD_PREPARING = "food_preparing"
    READY_PICKUP = "ready_pickup"
    ASSIGNED_DRIVER = "assigned_driver"
    PICKED_UP = "picked_up"
    OUT_DELIVERY = "out_delivery"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    FAILED = "failed"


class DriverState(StrEnum):
    """What a driver does."""

    OFF_SHIFT = "off_shift"
    AVAILABLE = "available"
    ORDER_ASSIGNED = "order_assigned"
    ON_WAY_TO_RESTAURANT = "on_way_to_restaurant"
    AT_RESTAURANT = "at_restaurant"
    PICKED_UP = "picked_up"
    ON_WAY_TO_CUSTOMER = "on_way_to_customer"
    REACHED_DESTINATION = "reached_destination"


_O, _D = OrderState, DriverState

WAITING = frozenset({_O.ORDER_RECEIVED, _O.FOOD_PREPARING, _O.READY_PICKUP})
"""States in which an order may get a driver; the kitchen moves through the same three."""

CLOSED = frozenset({_O.DELIVERED, _O.CANCELLED, _O.FAILED})

ORDER_MOVES: dict[OrderState, frozenset[OrderState]] = {
    _O.NEW_ORDER: frozenset({_O.ORDER_RECEIVED, _O.CANCELLED, _O.FAILED}),
    _O.ORDER_RECEIVED: frozenset({_O.FOOD_PREPARING, _O.ASSIGNED_DRIVER, _O.CANCELLED, _O.FAILED}),
    _O.FOOD_PREPARING: frozenset({_O.READY_PICKUP, _O.ASSIGNED_DRIVER, _O.CANCELLED, _O.FAILED}),
    _O.READY_PICKUP: frozenset({_O.ASSIGNED_DRIVER, _O.CANCELLED, _O.FAILED}),
    _O.ASSIGNED_DRIVER: frozenset({_O.PICKED_UP, _O.CANCELLED, _O.FAILED}) | WAITING,
    _O.PICKED_UP: frozenset({_O.OUT_DELIVERY}),
    _O.OUT_DELIVERY: frozenset({_O.DELIVERED}),
    _O.DELIVERED: frozenset(),
    _O.CANCELLED: frozenset(),
    _O.FAILED: frozenset(),
}
"""From assigned_driver back to the kitchen's state: the driver declined (A37)."""

DRIVER_MOVES: dict[DriverState, frozenset[DriverState]] = {
    _D.OFF_SHIFT: frozenset({_D.AVAILABLE}),
    _D.AVAILABLE: frozenset({_D.ORDER_ASSIGNED, _D.OFF_SHIFT}),
    _D.ORDER_ASSIGNED: frozenset({_D.ON_WAY_TO_RESTAURANT, _D.AVAILABLE}),
    _D.ON_WAY_TO_RESTAURANT: frozenset({_D.AT_RESTAURANT, _D.AVAILABLE}),
    _D.AT_RESTAURANT: frozenset({_D.PICKED_UP, _D.AVAILABLE}),
    _D.PICKED_UP: frozenset({_D.ON_WAY_TO_CUSTOMER}),
    _D.ON_WAY_TO_CUSTOMER: frozenset({_D.REACHED_DESTINATION}),
    _D.REACHED_DESTINATION: frozenset({_D.AVAILABLE}),
}


class Impossible(RuntimeError):
    """What a rule was shown cannot be true of the newest records."""


class IllegalMove(Impossible):
    """A rule tried a transition that the state machine does not know."""


def move_order(current: OrderState, to: OrderState) -> OrderState:
    """`to`, if an order may go there from `current`; IllegalMove otherwise."""
    if to not in ORDER_MOVES[current]:
        raise IllegalMove(f"an order cannot go from {current} to {to}")
    return to


def move_driver(current: DriverState, to: DriverState) -> DriverState:
    """`to`, if a driver may go there from `current`; IllegalMove otherwise."""
    if to not in DRIVER_MOVES[current]:
        raise IllegalMove(f"a driver cannot go from {current} to {to}")
    return to

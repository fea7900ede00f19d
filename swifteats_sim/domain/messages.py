"""What travels between the services, and the tables the rules share."""

from __future__ import annotations

from typing import NamedTuple

ORDERS, DRIVERS, ITEMS, ACTIVE = "orders", "drivers", "items", "active_assignments"
RESERVATIONS, OUTBOX, LOCKS = "reservations", "outbox", "driver_locks"
"""Tables. `active_assignments` is keyed by driver: the guard against a second active order (A34, C26). `reservations`
is keyed by order: what the order holds of the stock. `outbox` is keyed by event: messages that are still to be
published. `driver_locks` is keyed by driver: advisory locks (A35)."""


class Line(NamedTuple):
    """One item of an order. item : number on the restaurant's menu."""

    item: int
    quantity: int


class Cart(NamedTuple):
    """What a customer sends with POST /orders."""

    order: int
    geo: int
    restaurant: int
    lines: tuple[Line, ...]
    """Of different items: one transaction writes a record once."""


class AssignmentRequest(NamedTuple):
    """A request for a driver (A21). version : 1 for the first, +1 after every decline (A37).

    excluded : drivers who have declined this order.
    """

    order: int
    geo: int
    version: int
    excluded: tuple[int, ...] = ()

    @property
    def event(self) -> tuple[int, int]:
        """What identifies the message, however often it is delivered (A25)."""
        return self.order, self.version


class Refusal(NamedTuple):
    """Why an order was not taken."""

    reason: str


SOLD_OUT = Refusal("sold_out")
CONTENDED = Refusal("inventory_contended")
UNPAID = Refusal("unpaid")
UNAVAILABLE = Refusal("unavailable")
IMPATIENT = Refusal("patience")
ENDED = Refusal("ended")
"""For a try that runs on when its order is closed: nobody hears it."""

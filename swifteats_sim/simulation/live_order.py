"""An order while it is under way, and all orders of a run: who is over is let go, but for what may still be asked."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import simpy

from swifteats_sim.city.demand import Plan
from swifteats_sim.city.places import Area, Places
from swifteats_sim.city.spots import Spot
from swifteats_sim.domain.messages import Cart
from swifteats_sim.results.recorder import OrderLog

_OVER = simpy.Environment().event().succeed()
"""What has happened, of an order that is over."""
_WATCHED, _FETCHED = 1, 2


@dataclass(slots=True)
class LiveOrder:
    """An order under way. ready, closed : fire when the food is ready, when the order has ended.

    watched : its customer follows orders on the map; following : does so now; reserved, paying, paid : what the
    platform has done for it; impatient : the customer has waited long enough; fetched : a driver has the food;
    gone : its client waits for no answer any more; answered : that is noted; behind : tries that run on though nobody
    waits for them; taken : the platform has it, and looks for its driver; closing : somebody is closing it now;
    twin_of : the first order of the same click (C33), -1: none; patience : goes off when the customer's is lost.
    """

    plan: Plan
    area: Area
    restaurant: Spot
    onward: int
    watched: bool
    ready: simpy.Event
    closed: simpy.Event
    reserved: bool = False
    paying: bool = False
    paid: bool = False
    impatient: bool = False
    following: bool = False
    fetched: bool = False
    gone: bool = False
    answered: bool = False
    behind: int = 0
    taken: bool = False
    closing: bool = False
    twin_of: int = -1
    patience: simpy.Event | None = None

    @property
    def number(self) -> int:
        """The order's number."""
        return self.plan.cart.order

    @property
    def trip(self) -> float:
        """Metres from the restaurant to the customer, in a straight line."""
        return math.dist(self.restaurant.point, self.plan.door.point)

    @property
    def is_closed(self) -> bool:
        """Delivered, cancelled or failed."""
        return self.closed.triggered

    @property
    def is_over(self) -> bool:
        """It is closed, its client has gone, and nobody does anything for it any more."""
        return self.is_closed and self.gone and not self.behind and not self.closing


class Orders:
    """The orders of a run, by number.

    A copy of a request, or one whose order was cancelled meanwhile, may still be asked about: of an order that was let
    go, it is reckoned anew from where to where it went. That costs some 20 bytes, and the order some thousand.
    """

    def __init__(self, places: Places, log: OrderLog) -> None:
        """None. log : has the row of each order before it is placed here."""
        self._places, self._log = places, log
        self._live: dict[int, LiveOrder] = {}
        self._doors, self._nodes, self._marks = array("d"), array("i"), bytearray()

    def __len__(self) -> int:
        """Orders placed so far."""
        return len(self._marks)

    def __getitem__(self, order: int) -> LiveOrder:
        """The order, under way or over."""
        live = self._live.get(order)
        return self._over(order) if live is None else live

    @property
    def under_way(self) -> Iterable[LiveOrder]:
        """Those that were not let go."""
        return self._live.values()

    def is_open(self, order: int) -> bool:
        """Whether it has not ended."""
        return order in self._live and not self._live[order].is_closed

    def place(self, plan: Plan, watched: bool, ready: simpy.Event, closed: simpy.Event) -> LiveOrder:
        """One more."""
        live = self._live[plan.cart.order] = self._of(plan, watched, ready, closed)
        self._doors.extend(plan.door.point)
        self._nodes.append(plan.door.node)
        self._marks.append(0)
        return live

    def let_go(self, live: LiveOrder) -> None:
        """It is over; nothing where it was let go before."""
        if self._live.pop(live.number, None) is not None:
            self._marks[self._log.row(live.number)] = _WATCHED * live.watched | _FETCHED * live.fetched

    def _of(self, plan: Plan, watched: bool, ready: simpy.Event, closed: simpy.Event) -> LiveOrder:
        restaurant, area = self._places.restaurant(plan.cart.restaurant), self._places.areas[plan.cart.geo]
        onward = area.travel.onward(restaurant, plan.door, plan.placed)
        return LiveOrder(plan, area, restaurant, onward, watched, ready, closed)

    def _over(self, order: int) -> LiveOrder:
        row, log = self._log.row(order), self._log
        geo, restaurant, placed = (log.read(order, column) for column in ("geo", "restaurant", "placed"))
        x, y = self._doors[2 * row : 2 * row + 2]
        plan = Plan(placed, Cart(order, geo, restaurant, ()), Spot(x, y, self._nodes[row]))
        live = self._of(plan, bool(self._marks[row] & _WATCHED), _OVER, _OVER)
        live.gone, live.fetched = True, bool(self._marks[row] & _FETCHED)
        return live

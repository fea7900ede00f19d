"""What customers order, when and where, planned before any policy acts: from addressed draws or a recorded day."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from heapq import merge
from itertools import accumulate, count
from math import cos, pi, sin
from typing import NamedTuple

from swifteats_sim.city.arrivals import Arrivals
from swifteats_sim.city.places import Area, Places
from swifteats_sim.city.spots import Point, Spot, Spread
from swifteats_sim.domain.messages import Cart, Line
from swifteats_sim.engine.keys import zipf_probabilities
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Stream, Streams
from swifteats_sim.scenario.traces import Trace

GEO_STRIDE = 1 << 40
"""An order's number is geo * stride + its number in the geo: another geo's demand never moves its draws."""
TWIN_STRIDE = 1 << 50
"""So far apart are the numbers of the orders that one click makes by a client that tries again (C33)."""

_TRIES = 64
"""Draws of a customer's direction, until somebody can live there."""


class Plan(NamedTuple):
    """An order that will be placed.

    placed : ns; door : where it goes; ready, promised : recorded instants (ns), -1 if none.
    """

    placed: int
    cart: Cart
    door: Spot
    ready: int = -1
    promised: int = -1


@dataclass(frozen=True)
class Menu:
    """What a restaurant sells: items 0 .. items-1; a cart has 1 .. lines different ones, one portion each."""

    items: int
    lines: int

    def choose(self, stream: Stream, order: int) -> tuple[Line, ...]:
        """The lines of an order."""
        wanted = 1 + int(stream.uniform(order, 0) * min(self.lines, self.items))
        chosen = dict[int, None]()
        for step in count(1):
            if len(chosen) == wanted:
                break
            chosen[int(stream.uniform(order, step) * self.items)] = None
        return tuple(_portion(item) for item in chosen)


@cache
def _portion(item: int) -> Line:
    """One portion of an item: all carts share it."""
    return Line(item, 1)


@dataclass(frozen=True)
class GeoDemand:
    """Orders of one geo.

    arrivals : when they are placed; popularity : Zipf exponent over the geo's restaurants; trip : law in metres.
    """

    area: Area
    arrivals: Arrivals
    popularity: float
    trip: Law
    menu: Menu

    def plans(self, end: int, places: Places, streams: Streams) -> Iterator[Plan]:
        """Orders placed before `end` (ns), in order of time."""
        name = self.area.name
        where, cart = streams(f"customer.{name}"), streams(f"cart.{name}")
        shares = list(accumulate(zipf_probabilities(len(self.area.restaurants), self.popularity).tolist()))
        for number, placed in self.arrivals.instants(end, streams(f"arrivals.{name}")):
            order = self.area.index * GEO_STRIDE + number
            rank = min(bisect_left(shares, where.uniform(number, 0)), len(shares) - 1)
            restaurant = self.area.restaurants[rank]
            door = self.area.ground.door(self._wanted(places.restaurant(restaurant), where, number))
            lines = self.menu.choose(cart, number)
            yield Plan(placed, Cart(order, self.area.index, restaurant, lines), door)

    def _wanted(self, restaurant: Spot, stream: Stream, number: int) -> Iterator[Point]:
        """Points at the drawn distance, in drawn directions."""
        x, y, _ = restaurant
        distance = self.trip.draw(stream, number, 1)
        for attempt in range(_TRIES):
            angle = 2.0 * pi * stream.uniform(number, 2, 0, attempt)
            yield x + distance * cos(angle), y + distance * sin(angle)


def declared_plans(demands: list[GeoDemand], end: int, places: Places, streams: Streams) -> Iterator[Plan]:
    """All geos' orders, merged by time, then by number."""
    plans = (demand.plans(end, places, streams) for demand in demands)
    return merge(*plans, key=lambda plan: (plan.placed, plan.cart.order))


def recorded_plans(trace: Trace, doors: Spread, menu: Menu, streams: Streams) -> Iterator[Plan]:
    """The orders of a recorded day, as placed. doors : of each."""
    stream = streams("cart.trace")
    for order in range(len(trace.placed)):
        cart = Cart(order, 0, int(trace.restaurant[order]), menu.choose(stream, order))
        yield Plan(
            int(trace.placed[order]), cart, doors.spot(order), int(trace.ready[order]), int(trace.promised[order])
        )

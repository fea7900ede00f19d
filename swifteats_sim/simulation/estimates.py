"""When the platform says the food will come: at the commit, at the pick-up and at the door, by the method in force."""

from __future__ import annotations

from collections.abc import Callable
from math import dist
from typing import Literal

from swifteats_sim.domain import eta
from swifteats_sim.engine.clock import to_ns
from swifteats_sim.simulation.live_order import LiveOrder
from swifteats_sim.simulation.parts import Run
from swifteats_sim.stack.laws import law_of

Moment = Literal["eta", "eta_at_pickup", "eta_at_door"]
"""Columns of the order log: the commit of the driver who takes the order; his pick-up; his arrival at the door."""
Point = tuple[float, float]
Method = Callable[[LiveOrder, Point, Moment], int]


class Estimates:
    """Names the instant of delivery, from what the platform knows: a driver is where his last processed fix was."""

    def __init__(self, run: Run) -> None:
        """Nothing is estimated yet."""
        self._run, self._terms = run, run.scenario.eta
        drivers = run.declared.drivers
        self._pickup, self._dropoff = to_ns(law_of(drivers.pickup).mean), to_ns(law_of(drivers.dropoff).mean)
        methods: dict[str, Method] = {
            "pickup_aware": self._pickup_aware,
            "notes": self._notes,
            "buffered": self._buffered,
            "degrees": self._degrees,
        }
        self._method = methods[self._terms.method]

    def note(self, order: int, driver: int, moment: Moment) -> None:
        """Write down the delivery instant (ns) that the platform names now."""
        self._run.orders.note(order, moment, self.delivery(order, driver, moment))

    def delivery(self, order: int, driver: int, moment: Moment) -> int:
        """The delivery instant (ns), named now: at the commit, before anybody knows whether the driver takes it."""
        now = self._run.clock.instant
        self._run.loop.advance(now)
        here = self._run.city.fleet.known_position(driver)
        return now + self._method(self._run.city.orders[order], here, moment)

    def _pickup_aware(self, live: LiveOrder, here: Point, moment: Moment) -> int:
        if moment == "eta_at_door":
            return eta.after_pickup(0, self._dropoff)
        if moment == "eta_at_pickup":
            return eta.after_pickup(_travel(live, here, _door(live)), self._dropoff)
        left = self._run.preparation_left(live.number)
        travel = _travel(live, here, live.restaurant)
        return eta.pickup_aware(left, travel, self._pickup, live.onward, self._dropoff)

    def _notes(self, live: LiveOrder, here: Point, moment: Moment) -> int:
        return eta.notes(dist(here, live.restaurant), _trip(live), self._terms.notes_speed, self._terms.floor)

    def _buffered(self, live: LiveOrder, here: Point, moment: Moment) -> int:
        left = self._run.preparation_left(live.number)
        return eta.buffered(left, _trip(live), self._terms.buffered_speed, self._terms.buffer)

    def _degrees(self, live: LiveOrder, here: Point, moment: Moment) -> int:
        left = self._run.preparation_left(live.number)
        return eta.degrees(left, _trip(live), self._terms.buffered_speed, self._terms.buffer)


def _travel(live: LiveOrder, here: Point, there: Point) -> int:
    """ns, along the street."""
    return live.area.travel.duration(here, there)


def _trip(live: LiveOrder) -> float:
    """Metres from restaurant to customer, in a straight line."""
    return dist(live.restaurant, _door(live))


def _door(live: LiveOrder) -> Point:
    return live.plan.x, live.plan.y

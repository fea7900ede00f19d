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
Method = Callable[[LiveOrder, int, Moment], int]


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
        return now + self._method(self._run.city.orders[order], driver, moment)

    def _pickup_aware(self, live: LiveOrder, driver: int, moment: Moment) -> int:
        if moment == "eta_at_door":
            return eta.after_pickup(0, self._dropoff)
        fleet, travel, now = self._run.city.fleet, live.area.travel, self._run.clock.instant
        if moment == "eta_at_pickup":
            remaining = travel.remaining(fleet, driver, live.restaurant, live.plan.door, now)
            return eta.after_pickup(remaining, self._dropoff)
        left, approach = self._run.preparation_left(live.number), travel.approach(fleet, driver, live.restaurant, now)
        return eta.pickup_aware(left, approach, self._pickup, live.onward, self._dropoff)

    def _notes(self, live: LiveOrder, driver: int, moment: Moment) -> int:
        here = self._run.city.fleet.known_position(driver)
        return eta.notes(dist(here, live.restaurant.point), live.trip, self._terms.notes_speed, self._terms.floor)

    def _buffered(self, live: LiveOrder, driver: int, moment: Moment) -> int:
        left = self._run.preparation_left(live.number)
        return eta.buffered(left, live.trip, self._terms.buffered_speed, self._terms.buffer)

    def _degrees(self, live: LiveOrder, driver: int, moment: Moment) -> int:
        left = self._run.preparation_left(live.number)
        return eta.degrees(left, live.trip, self._terms.buffered_speed, self._terms.buffer)

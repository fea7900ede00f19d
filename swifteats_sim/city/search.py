"""The platform's search for drivers near a restaurant, from what it knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.fleet import Fleet
from swifteats_sim.city.places import Area
from swifteats_sim.city.travel import squares
from swifteats_sim.domain.effects import Candidates


class Food(NamedTuple):
    """What is to be carried.

    preparation_left, onward : estimated ns, until it is ready and of its trip; trip : metres in a straight line.
    """

    preparation_left: int
    onward: int
    trip: float


@dataclass(frozen=True)
class Search:
    """The platform's search for drivers near a restaurant, by their known position.

    radius : metres; live_fix : ns, the greatest age of a live driver's last processed fix. ghosts : whoever was ever
    seen and has no order in his record is found, on shift or not (C10); otherwise live drivers who are available.
    """

    fleet: Fleet
    radius: float
    live_fix: int
    ghosts: bool = False

    def place_of(self, driver: int, now: int) -> tuple[float, float] | None:
        """Where the driver is known to be (m); None where no search would find him now, wherever it looked."""
        found = self._found(range(driver, driver + 1), now)
        if not len(found):
            return None
        ((x, y),) = self.fleet.known_positions(found)
        return float(x), float(y)

    def around(self, area: Area, restaurant: tuple[float, float], now: int, food: Food) -> Candidates:
        """The candidates by driver number, with estimated travel times to the restaurant; others are not counted."""
        fleet = self.fleet
        drivers = self._found(area.drivers, now)
        points = fleet.known_positions(drivers)
        square = squares(points, restaurant)
        near = np.flatnonzero(square <= self.radius * self.radius)
        drivers = drivers[near]
        return Candidates(
            drivers, fleet.versions(drivers), area.travel.durations(points[near], restaurant),
            food.preparation_left, food.onward, fleet.workload(drivers), fleet.idle(drivers, now),
            len(drivers), np.sqrt(square[near]), food.trip,
        )  # fmt: skip

    def members(self, area: Area, restaurant: tuple[float, float], now: int) -> int:
        """How many drivers are within the radius, free or not."""
        square = squares(self.fleet.known_positions(self._heard(area.drivers, now)), restaurant)
        return int(np.count_nonzero(square <= self.radius * self.radius))

    def _found(self, drivers: range, now: int) -> NDArray[np.int64]:
        """Who of them may be given an order now."""
        heard = self._heard(drivers, now)
        return heard[self.fleet.unburdened(heard) if self.ghosts else self.fleet.free(heard)]

    def _heard(self, drivers: range, now: int) -> NDArray[np.int64]:
        return self.fleet.heard(drivers, 0 if self.ghosts else now - self.live_fix)

"""The platform's search for drivers near a restaurant, from what it knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.fleet import Fleet
from swifteats_sim.city.places import Area
from swifteats_sim.city.travel import Points
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

    def reaches(self, driver: int, restaurant: tuple[float, float]) -> bool:
        """Whether a driver's known position is within the radius."""
        ((x, y),) = self.fleet.known_positions(np.array([driver]))
        return bool(np.hypot(x - restaurant[0], y - restaurant[1]) <= self.radius)

    def around(self, area: Area, restaurant: tuple[float, float], now: int, food: Food) -> Candidates:
        """The candidates by driver number, with estimated travel times to the restaurant; others are not counted."""
        fleet = self.fleet
        heard = self._heard(area, now)
        drivers = heard[fleet.unburdened(heard) if self.ghosts else fleet.free(heard)]
        points = fleet.known_positions(drivers)
        square = _square(points, restaurant)
        near = np.flatnonzero(square <= self.radius * self.radius)
        drivers = drivers[near]
        return Candidates(
            drivers, fleet.versions(drivers), area.travel.durations(points[near], restaurant),
            food.preparation_left, food.onward, fleet.workload(drivers), fleet.idle(drivers, now),
            len(drivers), np.sqrt(square[near]), food.trip,
        )  # fmt: skip

    def members(self, area: Area, restaurant: tuple[float, float], now: int) -> int:
        """How many drivers are within the radius, free or not."""
        square = _square(self.fleet.known_positions(self._heard(area, now)), restaurant)
        return int(np.count_nonzero(square <= self.radius * self.radius))

    def _heard(self, area: Area, now: int) -> NDArray[np.int64]:
        return self.fleet.heard(area.drivers, 0 if self.ghosts else now - self.live_fix)


def _square(points: Points, place: tuple[float, float]) -> NDArray[np.float64]:
    """float64[n]: the square of each distance, m2."""
    away = points - np.array(place)
    square: NDArray[np.float64] = (away * away).sum(axis=1)
    return square

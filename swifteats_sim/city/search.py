"""The platform's search for drivers near a restaurant, from what it knows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.fleet import Fleet
from swifteats_sim.city.places import Area
from swifteats_sim.city.spots import Point, Spot
from swifteats_sim.domain.effects import Candidates
from swifteats_sim.engine import grid
from swifteats_sim.engine.nearby import NOBODY


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
    _grids: dict[range, tuple[NDArray[Any], NDArray[Any]]] = field(default_factory=dict)

    def place_of(self, driver: int, now: int) -> Point | None:
        """Where the driver is known to be (m); None where no search would find him now, wherever it looked."""
        fleet = self.fleet
        if fleet.known[driver] < self._since(now) or not self._wanted[driver]:
            return None
        return fleet.known_position(driver)

    def nearest(self, area: Area, restaurant: Spot, now: int) -> int | None:
        """The travel time (ns) of the candidate who is nearest in a straight line; None where there is none."""
        driver = grid.nearest(*self._around(area, restaurant, now, self._wanted))
        return None if driver == NOBODY else area.travel.approach(self.fleet, driver, restaurant, now)

    def around(self, area: Area, restaurant: Spot, now: int, food: Food) -> Candidates:
        """The candidates by driver number, with estimated travel times to the restaurant; others are not counted."""
        fleet, (numbers, squares) = self.fleet, self.fleet.scratch
        found = self._within(area, restaurant, now, self._wanted)
        by_number = numbers[:found].argsort()
        drivers = numbers[by_number]
        return Candidates(
            drivers, fleet.versions(drivers), area.travel.approaches(fleet, drivers, restaurant, now),
            food.preparation_left, food.onward, fleet.workload(drivers), fleet.idle(drivers, now),
            found, np.sqrt(squares[by_number]), food.trip,
        )  # fmt: skip

    def members(self, area: Area, restaurant: Spot, now: int) -> int:
        """How many drivers are within the radius, free or not."""
        return self._within(area, restaurant, now, self.fleet.everybody)

    def _within(self, area: Area, restaurant: Spot, now: int, wanted: NDArray[np.uint8]) -> int:
        found: int = grid.within(*self._around(area, restaurant, now, wanted), *self.fleet.scratch)
        return found

    @property
    def _wanted(self) -> NDArray[np.uint8]:
        """Who may be given an order, by driver."""
        return self.fleet.unburdened if self.ghosts else self.fleet.free

    def _since(self, now: int) -> int:
        """The oldest fix that counts (ns); who was never heard of has -1."""
        return 0 if self.ghosts else max(now - self.live_fix, 0)

    def _around(self, area: Area, restaurant: Spot, now: int, wanted: NDArray[np.uint8]) -> tuple[Any, ...]:
        """See engine.grid: first .. frame."""
        drivers = area.drivers
        if drivers not in self._grids:
            self._grids[drivers] = grid.empty_grid(len(drivers))
        return (
            drivers.start, drivers.stop, *restaurant.point, self.radius * self.radius, self._since(now), wanted,
            *self.fleet.sight(), now, self.fleet.trajectories.fastest, *self._grids[drivers],
        )  # fmt: skip

"""Drivers: where they are, what the platform knows of it, and their states as the database has them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.places import Area, Places
from swifteats_sim.city.trajectories import Trajectories
from swifteats_sim.city.travel import Points
from swifteats_sim.domain.effects import Candidates, Record
from swifteats_sim.domain.states import DriverState
from swifteats_sim.engine.streams import Streams


class Fleet:
    """All drivers, by number.

    known : per driver, when the last processed fix was sent (ns, -1: none); the loop of flows writes it.
    phases : per driver, ns after a full interval at which a fix is sent.
    """

    def __init__(self, places: Places, fix_every: int, streams: Streams) -> None:
        """All drivers at home, off shift and unknown. fix_every : ns between two fixes of a driver."""
        self.count = len(places.homes)
        self.trajectories = Trajectories(places.homes)
        self.known = array("q", [-1]) * self.count
        self.phases = _phases(places, fix_every, streams)
        self.states: list[tuple[int, int, str]] = []
        self._free = np.zeros(self.count, dtype=np.bool_)
        self._busy = np.zeros(self.count, dtype=np.bool_)
        self._versions = np.zeros(self.count, dtype=np.int64)
        self._orders = np.zeros(self.count, dtype=np.int64)
        self._free_since = np.zeros(self.count, dtype=np.int64)

    def changed(self, driver: int, record: Record, now: int) -> None:
        """The database's record of a driver was written."""
        state = record.fields["state"]
        free = state == DriverState.AVAILABLE
        if free and not self._free[driver]:
            self._free_since[driver] = now
        self._orders[driver] += state == DriverState.ORDER_ASSIGNED
        self._free[driver] = free
        self._busy[driver] = record.fields["order"] is not None
        self._versions[driver] = record.version
        self.states.append((driver, now, str(state)))

    def idle_and_busy(self) -> tuple[int, int]:
        """How many drivers are available, and how many hold an order."""
        return int(np.count_nonzero(self._free)), int(np.count_nonzero(self._busy))

    def movement(self, distance: float) -> Callable[[int, int], bool]:
        """A test (driver, instant in ns): whether a driver is `distance` (m) or more from where it last held (A44)."""
        last: dict[int, tuple[float, float]] = {}

        def moved(driver: int, at: int) -> bool:
            here = self.trajectories.position(driver, at)
            if driver in last and math.dist(last[driver], here) < distance:
                return False
            last[driver] = here
            return True

        return moved

    def known_positions(self, drivers: NDArray[np.int64]) -> Points:
        """float64[n, 2] metres: where each driver was when the last processed fix was sent."""
        return self.trajectories.positions(drivers, np.frombuffer(self.known, dtype=np.int64)[drivers])

    def live(self, drivers: range, since: int) -> NDArray[np.int64]:
        """Free drivers of the range with a processed fix sent at or after `since` (ns)."""
        window = slice(drivers.start, drivers.stop)
        known = np.frombuffer(self.known, dtype=np.int64)[window]
        return np.flatnonzero(self._free[window] & (known >= max(since, 0))) + drivers.start

    def versions(self, drivers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The records' versions."""
        return self._versions[drivers]

    def workload(self, drivers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Orders committed to each driver so far (C9)."""
        return self._orders[drivers]

    def idle(self, drivers: NDArray[np.int64], now: int) -> NDArray[np.int64]:
        """ns since each driver last became free (C9)."""
        return now - self._free_since[drivers]


def _phases(places: Places, fix_every: int, streams: Streams) -> array[int]:
    """Evenly over the interval, addressed by geo: one more driver in a geo leaves the others' phases as they were."""
    draws = [streams(f"driver.phase.{area.name}").uniforms(len(area.drivers)) for area in places.areas]
    return array("q", (np.concatenate(draws) * fix_every).astype(np.int64))


@dataclass(frozen=True)
class Search:
    """The platform's search for drivers: free, live, near the restaurant by their known position.

    radius : metres; live_fix : ns, the greatest age of a live driver's last processed fix.
    """

    fleet: Fleet
    radius: float
    live_fix: int

    def reaches(self, driver: int, restaurant: tuple[float, float]) -> bool:
        """Whether a driver's known position is within the radius."""
        ((x, y),) = self.fleet.known_positions(np.array([driver]))
        return bool(np.hypot(x - restaurant[0], y - restaurant[1]) <= self.radius)

    def around(
        self, area: Area, restaurant: tuple[float, float], now: int, preparation_left: int, onward: int
    ) -> Candidates:
        """The candidates by driver number, with estimated travel times to the restaurant."""
        drivers = self.fleet.live(area.drivers, now - self.live_fix)
        points = self.fleet.known_positions(drivers)
        away = points - np.array(restaurant)
        near = np.flatnonzero((away * away).sum(axis=1) <= self.radius * self.radius)
        drivers = drivers[near]
        travel = area.travel.durations(points[near], restaurant)
        fleet = self.fleet
        return Candidates(
            drivers, fleet.versions(drivers), travel, preparation_left, onward,
            fleet.workload(drivers), fleet.idle(drivers, now), len(drivers),
        )  # fmt: skip

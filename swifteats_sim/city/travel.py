"""How long it takes to get from one place to another, as the platform believes and in truth."""

from __future__ import annotations

from math import sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.spots import Point, Points, Spot, Waypoint
from swifteats_sim.city.whereabouts import Whereabouts
from swifteats_sim.engine.clock import SECOND


def squares(points: Points, place: Point) -> NDArray[np.float64]:
    """float64[n]: the square of each point's distance from a place, m2."""
    east, north = points[:, 0] - place[0], points[:, 1] - place[1]
    square: NDArray[np.float64] = east * east + north * north  # a sum along rows of two takes ten times as long
    return square


class Travel(Protocol):
    """Travel in one geo. What is believed rests on the last processed fix of a driver, and on nothing that is to come.

    drivers : int64[n], all of whom have been heard of. now : ns. Durations are ns, arrivals instants.
    fastest : how fast anybody is in a straight line at most, m/ns; None: as the lines allow that he moves along.
    """

    fastest: float | None

    def approaches(
        self, fleet: Whereabouts, drivers: NDArray[np.int64], restaurant: Spot, now: int
    ) -> NDArray[np.int64]:
        """int64[n]: how long each of these, whom a search has just seen, is believed to need to a restaurant."""

    def approach(self, fleet: Whereabouts, driver: int, restaurant: Spot, now: int) -> int:
        """The same of one driver, bit for bit; `approaches` is slow for one."""

    def onward(self, restaurant: Spot, door: Spot, now: int) -> int:
        """How long a trip is believed to take."""

    def remaining(self, fleet: Whereabouts, driver: int, restaurant: Spot, door: Spot, now: int) -> int:
        """How long a driver who has the food is believed to need to the door."""

    def between(self, here: Spot, there: Spot, now: int) -> int:
        """How long any leg is believed to take: from one door to the next, for who carries several orders."""

    def fetch(self, fleet: Whereabouts, driver: int, restaurant: Spot, now: int) -> int:
        """Send a driver from where he is to a restaurant; when he arrives."""

    def bring(self, fleet: Whereabouts, driver: int, restaurant: Spot, door: Spot, now: int) -> int:
        """Send a driver from a restaurant to a door; when he arrives."""


class StraightLine:
    """Straight movement at constant speed; the street is `detour` times as long as the line. See Travel."""

    def __init__(self, speed: float, detour: float) -> None:
        """speed : m/s along the street."""
        self._ns_per_metre = detour / speed * SECOND
        self.fastest: float | None = 1.0 / self._ns_per_metre

    def durations(self, origins: Points, destination: Point) -> NDArray[np.int64]:
        """int64[n] ns from each of float64[n, 2] (metres) to the destination."""
        metres = np.sqrt(squares(origins, destination))
        rounded: NDArray[np.int64] = np.rint(metres * self._ns_per_metre).astype(np.int64)
        return rounded

    def duration(self, origin: Point, destination: Point) -> int:
        """ns from one origin: bit for bit as `durations`, which is slow for one; `round` is to even, as `rint`."""
        east, north = origin[0] - destination[0], origin[1] - destination[1]
        return round(sqrt(east * east + north * north) * self._ns_per_metre)

    def route(self, origin: Point, destination: Point) -> tuple[Waypoint, ...]:
        """The way, from the origin (after 0) to the destination."""
        return Waypoint(*origin, 0), Waypoint(*destination, self.duration(origin, destination))

    def approaches(
        self, fleet: Whereabouts, drivers: NDArray[np.int64], restaurant: Spot, now: int
    ) -> NDArray[np.int64]:
        """See Travel."""
        return self.durations(fleet.seen_places(drivers), restaurant.point)

    def approach(self, fleet: Whereabouts, driver: int, restaurant: Spot, now: int) -> int:
        """See Travel."""
        return self.duration(fleet.known_position(driver), restaurant.point)

    def onward(self, restaurant: Spot, door: Spot, now: int) -> int:
        """See Travel."""
        return self.duration(restaurant.point, door.point)

    def remaining(self, fleet: Whereabouts, driver: int, restaurant: Spot, door: Spot, now: int) -> int:
        """See Travel."""
        return self.duration(fleet.known_position(driver), door.point)

    def between(self, here: Spot, there: Spot, now: int) -> int:
        """See Travel."""
        return self.duration(here.point, there.point)

    def fetch(self, fleet: Whereabouts, driver: int, restaurant: Spot, now: int) -> int:
        """See Travel."""
        return self._go(fleet, driver, restaurant.point, now)

    def bring(self, fleet: Whereabouts, driver: int, restaurant: Spot, door: Spot, now: int) -> int:
        """See Travel."""
        return self._go(fleet, driver, door.point, now)

    def _go(self, fleet: Whereabouts, driver: int, there: Point, now: int) -> int:
        here = fleet.trajectories.position(driver, now)
        return fleet.trajectories.go(driver, now, self.route(here, there))

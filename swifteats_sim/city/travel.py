"""How long it takes to get from one place to another, and along which way."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.clock import SECOND

Points = NDArray[np.float64]
Point = tuple[float, float]


def squares(points: Points, place: Point) -> NDArray[np.float64]:
    """float64[n]: the square of each point's distance from a place, m2."""
    east, north = points[:, 0] - place[0], points[:, 1] - place[1]
    square: NDArray[np.float64] = east * east + north * north  # a sum along rows of two takes ten times as long
    return square


class Waypoint(NamedTuple):
    """A point of a route, and when it is passed. x, y : metres; after : ns since departure."""

    x: float
    y: float
    after: int


class Travel(Protocol):
    """Travel in one geo; straight lines now, streets behind the same interface."""

    def durations(self, origins: Points, destination: Point) -> NDArray[np.int64]:
        """int64[n] ns from each of float64[n, 2] (metres) to the destination."""

    def duration(self, origin: Point, destination: Point) -> int:
        """ns from one origin: bit for bit as `durations`, which is slow for one."""

    def route(self, origin: Point, destination: Point) -> tuple[Waypoint, ...]:
        """The way, from the origin (after 0) to the destination."""


class StraightLine:
    """Straight movement at constant speed; the street is `detour` times as long as the line."""

    def __init__(self, speed: float, detour: float) -> None:
        """speed : m/s along the street."""
        self._ns_per_metre = detour / speed * SECOND

    def durations(self, origins: Points, destination: Point) -> NDArray[np.int64]:
        """See Travel."""
        metres = np.sqrt(squares(origins, destination))
        rounded: NDArray[np.int64] = np.rint(metres * self._ns_per_metre).astype(np.int64)
        return rounded

    def duration(self, origin: Point, destination: Point) -> int:
        """See Travel; `round` is to even, as `rint`."""
        east, north = origin[0] - destination[0], origin[1] - destination[1]
        return round(sqrt(east * east + north * north) * self._ns_per_metre)

    def route(self, origin: Point, destination: Point) -> tuple[Waypoint, ...]:
        """See Travel."""
        return Waypoint(*origin, 0), Waypoint(*destination, self.duration(origin, destination))

"""Where things are in the real world: longitudes, latitudes, and how long a straight way between them takes."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple, Protocol

EARTH = 6_372_797.560856
"""Metres: the radius that Redis reckons with."""


class Place(NamedTuple):
    """Degrees, WGS 84."""

    longitude: float
    latitude: float


class Errand(NamedTuple):
    """What a search must know of an order. ready : ns of the machine's clock, when its kitchen says it is ready."""

    geo: int
    restaurant: Place
    door: Place
    ready: int


class Errands(Protocol):
    """Knows the orders that somebody looks for drivers for."""

    def errand(self, order: int) -> Errand:
        """The order's."""


@dataclass(frozen=True)
class Speed:
    """How drivers are believed to move. metres_per_second : along a way `detour` times the straight line."""

    metres_per_second: float = 25 / 3.6
    detour: float = 1.3

    def travel(self, metres: float) -> int:
        """ns for a straight line of so many metres."""
        return int(metres * self.detour / self.metres_per_second * 1e9)


CITY_SPEED = Speed()
"""25 km/h on ways that are 1.3 times the straight line (A52, ours)."""


def metres_between(here: Place, there: Place) -> float:
    """Along a great circle."""
    lat, other = radians(here.latitude), radians(there.latitude)
    east, north = radians(there.longitude - here.longitude) / 2, (other - lat) / 2
    return 2 * EARTH * asin(sqrt(sin(north) ** 2 + cos(lat) * cos(other) * sin(east) ** 2))

"""Places of a city: points on the plane, and where on its streets they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""float64[n, 2], metres."""
Point = tuple[float, float]
OFF_STREET = -1


class Spot(NamedTuple):
    """A restaurant or a door. x, y : metres; node : of the geo's street map, OFF_STREET where it has none."""

    x: float
    y: float
    node: int = OFF_STREET

    @property
    def point(self) -> Point:
        """Where it is."""
        return self[0], self[1]


class Spread(NamedTuple):
    """Spots in columns. places : float64[n, 2], metres; nodes : int32[n], see Spot."""

    places: Points
    nodes: NDArray[np.int32]

    def spot(self, row: int) -> Spot:
        """One of them."""
        x, y = self.places[row].tolist()
        return Spot(x, y, int(self.nodes[row]))


def off_street(places: Points) -> Spread:
    """Points of a plane without streets."""
    return Spread(places, np.full(len(places), OFF_STREET, dtype=np.int32))


class Waypoint(NamedTuple):
    """A point of a route, and when it is passed. x, y : metres; after : ns since departure."""

    x: float
    y: float
    after: int

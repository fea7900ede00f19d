"""The city in squares as wide as drivers are searched for: who is within reach of a place is in its square or beside.

What waits is kept by square, so that a driver who becomes free costs the same however much waits far from him.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

Point = tuple[float, float]
District = tuple[int, int, int]
"""(geo, column, row)"""

MARGIN = 1.001
"""Squares are wider than the radius by so much: rounding puts nobody within reach two squares away."""


@dataclass(frozen=True)
class Districts:
    """Squares for a search radius (m)."""

    radius: float

    def of(self, geo: int, place: Point) -> District:
        """The square of a place."""
        width = self.radius * MARGIN
        return geo, int(place[0] // width), int(place[1] // width)

    def around(self, geo: int, place: Point) -> tuple[District, ...]:
        """The square of a place and the eight beside it."""
        _, column, row = self.of(geo, place)
        return tuple((geo, column + x, row + y) for x, y in product((-1, 0, 1), repeat=2))

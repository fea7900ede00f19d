"""What a geo lies on: where restaurants, drivers and doors may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from swifteats_sim.city.spots import Point, Spot, Spread, off_street
from swifteats_sim.engine.streams import Stream


class Ground(Protocol):
    """The ground of one geo."""

    def spread(self, count: int, stream: Stream) -> Spread:
        """So many spots, evenly; the draws of a spot do not depend on how many there are."""

    def door(self, wanted: Iterator[Point]) -> Spot:
        """The first of the wanted points, all in one distance from a restaurant, where a customer can live.

        Where none of them will do, the last is moved to where it does.
        """


class Square:
    """A square of the plane; every point of it will do. x, side : its left edge and its side, metres."""

    def __init__(self, x: float, side: float) -> None:
        self.x, self.side = x, side

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.x <= x <= self.x + self.side and 0.0 <= y <= self.side

    def spread(self, count: int, stream: Stream) -> Spread:
        """See Ground."""
        x, y = (stream.uniforms(count, axis) * self.side for axis in (0, 1))
        return off_street(np.stack([self.x + x, y], axis=1))

    def door(self, wanted: Iterator[Point]) -> Spot:
        """See Ground."""
        for x, y in wanted:
            if self.contains(x, y):
                return Spot(x, y)
        return Spot(min(max(x, self.x), self.x + self.side), min(max(y, 0.0), self.side))


class Recorded:
    """The plane of a recorded day: everything has its place there already, and nothing is drawn."""

    def spread(self, count: int, stream: Stream) -> Spread:
        """Nobody asks for one."""
        raise NotImplementedError("what was recorded is not drawn")

    def door(self, wanted: Iterator[Point]) -> Spot:
        """See Ground: anywhere."""
        return Spot(*next(wanted))

"""Which node of a map is nearest to a place, and how far it is."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from swifteats_sim.streets.street_map import StreetMap


class OffTheMap(ValueError):
    """A place is farther from all streets than it may be."""


class Snapped(NamedTuple):
    """nodes : int32[n]; metres : float64[n], in a straight line to each."""

    nodes: NDArray[np.int32]
    metres: NDArray[np.float64]


class Snapper:
    """The nearest nodes of one map."""

    def __init__(self, streets: StreetMap, limit: float) -> None:
        """limit : metres that a place may be from its node."""
        self._streets, self._limit = streets, limit

    def snap(self, kind: str, points: NDArray[np.float64]) -> Snapped:
        """The node nearest to each of float64[n, 2], metres. kind : what the points are, such as "restaurant".

        OffTheMap names the first that is too far, with its number from 0 on.
        """
        finite = np.isfinite(points).all(axis=1)
        if not finite.all():
            point = int(np.argmin(finite))
            raise OffTheMap(f"{kind} {point} has no place: {points[point, 0]}, {points[point, 1]}")
        nearest = self._tree.query(points)
        metres, nodes = np.asarray(nearest[0]), np.asarray(nearest[1], dtype=np.int32)
        if np.any(metres > self._limit):
            raise OffTheMap(self._complaint(kind, points, metres))
        return Snapped(nodes, metres)

    def _complaint(self, kind: str, points: NDArray[np.float64], metres: NDArray[np.float64]) -> str:
        far = np.flatnonzero(metres > self._limit)
        point, others = int(far[0]), f" (as are {len(far) - 1} more)" if len(far) > 1 else ""
        return (
            f"{kind} {point} at {self._said(points[point])} is {metres[point]:,.0f} m from the nearest node of"
            f" {self._streets.name}, more than {self._limit:,.0f} m{others}"
        )

    def _said(self, point: NDArray[np.float64]) -> str:
        longitude, latitude = self._streets.plane.degrees(point)
        return f"longitude {longitude:.4f}, latitude {latitude:.4f}"

    @cached_property
    def _tree(self) -> KDTree:
        return KDTree(self._streets.places)

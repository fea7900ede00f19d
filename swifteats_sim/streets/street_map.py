"""A network of streets as all who reckon with it see it: nodes, arcs between them, and the shapes of the arcs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.plane import Plane

ROADS = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service",
    "other",
)  # fmt: skip
"""Classes of roads, by the number that an arc has for its own; links count as what they lead to."""
COPYRIGHT = "(c) OpenStreetMap contributors"
"""Stands on every picture and page that shows a map made of their data."""


@dataclass(frozen=True, eq=False)
class StreetMap:
    """A network in which a way leads from each node to each other one.

    degrees : float64[nodes, 2], longitude and latitude (WGS 84). places : float64[nodes, 2], the same in metres east
    and north of the map's centre. tail, head : int32[arcs], nodes; arcs are sorted by (tail, head), no two have both
    alike, and none ends where it begins. length : float64[arcs], m. speed : float64[arcs], m/s, where nothing is in the
    way. road : int8[arcs], number in ROADS. begin : int32[arcs + 1], where the points of each arc begin in `shape` and
    end in the one before the next one's; shape : float64[points, 2], m, from tail to head, both included.
    provenance : what it was built from and how, by key; `attribution` is always there, and may be empty.
    """

    name: str
    degrees: NDArray[np.float64]
    places: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length: NDArray[np.float64]
    speed: NDArray[np.float64]
    road: NDArray[np.int8]
    begin: NDArray[np.int32]
    shape: NDArray[np.float64]
    provenance: Mapping[str, str]

    @property
    def nodes(self) -> int:
        """How many there are."""
        return len(self.places)

    @property
    def arcs(self) -> int:
        """How many there are; a street that may be driven both ways is two."""
        return len(self.tail)

    @cached_property
    def leaving(self) -> NDArray[np.int32]:
        """int32[nodes + 1]: the arcs that leave node n are leaving[n] .. leaving[n + 1] - 1."""
        return np.searchsorted(self.tail, np.arange(self.nodes + 1)).astype(np.int32)

    @cached_property
    def plane(self) -> Plane:
        """The plane that `places` and `shape` lie in: `plane.project(longitude, latitude)` gives metres, and back."""
        return Plane.around(self.degrees)

"""The ground of a geo on a street map: everything stands at a node of its streets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from swifteats_sim.city.sites import Site
from swifteats_sim.city.spots import Point, Spot, Spread
from swifteats_sim.engine.streams import Stream
from swifteats_sim.streets.cells import Cover, area_of

NEAR = 150.0
"""Metres from a street within which somebody may live: not on the sea, nor on a lake."""


class Streets:
    """Some nodes of a site are the geo's. Doors may be beyond its border, wherever the map has streets. See Ground."""

    def __init__(self, site: Site, nodes: NDArray[np.int32]) -> None:
        """nodes : of the site's map, where restaurants and drivers may be."""
        self._site, self._nodes = site, nodes

    def spread(self, count: int, stream: Stream) -> Spread:
        """See Ground: every node is as likely as another, so that there are more where streets are close."""
        drawn = (stream.uniforms(count, 0) * len(self._nodes)).astype(np.int64)
        return self._site.spots(self._nodes[drawn])

    def door(self, wanted: Iterator[Point]) -> Spot:
        """See Ground: the node nearest to a point that has one near."""
        for x, y in wanted:
            metres, node = self._tree.query((x, y))
            if metres <= NEAR:
                break
        east, north = self._site.places[node].tolist()
        return Spot(east, north, int(node))

    @property
    def area(self) -> float:
        """km2 of the h3 cells that have a street of the geo's."""
        return area_of(np.unique(Cover(self._site.streets).of_node[self._nodes]))

    @cached_property
    def _tree(self) -> KDTree:
        return KDTree(self._site.places)

"""Travel between any two nodes, where there is no tree to look at."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.congestion import Milliseconds
from swifteats_sim.streets.growing import grow, outward
from swifteats_sim.streets.routes import Routes
from swifteats_sim.streets.street_map import StreetMap

ROOM = 256
"""Trees: 10 MB on a map of 10,000 nodes."""


class Between:
    """Grows the tree of whichever node one sets out from, and keeps those that were asked for last.

    What is kept changes no answer, only how soon it comes.
    """

    def __init__(self, streets: StreetMap, routes: Routes, room: int = ROOM) -> None:
        """room : trees kept at most, 1 or more."""
        self._streets, self._routes, self._room = streets, routes, room
        self._trees: OrderedDict[tuple[int, int], Milliseconds] = OrderedDict()

    def ms(self, slot: int, origin: int, destination: int) -> int:
        """How long it takes."""
        return int(self._tree(slot, origin)[destination])

    def way(self, slot: int, origin: int, destination: int) -> NDArray[np.int32]:
        """The arcs from one node to the other."""
        return self._routes.from_root(self._tree(slot, origin), slot, destination)

    def _tree(self, slot: int, origin: int) -> Milliseconds:
        if (slot, origin) in self._trees:
            self._trees.move_to_end((slot, origin))
        else:
            graph = outward(self._streets, self._routes.all_ms[slot])
            self._trees[slot, origin] = grow(graph, np.array([origin], dtype=np.int32))[0]
            if len(self._trees) > self._room:
                self._trees.popitem(last=False)
        return self._trees[slot, origin]

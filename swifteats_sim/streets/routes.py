"""Which way leads along a tree, and when each of its arcs is passed in truth.

A tree is uint32[nodes], ms: how long it takes from its root to each node, or from each node to its root. The next arc
of a way is the first by number that takes exactly as long as the tree's times at its ends differ: no tree stores its
arcs, and a way depends on nothing but times. Each arc takes 1 ms at least, so that every way ends.

ms : uint32[arcs]; leaving, head, tail : see StreetMap; begin, by_head : see Arriving; out : room for as many arcs as
there are nodes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.streets.arriving import arriving
from swifteats_sim.streets.congestion import HOUR, HOURS, Congestion, Milliseconds
from swifteats_sim.streets.street_map import StreetMap

MILLISECOND = 1_000_000
ASTRAY = -1
"""A tree that these milliseconds have not grown leads nowhere."""


@compiled
def way_to(tree, ms, leaving, head, node, out):  # type: ignore[no-untyped-def]  # numba infers int64
    """How many arcs lead from a node to the root of a tree of times to it; they are written into `out`."""
    count = 0
    while tree[node] > 0:
        arc = leaving[node]
        while arc < leaving[node + 1] and ms[arc] + tree[head[arc]] != tree[node]:
            arc += 1
        if arc == leaving[node + 1]:
            return ASTRAY
        out[count] = arc
        node = head[arc]
        count += 1
    return count


@compiled
def way_from(tree, ms, begin, by_head, tail, node, out):  # type: ignore[no-untyped-def]  # numba infers int64
    """How many arcs lead to a node from the root of a tree of times from it; they are written into `out`."""
    count = 0
    while tree[node] > 0:
        index = begin[node]
        while index < begin[node + 1] and tree[tail[by_head[index]]] + ms[by_head[index]] != tree[node]:
            index += 1
        if index == begin[node + 1]:
            return ASTRAY
        out[count] = by_head[index]
        node = tail[by_head[index]]
        count += 1
    for index in range(count // 2):
        out[index], out[count - 1 - index] = out[count - 1 - index], out[index]
    return count


@compiled
def drive(arcs, count, left, depart, slot_of_hour, all_ms, passed):  # type: ignore[no-untyped-def]  # numba infers int64
    """How long (ns) the first `count` of some arcs take who departs at an instant (ns since midnight).

    Each takes what it takes in the slot in which it is entered; of the first, a share is left. passed : int64[count],
    written: when the end of each is reached, ns after the departure. slot_of_hour, all_ms : see Congestion.
    """
    after = 0
    for index in range(count):
        slot = slot_of_hour[(depart + after) // HOUR % HOURS]
        whole = int(all_ms[slot, arcs[index]]) * MILLISECOND
        after += whole if index > 0 or left == 1.0 else int(np.rint(whole * left))
        passed[index] = after
    return after


class Routes:
    """Ways on one map, for who asks from Python."""

    def __init__(self, streets: StreetMap, congestion: Congestion) -> None:
        self.all_ms = congestion.all_ms(streets)
        self.arriving = arriving(streets)
        self._streets, self._slot_of_hour = streets, congestion.slot_of_hour
        self._room = np.empty(streets.nodes, dtype=np.int32)

    def to_root(self, tree: Milliseconds, slot: int, node: int) -> NDArray[np.int32]:
        """The arcs from a node to the root of a tree of times to it. ValueError if it was grown in another slot."""
        streets = self._streets
        return self._whole(way_to(tree, self.all_ms[slot], streets.leaving, streets.head, node, self._room))

    def from_root(self, tree: Milliseconds, slot: int, node: int) -> NDArray[np.int32]:
        """The arcs to a node from the root of a tree of times from it. ValueError if it was grown in another slot."""
        return self._whole(way_from(tree, self.all_ms[slot], *self.arriving, self._streets.tail, node, self._room))

    def drive(self, arcs: NDArray[np.int32], depart: int) -> NDArray[np.int64]:
        """int64[arcs]: when the end of each is reached, ns after the departure (ns since midnight).

        On an arc that two enter in one slot, nobody overtakes. At a border of slots one may: who enters just before it
        becomes faster keeps to the slower time. The other gains at most what the two times of the arc differ by.
        """
        passed = np.empty(len(arcs), dtype=np.int64)
        drive(arcs, len(arcs), 1.0, depart, self._slot_of_hour, self.all_ms, passed)
        return passed

    def _whole(self, count: int) -> NDArray[np.int32]:
        if count == ASTRAY:
            raise ValueError(f"this tree of {self._streets.name} was grown from other times than are asked for")
        return self._room[:count].copy()

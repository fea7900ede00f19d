"""How long it takes from each restaurant to all nodes of a map, and from all nodes to it, in each slot of the day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.congestion import Congestion, Milliseconds
from swifteats_sim.streets.growing import Graph, Task, grow_all, inward, outward, tasks_of
from swifteats_sim.streets.street_map import StreetMap
from swifteats_sim.streets.tree_cache import Rows, TreeCache

Progress = Callable[[int, int], None]
"""Told (grown, to be grown) after each task; never, if all trees are there."""


@dataclass(frozen=True, eq=False)
class Trees:
    """The trees of all roots: uint32[nodes] each, ms, read-only; shared by all processes where they come from a cache.

    grown : how many were reckoned now; the others were read. notices : what did not work with the cache.
    """

    grown: int
    notices: tuple[str, ...]
    _from: tuple[Rows, ...] = field(repr=False)
    _to: tuple[Rows, ...] = field(repr=False)

    def from_root(self, slot: int, root: int) -> Milliseconds:
        """How long it takes from a root to each node. KeyError for a node that is no root."""
        return self._from[slot][root]

    def to_root(self, slot: int, root: int) -> Milliseconds:
        """How long it takes from each node to a root. KeyError for a node that is no root."""
        return self._to[slot][root]


def grow_trees(
    streets: StreetMap,
    congestion: Congestion,
    roots: NDArray[np.int32],
    cache: TreeCache,
    workers: int = 1,
    progress: Progress = lambda grown, all_of_them: None,
) -> Trees:
    """Two trees a slot for each node in `roots`, however often it is named; read where a cache has them, else grown.

    workers : processes at most. ValueError for a root that is no node.
    """
    if len(roots) and not 0 <= roots.min() <= roots.max() < streets.nodes:
        raise ValueError(f"roots are nodes 0 .. {streets.nodes - 1}, not {roots.min()} .. {roots.max()}")
    wanted = np.unique(roots).astype(np.int32)
    times = congestion.all_ms(streets)
    graphs = [outward(streets, ms) for ms in times] + [inward(streets, ms) for ms in times]
    rows = [cache.read(graph, wanted) for graph in graphs]
    lacking = [np.array([root for root in wanted.tolist() if root not in found], dtype=np.int32) for found in rows]
    _Growing(graphs, lacking, cache, rows, progress).finish(workers)
    grown, slots = sum(map(len, lacking)), congestion.slots
    return Trees(grown, tuple(cache.notices), tuple(rows[:slots]), tuple(rows[slots:]))


class _Growing:
    """What is being grown: a graph's trees are kept when its last one is there, so that few are in memory at a time."""

    def __init__(
        self,
        graphs: Sequence[Graph],
        lacking: Sequence[NDArray[np.int32]],
        cache: TreeCache,
        rows: Sequence[Rows],
        progress: Progress,
    ) -> None:
        """lacking : the roots of each graph that it has no trees of; rows : its trees, which these are added to."""
        self._graphs, self._lacking, self._cache, self._rows, self._progress = graphs, lacking, cache, rows, progress
        self._nodes = len(graphs[0].begin) - 1
        self._whole: Milliseconds = np.empty((0, self._nodes), dtype=np.uint32)
        self._grown = 0

    def finish(self, workers: int) -> None:
        """Grow all."""
        tasks = [task for graph, roots in enumerate(self._lacking) for task in tasks_of(graph, roots, self._nodes)]
        grow_all(self._graphs, tasks, workers, self._take)

    def _take(self, task: Task, trees: Milliseconds) -> None:
        """Tasks come in order, those of a graph one after the other."""
        lacking, stop = self._lacking[task.graph], task.first + len(task.roots)
        if task.first == 0:
            self._whole = np.empty((len(lacking), self._nodes), dtype=np.uint32)
        self._whole[task.first : stop] = trees
        if stop == len(lacking):
            self._whole.flags.writeable = False
            self._rows[task.graph].update(self._cache.keep(self._graphs[task.graph], lacking, self._whole))
        self._grown += len(task.roots)
        self._progress(self._grown, sum(map(len, self._lacking)))

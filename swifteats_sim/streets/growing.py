"""Shortest-path trees by scipy's Dijkstra, here or in several processes, to the same millisecond."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from swifteats_sim.engine.interrupts import interrupts_ignored
from swifteats_sim.streets.arriving import arriving
from swifteats_sim.streets.congestion import Milliseconds
from swifteats_sim.streets.street_map import StreetMap

SETTLED_A_TASK = 2_000_000
"""Nodes that one task reaches, about: 0.3 s of work. Less than two tasks are not worth a process."""


class Graph(NamedTuple):
    """What trees grow on: node n is followed by ends[begin[n] .. begin[n + 1] - 1], each once, so many ms later."""

    begin: NDArray[np.int32]
    ends: NDArray[np.int32]
    ms: Milliseconds


class Task(NamedTuple):
    """Trees to be grown together. graph : its number; first : of the roots among all of their graph; roots : nodes."""

    graph: int
    first: int
    roots: NDArray[np.int32]


Take = Callable[[Task, Milliseconds], None]
"""Given a task and its trees, uint32[roots, nodes], as they are done and in order."""


def outward(streets: StreetMap, ms: Milliseconds) -> Graph:
    """A tree on it tells how long it takes from its root to each node. ms : see Congestion.arc_ms."""
    return Graph(streets.leaving, streets.head, ms)


def inward(streets: StreetMap, ms: Milliseconds) -> Graph:
    """A tree on it tells how long it takes from each node to its root: all arcs lead back."""
    begin, arcs = arriving(streets)
    return Graph(begin, streets.tail[arcs], ms[arcs])


def grow(graph: Graph, roots: NDArray[np.int32]) -> Milliseconds:
    """uint32[roots, nodes], read-only. OverflowError where a way takes longer than 49 days, or leads nowhere.

    Sums of integers are exact in float64 below 2**53.
    """
    nodes = len(graph.begin) - 1
    matrix = csr_array((graph.ms.astype(np.float64), graph.ends, graph.begin), shape=(nodes, nodes))
    times = dijkstra(matrix, indices=roots)
    if not times.max(initial=0.0) <= np.iinfo(np.uint32).max:
        raise OverflowError("a way on this map takes longer than 49 days, or there is none")
    trees: Milliseconds = times.astype(np.uint32)
    trees.flags.writeable = False  # as if it were read from a cache: compiled code sees one type
    return trees


def tasks_of(graph: int, roots: NDArray[np.int32], nodes: int) -> Iterator[Task]:
    """The trees of one graph in tasks of like size. graph : its number."""
    size = max(SETTLED_A_TASK // nodes, 1)
    for first in range(0, len(roots), size):
        yield Task(graph, first, roots[first : first + size])


def grow_all(graphs: Sequence[Graph], tasks: Sequence[Task], workers: int, take: Take) -> None:
    """Grow the trees of all tasks, in at most so many processes.

    An interrupt lets each process finish what it has begun, a second or two, and ends them all before it goes on.
    """
    if min(workers, len(tasks)) <= 1 or not _has_a_program():
        for task in tasks:
            take(task, grow(graphs[task.graph], task.roots))
        return
    pool = ProcessPoolExecutor(min(workers, len(tasks)), get_context("spawn"), _join, (tuple(graphs),))
    try:
        with interrupts_ignored():
            waiting = deque((task, pool.submit(_grow, task)) for task in tasks)
        _take_all(waiting, take)
    finally:
        pool.shutdown(cancel_futures=True)  # tasks are short: a worker killed while it sends would leave us reading


def _has_a_program() -> bool:
    """Whether a new process finds what this one runs: it would wait for ever for a program that came by a pipe."""
    program = getattr(sys.modules["__main__"], "__file__", None)
    return program is None or Path(program).exists()


def _take_all(waiting: deque[tuple[Task, Future[Milliseconds]]], take: Take) -> None:
    """One after the other, none kept any longer than it takes."""
    while waiting:
        task, future = waiting.popleft()
        take(task, future.result())


class _Worker:
    """What a worker process was given at its start."""

    graphs: tuple[Graph, ...]


def _join(graphs: tuple[Graph, ...]) -> None:
    """Begin a worker."""
    _Worker.graphs = graphs


def _grow(task: Task) -> Milliseconds:
    return grow(_Worker.graphs[task.graph], task.roots)

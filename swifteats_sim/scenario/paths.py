"""The paths of jobs through a stack: every step with what was placed before it, and which flows start which."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from swifteats_sim.scenario.errors import KeyPath
from swifteats_sim.scenario.flows import GPS, MENU, ORDER, SEARCH, Flow
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.steps import Batch, Branch, CacheStep, Parallel, Place, Repeat, Start, Step, nested

FED = (GPS, MENU, SEARCH)
"""Flows that may have a source without saying so."""


NOWHERE = ""
"""Instead of a topic: a job that was not placed."""
UNPLACED = frozenset({NOWHERE})


class Met(NamedTuple):
    """A step on a job's path. placed : the topics in one of which the job was placed last, NOWHERE among them."""

    path: KeyPath
    step: Step
    placed: frozenset[str]


Path = tuple[Met, ...]


def along(
    steps: tuple[Step, ...], path: KeyPath, placed: frozenset[str] = UNPLACED
) -> Generator[Met, None, frozenset[str]]:
    """Every step in turn; the topics in one of which who comes to the end was placed last."""
    for index, step in enumerate(steps):
        yield Met((*path, index), step, placed)
        before = placed
        if isinstance(step, Repeat):  # the second round begins where the first one ends
            before |= _end(step.steps, placed)
        ends = []
        for below, inside in nested(step):
            ends.append((yield from along(inside, (*path, index, *below), before)))
        if isinstance(step, Place):
            placed = frozenset({step.place})
        elif isinstance(step, Branch | CacheStep):
            placed = frozenset.union(*ends)
        elif isinstance(step, Batch):  # one passes the steps for all: the others stay where they were
            placed |= ends[0]
        elif ends and not isinstance(step, Parallel):  # what runs in parallel keeps its place for itself
            placed = ends[0]
    return placed


def _end(steps: tuple[Step, ...], placed: frozenset[str]) -> frozenset[str]:
    """Where who comes to the end of these steps was placed last."""
    path = along(steps, (), placed)
    while True:
        try:
            next(path)
        except StopIteration as end:
            found: frozenset[str] = end.value
            return found


def _graph(jobs: Mapping[str, Path]) -> TopologicalSorter[str]:
    """The flows, those that are started before those that start them."""
    return TopologicalSorter({name: [started for started, _ in _starts(path)] for name, path in jobs.items()})


def _starts(path: Path) -> list[tuple[str, frozenset[str]]]:
    """The flows that a path starts, each with where the job may be by then."""
    return [(met.step.start, met.placed) for met in path if isinstance(met.step, Start) and met.step.start != ORDER]


def circle_of(jobs: Mapping[str, Path]) -> tuple[str, ...]:
    """Flows of which each starts the next, the first one again at the end; () when there is no circle."""
    try:
        _graph(jobs).prepare()
    except CycleError as error:
        names: list[str] = error.args[1][:0:-1]  # graphlib names what comes first first: the started
        first = min(range(len(names)), key=lambda index: list(jobs).index(names[index]))
        return (*names[first:], *names[: first + 1])
    return ()


def brought_along(stack: Stack, jobs: Mapping[str, Path]) -> frozenset[str]:
    """Flows all of whose jobs bring a partition along, from the flows that start them."""
    given: dict[str, list[bool]] = {name: [] for name in jobs}
    brought: list[str] = []
    for name in reversed(tuple(_graph(jobs).static_order())):
        if given[name] and all(given[name]) and not fed(name, stack.flows[name]):
            brought.append(name)
        for started, placed in _starts(jobs[name]):
            given[started].append(NOWHERE not in placed or name in brought)
    return frozenset(brought)


def of_drivers(stack: Stack, jobs: Mapping[str, Path]) -> frozenset[str]:
    """Flows all of whose jobs are of drivers: their fixes, and what those alone start."""
    starters: dict[str, list[str]] = {name: [] for name in jobs}
    driven: list[str] = []
    for name in reversed(tuple(_graph(jobs).static_order())):
        flow = stack.flows[name]
        own = sent_by_drivers(flow) if name == GPS else bool(starters[name]) and not fed(name, flow)
        if own and all(starter in driven for starter in starters[name]):
            driven.append(name)
        for started, _ in _starts(jobs[name]):
            starters[started].append(name)
    return frozenset(driven)


def fed(name: str, flow: Flow) -> bool:
    """Whether a flow has jobs that no other flow starts."""
    return name in FED or any(source is not None for source in (flow.arrivals, flow.clients, flow.connects))


def sent_by_drivers(gps: Flow) -> bool:
    """Whether drivers send them, or as many clients as are declared in their place; arrivals come from anyone."""
    return gps.arrivals is None and gps.connects is None and gps.clients != "watchers"

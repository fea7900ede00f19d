"""What must hold along the paths of jobs: how deep steps nest, what was placed before, and who starts whom."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from swifteats_sim.scenario.errors import Findings, KeyPath
from swifteats_sim.scenario.metrics import ORDER
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.steps import Branch, CacheStep, Consume, Parallel, Place, Start, Step, Visit, nested

FLOWS: KeyPath = ("stack", "flows")
DEEPEST = 6
LONGEST = 12
"""Names of a circle in a message."""
OWN_CONSUMERS = ("assignment",)
"""Topics whose messages the platform's own consumers handle."""
FED = ("gps", "menu", "search")
"""Flows that may have a source without saying so."""


class Met(NamedTuple):
    """A step on a job's path, with the topics that the job was placed in before."""

    path: KeyPath
    step: Step
    placed: frozenset[str]


Path = tuple[Met, ...]


def flow_findings(stack: Stack) -> Findings:
    """Everything that goes wrong along the paths of jobs."""
    for name, flow in stack.flows.items():
        yield from _too_deep(flow.steps, (*FLOWS, name, "steps"), 1)
    jobs = {
        name: tuple(_along(flow.steps, (*FLOWS, name, "steps"), frozenset()))
        for name, flow in stack.flows.items()
        if name != ORDER
    }
    circle = _circle(jobs)
    yield from _started(jobs, circle)
    brought = frozenset(jobs) if circle else _brought(stack, jobs)
    for name, path in jobs.items():
        for met in path:
            yield from _placed_first(stack, met, name in brought)


def _too_deep(steps: tuple[Step, ...], path: KeyPath, depth: int) -> Findings:
    if steps and depth > DEEPEST:
        yield (*path, 0), f"steps are nested at most {DEEPEST} deep"
        return
    for index, step in enumerate(steps):
        for below, inside in nested(step):
            yield from _too_deep(inside, (*path, index, *below), depth + 1)


def _along(steps: tuple[Step, ...], path: KeyPath, placed: frozenset[str]) -> Generator[Met, None, frozenset[str]]:
    """Every step in turn; the topics in which every job that comes to the end was placed."""
    for index, step in enumerate(steps):
        yield Met((*path, index), step, placed)
        ends = []
        for below, inside in nested(step):
            ends.append((yield from _along(inside, (*path, index, *below), placed)))
        if isinstance(step, Place):
            placed |= {step.place}
        elif isinstance(step, Branch | CacheStep):
            placed = frozenset.intersection(*ends)
        elif ends and not isinstance(step, Parallel):  # what runs in parallel keeps its place for itself
            placed = ends[0]
    return placed


def _placed_first(stack: Stack, met: Met, brought: bool) -> Findings:
    """A message is handled, and a partition's instance visited, only by who was placed."""
    match met.step:
        case Consume(consume=topic) if topic in OWN_CONSUMERS:
            yield (*met.path, "consume"), f"{topic} has consumers of its own, the platform's"
        case Consume(consume=topic) if topic not in met.placed:
            yield (*met.path, "consume"), f"no `place: {topic}` stands before"
        case Visit(at=station) if stack.stations[station].balancing == "partition" and not (met.placed or brought):
            yield (*met.path, "at"), f"{station} balances by partition, and no `place` stands before"


def _started(jobs: Mapping[str, Path], circle: tuple[str, ...]) -> Findings:
    """Flows that start each other in a circle would breed jobs for ever."""
    for path in jobs.values():
        for met in path:
            if isinstance(met.step, Start) and met.step.start == ORDER:
                yield (*met.path, "start"), f"flow {ORDER!r} is started by customers only"
    if circle:
        first, then = circle[:2]
        named = circle if len(circle) <= LONGEST else (*circle[: LONGEST - 2], "...", circle[-1])
        step = next(met for met in jobs[first] if isinstance(met.step, Start) and met.step.start == then)
        yield (*step.path, "start"), f"flow {first!r} would start itself again: {' -> '.join(named)}"


def _graph(jobs: Mapping[str, Path]) -> TopologicalSorter[str]:
    """The flows, those that are started before those that start them."""
    return TopologicalSorter({name: [started for started, _ in _starts(path)] for name, path in jobs.items()})


def _starts(path: Path) -> list[tuple[str, frozenset[str]]]:
    """The flows that a path starts, each with what the job was placed in by then."""
    return [(met.step.start, met.placed) for met in path if isinstance(met.step, Start) and met.step.start != ORDER]


def _circle(jobs: Mapping[str, Path]) -> tuple[str, ...]:
    """Flows of which each starts the next, the first one again at the end; () when there is no circle."""
    try:
        _graph(jobs).prepare()
    except CycleError as error:
        names: list[str] = error.args[1][:0:-1]  # graphlib names what comes first first: the started
        first = min(range(len(names)), key=lambda index: list(jobs).index(names[index]))
        return (*names[first:], *names[: first + 1])
    return ()


def _brought(stack: Stack, jobs: Mapping[str, Path]) -> frozenset[str]:
    """Flows all of whose jobs bring a partition along, from the flows that start them."""
    given: dict[str, list[bool]] = {name: [] for name in jobs}
    brought: list[str] = []
    for name in reversed(tuple(_graph(jobs).static_order())):
        flow = stack.flows[name]
        fed = name in FED or flow.arrivals is not None or flow.clients is not None
        if given[name] and all(given[name]) and not fed:
            brought.append(name)
        for started, placed in _starts(jobs[name]):
            given[started].append(bool(placed) or name in brought)
    return frozenset(brought)

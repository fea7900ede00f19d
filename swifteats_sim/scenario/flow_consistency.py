"""What must hold along the paths of jobs: how deep steps nest, what was placed before, and who starts whom."""

from __future__ import annotations

from collections.abc import Mapping

from swifteats_sim.scenario.errors import Findings, KeyPath
from swifteats_sim.scenario.flows import GPS, ORDER
from swifteats_sim.scenario.paths import NOWHERE, Met, Path, along, brought_along, circle_of, of_drivers
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.stack_consistency import OWN_CONSUMERS
from swifteats_sim.scenario.steps import Consume, KeepLatest, KeepNewest, OnlyIf, Start, Step, Visit, nested

FLOWS: KeyPath = ("stack", "flows")
DEEPEST = 6
LONGEST = 12
"""Names of a circle in a message."""


def flow_findings(stack: Stack) -> Findings:
    """Everything that goes wrong along the paths of jobs."""
    for name, flow in stack.flows.items():
        yield from _too_deep(flow.steps, (*FLOWS, name, "steps"), 1)
    jobs = {
        name: tuple(along(flow.steps, (*FLOWS, name, "steps"))) for name, flow in stack.flows.items() if name != ORDER
    }
    circle = circle_of(jobs)
    yield from _started(jobs, circle)
    brought = frozenset(jobs) if circle else brought_along(stack, jobs)
    driven = frozenset(jobs) if circle else of_drivers(stack, jobs)
    for name, path in jobs.items():
        for met in path:
            yield from _placed_first(stack, met, name in brought)
            if name not in driven:
                yield from _drivers_only(met)


def _too_deep(steps: tuple[Step, ...], path: KeyPath, depth: int) -> Findings:
    if steps and depth > DEEPEST:
        yield (*path, 0), f"steps are nested at most {DEEPEST} deep"
        return
    for index, step in enumerate(steps):
        for below, inside in nested(step):
            yield from _too_deep(inside, (*path, index, *below), depth + 1)


def _placed_first(stack: Stack, met: Met, brought: bool) -> Findings:
    """A message is handled, and a partition's instance visited, only by who was placed."""
    match met.step:
        case Consume(consume=topic) if topic in OWN_CONSUMERS:
            yield (*met.path, "consume"), f"{topic} has consumers of its own, the platform's"
        case Consume(consume=topic) if NOWHERE in met.placed:
            yield (*met.path, "consume"), f"no `place: {topic}` stands before"
        case Consume(consume=topic) if met.placed != {topic}:
            yield (*met.path, "consume"), f"not every job that comes here was placed last by `place: {topic}`"
        case Visit(at=station) if (
            stack.stations[station].balancing == "partition" and NOWHERE in met.placed and not brought
        ):
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


def _drivers_only(met: Met) -> Findings:
    if isinstance(met.step, KeepNewest | KeepLatest | OnlyIf):
        key = next(iter(type(met.step).model_fields))
        where = f"in flow {GPS!r}, if its jobs are of `clients`, and in flows that it alone starts"
        yield (*met.path, key), f"{key} speaks of drivers: only {where}"

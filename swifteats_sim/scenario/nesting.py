"""What must not stand inside what: jobs that would wait for themselves, and rules that not every order would meet."""

from __future__ import annotations

from math import prod

from swifteats_sim.scenario.errors import Findings, KeyPath
from swifteats_sim.scenario.flows import ORDER
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.steps import (
    Branch,
    CacheStep,
    Consume,
    Hold,
    Parallel,
    Repeat,
    RuleStep,
    Step,
    flat,
    nested,
)

MOST_STEPS = 10_000
Around = tuple[tuple[Step, str | int], ...]
"""The steps that a step stands in, from outside in, each with the key that leads inside."""


def nesting_findings(stack: Stack) -> Findings:
    """Every step that must not stand where it does."""
    for name, flow in stack.flows.items():
        for path, step, around in _enclosed(flow.steps, ("stack", "flows", name, "steps"), ()):
            yield from _waits_for_itself(stack, step, path, around)
            yield from _has_an_end(step, path, around)
            if name == ORDER:
                yield from _is_ruled_once(step, path, around)


def _enclosed(steps: tuple[Step, ...], path: KeyPath, around: Around) -> list[tuple[KeyPath, Step, Around]]:
    """Every step, nested ones included, depth first, with its path and what it stands in."""
    found = list[tuple[KeyPath, Step, Around]]()
    for index, step in enumerate(steps):
        found.append(((*path, index), step, around))
        for below, inside in nested(step):
            found += _enclosed(inside, (*path, index, *below), (*around, (step, below[0])))
    return found


def _waits_for_itself(stack: Stack, step: Step, path: KeyPath, around: Around) -> Findings:
    """What a job has, or is doing, it must not wait for."""
    held = [outer.hold.pool for outer, _ in around if isinstance(outer, Hold)]
    consumed = [outer.consume for outer, _ in around if isinstance(outer, Consume)]
    filled = [outer.cache for outer, key in around if isinstance(outer, CacheStep) and key == "miss"]
    match step:
        case Hold(hold=terms) if terms.timeout and terms.pool in held:
            said = "is held here already: who hold all of it would wait for each other; `timeout: 0 s` does not wait"
            yield (*path, "hold", "pool"), f"{terms.pool} {said}"
        case Consume(consume=topic) if topic in consumed:
            yield (*path, "consume"), f"a consumer of {topic} would wait for a consumer of {topic}"
        case CacheStep(cache=name) if name in filled and stack.caches[name].protection == "single_flight":
            yield (*path, "cache"), f"with `single_flight` the fill of {name} would wait for itself"


def _has_an_end(step: Step, path: KeyPath, around: Around) -> Findings:
    """A repetition is written out step by step."""
    if isinstance(step, Repeat):
        times = prod(outer.repeat for outer, _ in around if isinstance(outer, Repeat)) * step.repeat
        steps = times * sum(1 for _ in flat(step.steps))
        if steps > MOST_STEPS:
            yield (*path, "repeat"), f"makes {steps:,} steps of one job, at most {MOST_STEPS:,}"


def _is_ruled_once(step: Step, path: KeyPath, around: Around) -> Findings:
    """Rules run for every order, one after the other; a client may try them again, as what they do is done once."""
    if isinstance(step, Parallel):
        ruled = [way for way in step.parallel if any(isinstance(inside, RuleStep) for inside in flat(way))]
        if len(ruled) > 1:
            yield (*path, "parallel"), "rules run one after the other: only in one of the sequences"
    if isinstance(step, RuleStep) and any(isinstance(outer, Branch) for outer, _ in around):
        yield (*path, "rule"), "a rule is for every order: not inside a branch"

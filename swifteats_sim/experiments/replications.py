"""Replications of a scenario, one after the other or over several processes, with the same result."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from swifteats_sim.experiments.processes import Tick, frozen, share_out, tell
from swifteats_sim.results import Tables
from swifteats_sim.scenario import Scenario
from swifteats_sim.simulation import Engine, simulate, sweep

Heard = Callable[[int, Tables], None]
"""Told (replication, its record) as each comes to its end."""


def replicate(
    scenario: Scenario, workers: int, tick: Tick, engine: Engine, heard: Heard, numbers: range | None = None
) -> None:
    """Run every replication, or those of these numbers.

    workers : processes at most; engine : see `simulate`. An interrupt ends them all before it goes on.
    """
    numbers = range(scenario.replications) if numbers is None else numbers
    if min(workers, len(numbers)) <= 1:
        _one_by_one(scenario, numbers, tick, engine, heard)
        return
    jobs = {number: partial(_replicate, scenario, number, engine) for number in numbers}
    share_out(jobs, min(workers, len(numbers)), scenario, engine, tick, heard)


def _one_by_one(scenario: Scenario, numbers: range, tick: Tick, engine: Engine, heard: Heard) -> None:
    """All in this process: what was there before is set aside, so that to sweep a run away looks at that run alone."""
    if _Worker.used:
        sweep()
    with frozen():
        for number in numbers:
            heard(number, _one(scenario, number, partial(tick, number), engine))


def _one(scenario: Scenario, number: int, tick: Callable[[int], None], engine: Engine) -> Tables:
    """One replication in this process, which may have run another one."""
    if _Worker.used:
        sweep()
    _Worker.used = True
    return simulate(scenario, number, tick, engine)


class _Worker:
    """Whether a replication was run in this process."""

    used = False


def _replicate(scenario: Scenario, number: int, engine: Engine) -> Tables:
    return _one(scenario, number, partial(tell, number), engine)

"""What one run costs, measured in the process that runs it."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

SCENARIOS = Path(__file__).parents[1] / "scenarios"


class Cost(NamedTuple):
    """What one run cost. wall, virtual : s; memory : MB at the peak of its process."""

    wall: float
    virtual: float
    events: int
    fixes: int
    orders: int
    memory: float


def cost_of(file: str, settings: Sequence[str]) -> Cost:
    """One run in this process, compilation and assembly apart from the clock."""
    from swifteats_sim.scenario import load
    from swifteats_sim.simulation import simulate

    pairs = [setting.split("=", 1) for setting in settings]
    scenario = load(SCENARIOS / file, [(key, value) for key, value in pairs])
    simulate(load(SCENARIOS / file, [("warmup", "0 s"), ("duration", "5 s")]))  # compiles
    began = perf_counter()
    tables = simulate(scenario)
    wall = perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(wall, scenario.end / 1e9, tables.counts["events"], tables.flows["gps"].born, len(tables.orders), memory)

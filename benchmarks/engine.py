"""The engine as the cases run it: a scenario below `scenarios/`, by either engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from swifteats_sim.results import Tables
from swifteats_sim.scenario import Scenario, load
from swifteats_sim.simulation import Engine, simulate

SCENARIOS = Path(__file__).parents[1] / "scenarios"
ENGINES: tuple[Engine, ...] = ("compiled", "reference")
COMPILED: Engine = "compiled"
REFERENCE: Engine = "reference"


def run(
    scenario: Scenario,
    engine: Engine = COMPILED,
    replication: int = 0,
    progress: Callable[[int], None] = lambda now: None,
) -> Tables:
    """One replication by this engine."""
    return simulate(scenario, replication, progress, engine)


def declared(file: str, settings: Sequence[tuple[str, str]] = ()) -> Scenario:
    """A scenario with settings (`--set`) laid over it."""
    return load(SCENARIOS / file, settings)


def span(warmup: float, duration: float) -> list[tuple[str, str]]:
    """Settings of the two spans, s."""
    return [("warmup", f"{warmup:g} s"), ("duration", f"{duration:g} s")]


def compile_all(*scenarios: Scenario) -> None:
    """Run each for a moment by both engines, so that nothing is compiled while a clock runs."""
    for scenario in scenarios:
        for engine in ENGINES:
            run(scenario, engine)

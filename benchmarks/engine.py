"""The engine as the cases run it: a scenario below `scenarios/`, by either engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from pathlib import Path
from typing import Any, Literal

from swifteats_sim.results import Tables
from swifteats_sim.scenario import Scenario, load
from swifteats_sim.simulation import simulate

SCENARIOS = Path(__file__).parents[1] / "scenarios"
Engine = Literal["compiled", "reference"]
ENGINES: tuple[Engine, ...] = ("compiled", "reference")
COMPILED: Engine = "compiled"
REFERENCE: Engine = "reference"
HAS_ENGINES = "engine" in signature(simulate).parameters


def run(
    scenario: Scenario,
    engine: Engine = COMPILED,
    replication: int = 0,
    progress: Callable[[int], None] = lambda now: None,
) -> Tables:
    """One replication by this engine; where there is only one yet, by that."""
    chosen: dict[str, Any] = {"engine": engine} if HAS_ENGINES else {}
    return simulate(scenario, replication, progress, **chosen)


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

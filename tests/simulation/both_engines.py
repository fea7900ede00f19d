"""One scenario by both engines: every table, and every job that is done."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple
from unittest.mock import patch

import pandas as pd

from swifteats_sim.results.tables import FlowRecord, Tables
from swifteats_sim.scenario import Scenario
from swifteats_sim.simulation import simulate
from swifteats_sim.simulation.software import Engine, Software

Jobs = dict[str, list[tuple[int, int, int]]]
"""Of each flow (entity, born, done), in the order they end."""


class Record(NamedTuple):
    """What came of a run."""

    tables: Tables
    jobs: Jobs


def record(scenario: Scenario, engine: Engine, step: int = 0) -> Record:
    """One replication, with all jobs noted one by one. step : ns that flows go at once; 0: as far as asked."""
    seen = list[Software]()

    class Noting(Software):
        """Notes the jobs of every flow."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            for flow in self.flows.values():
                flow.sampled = 1
            if step:
                self.loop.advance = in_steps(self.loop.advance, lambda: self.loop.now, step)  # type: ignore[method-assign, assignment]
            seen.append(self)

    place = "simulate" if scenario.city is None else "assembly"
    with patch.object(import_module(f"swifteats_sim.simulation.{place}"), "Software", Noting):
        tables = simulate(scenario, engine=engine)
    return Record(tables, {name: flow.sample for name, flow in seen[0].flows.items()})


def in_steps(advance: Callable[[int], None], now: Callable[[], int], step: int) -> Callable[[int], None]:
    """The same, little by little."""

    def advancing(until: int) -> None:
        for at in range(now() + step, until, step):
            advance(at)
        advance(until)

    return advancing


def differences(one: Record, other: Record) -> list[str]:
    """Where two runs differ, in words; [] where nothing does."""
    found = [
        f"jobs of {name}: {_first(jobs, other.jobs[name])}"
        for name, jobs in one.jobs.items()
        if jobs != other.jobs[name]
    ]
    for field in dataclasses.fields(Tables):
        found += _between(field.name, getattr(one.tables, field.name), getattr(other.tables, field.name))
    return found


def _between(name: str, one: Any, other: Any) -> list[str]:
    if isinstance(one, pd.DataFrame) and not one.equals(other):
        one, other = _columns(one), _columns(other)
    elif isinstance(one, pd.DataFrame):
        return []
    elif isinstance(one, FlowRecord):
        one, other = vars(one), vars(other)
    if isinstance(one, dict) and one.keys() == other.keys():
        return [each for key in one for each in _between(f"{name}.{key}", one[key], other[key])]
    return [] if one == other else [f"{name}: {one} and {other}"]


def _columns(frame: pd.DataFrame) -> dict[str, object]:
    return {str(key): (str(frame[key].dtype), frame[key].tolist()) for key in frame}


def _first(one: list[Any], other: list[Any]) -> str:
    place = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    return f"{len(one)} and {len(other)}" if place is None else f"{one[place]} and {other[place]} at {place}"

"""The check of a queue against theory, the same for the engine and for its mutants.

One value a replication, a t-interval over 30 replications. An interval at 95 % must be narrow, or the check says
nothing. Theory is contradicted where the exact value lies outside an interval whose level is corrected for the number
of all values of all cases (Bonferroni): a right engine fails any of them in one of a thousand seeds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy import stats
from theory_cases import VALUES, Exact

from swifteats_sim.engine.flow import Flow
from swifteats_sim.experiments import Rehearsal, rehearse
from swifteats_sim.results import Tables
from swifteats_sim.results.distribution import Distribution
from swifteats_sim.scenario import Scenario, load
from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.simulation import Engine, simulate
from swifteats_sim.simulation.software import Software

FOLDER = Path(__file__).parents[2] / "scenarios" / "theory"
ALPHA = 1e-3
REPLICATIONS = 30
WIDEST = {"p90": 0.04, "p95": 0.04, "p99": 0.05, "sd": 0.04, "p999": 0.35}
"""Greatest half-width at 95 %, over the value, by statistic; of p999 that of the share beyond it, which changes by a
third where an exponential tail's p999 changes by a twentieth."""
WIDEST_MEAN = 0.02
"""For means, rates and shares."""
BEYOND = 0.001
"""The share beyond a p999."""

Observed = Mapping[str, Sequence[float]]
"""By metric, a value a replication."""


def rehearsed(name: str, *overrides: tuple[str, str], engine: Engine = "compiled") -> Rehearsal:
    """A scenario of scenarios/theory, run as a user runs it; or by the engine in which a test has made a fault."""
    return rehearse(load(FOLDER / f"{name}.yaml", overrides), engine=engine)


def observed(rehearsal: Rehearsal) -> Observed:
    """Every metric, the deviations of times, and how many calls were under way at the ends of minutes."""
    further = [{**_levels(tables), **_deviations(tables)} for tables in rehearsal.tables]
    metrics = {name: estimate.per_replication for name, estimate in rehearsal.estimates.items()}
    return {**metrics, **{name: [each[name] for each in further] for name in further[0]}}


def _levels(tables: Tables) -> dict[str, float]:
    series = tables.series
    if "in_flight.call" not in series:
        return {}
    levels = series.loc[series["at"] > tables.warmup, "in_flight.call"].to_numpy()
    return {"levels.variance": float(levels.var(ddof=1)), "levels.at_most_43": float(np.mean(levels <= 43))}


def _deviations(tables: Tables) -> dict[str, float]:
    times = {
        f"{name}.{each}": getattr(flow, each) for name, flow in tables.flows.items() for each in ("wait", "latency")
    }
    return {f"{name}.sd": deviation(counted) for name, counted in times.items() if counted.number}


def deviation(times: Distribution) -> float:
    """Standard deviation, s: the middle of a bucket stands for what lies in it, which is 1/2048 off at most."""
    middles = (times.lowest + times.highest) / 2.0
    return math.sqrt(float(((middles - times.mean) ** 2) @ times.counts) / times.number) / SECOND


def beyond(rehearsal: Rehearsal, points: Exact) -> Observed:
    """Of each metric the share of times beyond its point, a replication each."""
    return {name: [_share_beyond(tables, name, at) for tables in rehearsal.tables] for name, at in points.items()}


def _share_beyond(tables: Tables, name: str, at: float) -> float:
    """The bucket in which the point lies is divided by it."""
    flow, quantity, _ = name.split(".")
    times: Distribution = getattr(tables.flows[flow], quantity)
    parts = (times.highest + 1 - at * SECOND) / (times.highest + 1 - times.lowest)
    return float(np.clip(parts, 0.0, 1.0) @ times.counts) / times.number


def departures_scv(scenario: Scenario, replication: int) -> float:
    """Squared coefficient of variation of the time between departures, of all measured jobs of the flow `call`."""
    noted = list[Flow]()

    class Noting(Software):
        """Notes its jobs one by one."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.flows["call"].sampled = 1
            noted.append(self.flows["call"])

    with patch.object(import_module("swifteats_sim.simulation.simulate"), "Software", Noting):
        simulate(scenario, replication)
    gaps = np.diff(np.sort([done for _, _, done in noted[0].sample]))
    return float(gaps.var() / gaps.mean() ** 2)


def interval(values: Sequence[float], alpha: float) -> tuple[float, float]:
    """Mean and half-width of the t-interval at 1 - alpha."""
    reach = float(stats.t.ppf(1.0 - alpha / 2.0, len(values) - 1))
    return float(np.mean(values)), reach * float(np.std(values, ddof=1)) / math.sqrt(len(values))


def contradicted(exact: Exact, seen: Observed) -> dict[str, str]:
    """The metrics whose interval excludes what theory says, with the numbers."""
    wrong = {}
    for name, truth in exact.items():
        assert len(seen[name]) == REPLICATIONS
        middle, half = interval(seen[name], ALPHA / VALUES)
        if abs(middle - truth) > half:
            wrong[name] = f"{middle:.6g} +- {half:.2g}, not {truth:.6g}"
    return wrong


def imprecise(exact: Exact, seen: Observed) -> dict[str, str]:
    """The metrics whose interval at 95 % is too wide to say much, with its half-width over the exact value."""
    wide = {}
    for name, truth in exact.items():
        relative = interval(seen[name], 0.05)[1] / truth
        if relative > WIDEST.get(name.rpartition(".")[2], WIDEST_MEAN):
            wide[name] = f"{relative:.1%}"
    return wide

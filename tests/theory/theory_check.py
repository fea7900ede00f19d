"""The check of a queue against theory, the same for the engine and for its mutants.

One value a replication, a t-interval over 30 replications. An interval at 95 % must be narrow, or the check says
nothing. Theory is contradicted where the exact value lies outside an interval whose level is corrected for the number
of all values of all cases (Bonferroni): a right engine fails any of them in one of a thousand seeds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy import stats
from theory_cases import VALUES, Exact

from swifteats_sim.experiments import Rehearsal, rehearse
from swifteats_sim.results import Tables
from swifteats_sim.scenario import load
from swifteats_sim.simulation import Engine

FOLDER = Path(__file__).parents[2] / "scenarios" / "theory"
ALPHA = 1e-3
REPLICATIONS = 30
WIDEST = {"p90": 0.04, "p95": 0.04, "p99": 0.05}
"""Greatest half-width at 95 %, over the value, by statistic."""
WIDEST_MEAN = 0.02
"""For means, rates and shares."""

Observed = Mapping[str, Sequence[float]]
"""By metric, a value a replication."""


def rehearsed(name: str, *overrides: tuple[str, str], engine: Engine = "compiled") -> Rehearsal:
    """A scenario of scenarios/theory, run as a user runs it; or by the engine in which a test has made a fault."""
    return rehearse(load(FOLDER / f"{name}.yaml", overrides), engine=engine)


def observed(rehearsal: Rehearsal) -> Observed:
    """Every metric, and how many calls were under way at the ends of minutes."""
    levels = [_levels(tables) for tables in rehearsal.tables]
    metrics = {name: estimate.per_replication for name, estimate in rehearsal.estimates.items()}
    return {**metrics, **{name: [each[name] for each in levels] for name in levels[0]}}


def _levels(tables: Tables) -> dict[str, float]:
    series = tables.series
    if "in_flight.call" not in series:
        return {}
    levels = series.loc[series["at"] > tables.warmup, "in_flight.call"].to_numpy()
    return {"levels.variance": float(levels.var(ddof=1)), "levels.at_most_43": float(np.mean(levels <= 43))}


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

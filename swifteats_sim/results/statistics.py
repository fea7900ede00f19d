"""What replications together say about a metric: its mean and a 95 % t-interval.

One value per replication, never pooled observations: within a run waits are correlated, and an interval from
pooled waits covers the truth in a fifth of cases instead of 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 0.975
"""Of Student's t at the upper end of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric over replications, in the metric's SI unit.

    value : mean of the replications.
    ci95 : (low, high) of the mean, or None with a single replication.
    per_replication : the values, in order of replication, of those that had one.
    """

    value: float
    ci95: tuple[float, float] | None
    per_replication: tuple[float, ...]


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of one value per replication and its 95 % t-interval; ValueError for none or NaN."""
    if not values or not all(math.isfinite(each) for each in values):
        raise ValueError(f"an estimate needs at least one value and only finite ones, got {list(values)!r}")
    per_replication = tuple(float(each) for each in values)
    count = len(per_replication)
    if count == 1:
        return Estimate(per_replication[0], None, per_replication)
    if len(set(per_replication)) == 1:  # equal values have no spread; a rounded mean must not invent one
        return Estimate(per_replication[0], (per_replication[0],) * 2, per_replication)
    mean = float(np.mean(per_replication))
    half = quantile_of_t(LEVEL, count - 1) * float(np.std(per_replication, ddof=1)) / math.sqrt(count)
    return Estimate(mean, (mean - half, mean + half), per_replication)


def quantile_of_t(level: float, freedom: float) -> float:
    """The quantile of Student's t at a level, 0..1, with so many degrees of freedom."""
    from scipy.special import stdtrit  # t.ppf of scipy.stats, without half a second of import

    return float(stdtrit(freedom, level))


def estimates(measured: Sequence[Mapping[str, float]]) -> dict[str, Estimate]:
    """An estimate of every metric that at least one replication measured, in order of first appearance."""
    names = dict.fromkeys(name for metrics in measured for name in metrics)
    return {name: _within(name, estimate([each[name] for each in measured if name in each])) for name in names}


def _within(name: str, found: Estimate) -> Estimate:
    """A ratio's interval ends where ratios end: with few replications a t-interval knows no better."""
    if found.ci95 is None or not name.endswith((".ratio", ".probability")):
        return found
    low, high = found.ci95
    return Estimate(found.value, (max(low, 0.0), min(high, 1.0)), found.per_replication)

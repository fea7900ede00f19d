"""Figures of two models of the same thing, and how far they are apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.plain.station import Station

Figures = dict[str, float]
"""By the name of a metric, in SI units."""
QUANTILES = {"p50": 0.5, "p99": 0.99}


class Difference(NamedTuple):
    """One figure in both models. apart : relative to the engine's."""

    name: str
    engine: float
    plain: float

    @property
    def apart(self) -> float:
        """Relative to the engine's; infinite where that is 0 and the other is not."""
        if self.engine == self.plain:
            return 0.0
        return self.plain / self.engine - 1.0 if self.engine else float("inf")


def differences(engine: Sequence[Mapping[str, float]], plain: Sequence[Mapping[str, float]]) -> list[Difference]:
    """Of every figure that the plain model has, each averaged over its replications; one that the engine lacks is an
    error."""
    names = list(plain[0])
    ours, theirs = averaged(engine, names), averaged(plain, names)
    return [Difference(name, ours[name], theirs[name]) for name in names]


def averaged(found: Sequence[Mapping[str, float]], names: Iterable[str]) -> Figures:
    """The mean of each figure over replications; of different ones in each model, so that no seed's luck decides."""
    return {name: float(np.mean([each[name] for each in found])) for name in names}


def latency(flow: str, seconds: Sequence[float], statistics: Sequence[str] = ("mean", "p50", "p99")) -> Figures:
    """Statistics of a flow's latencies, by name of the metric; none where there is no latency."""
    values = np.asarray(seconds)
    if not len(values):
        return {}
    known = {"mean": values.mean(), **{name: np.quantile(values, share) for name, share in QUANTILES.items()}}
    return {f"{flow}.latency.{name}": float(known[name]) for name in statistics}


def use(stations: Iterable[Station], span: float) -> Figures:
    """Utilisation of stations over a span (s)."""
    return {f"station.{one.name}.utilization.mean": one.busy / one.servers / span for one in stations}

"""The measured span of a run, and the statistics of durations that end in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swifteats_sim.results.columns import STACK_COLUMNS
from swifteats_sim.results.distribution import Distribution
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.metric import DISTRIBUTION
from swifteats_sim.scenario.quantities import SECOND

MINUTE = 60 * SECOND
"""Nanoseconds in a minute."""

QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p999": 0.999}

Nanoseconds = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a run, [start, end) in nanoseconds: what happens at `end` is no longer in it."""

    start: int
    end: int

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return (self.end - self.start) / SECOND

    @property
    def minutes(self) -> float:
        """Its length in minutes."""
        return (self.end - self.start) / MINUTE

    def holds(self, instants: Nanoseconds) -> NDArray[np.bool_]:
        """Which of the instants fall in the span; "never" does not."""
        return (instants >= self.start) & (instants < self.end)

    def overlap(self, starts: Nanoseconds, ends: Nanoseconds) -> Nanoseconds:
        """How much of each interval [starts, ends) lies in the span, in nanoseconds."""
        clipped: Nanoseconds = np.minimum(ends, self.end) - np.maximum(starts, self.start)
        return np.maximum(clipped, 0)


def span_of(tables: Tables) -> Span:
    """The measured span: the run without its warm-up."""
    return Span(tables.warmup, tables.end)


def instants(frame: pd.DataFrame, column: str) -> Nanoseconds:
    """A column of a table as int64 nanoseconds; also an empty column, whatever type pandas gave it."""
    return frame[column].to_numpy(dtype=np.int64)


def text(frame: pd.DataFrame, column: str) -> NDArray[np.object_]:
    """A text column of a table as an array of `str`."""
    return frame[column].to_numpy(dtype=object)


def rows(tables: Tables, table: str) -> list[tuple[str, dict[str, float]]]:
    """A table of the stack, such as "stations", part by part: its name, and its numbers by column."""
    part, *columns = STACK_COLUMNS[table]
    frame: pd.DataFrame = getattr(tables, table)
    numbers = frame[columns].to_numpy(dtype=np.float64).tolist()
    names = text(frame, part).tolist()
    return [(name, dict(zip(columns, row, strict=True))) for name, row in zip(names, numbers, strict=True)]


def sampled(tables: Tables) -> NDArray[np.bool_]:
    """Which rows of `series` are levels of the measured span.

    A row is the level at the end of its minute, so the one at the end of the warm-up opens the span.
    """
    at = instants(tables.series, "at")
    return (at >= tables.warmup) & (at <= tables.end)


def series_of(tables: Tables, column: str) -> NDArray[np.float64]:
    """A column of `series`, warm-up included; none where the run has no such column."""
    if column not in tables.series.columns:
        return np.empty(0)
    values: NDArray[np.float64] = tables.series[column].to_numpy(dtype=np.float64)
    return values


def describe(name: str, durations: Nanoseconds, statistics: Iterable[str] = DISTRIBUTION) -> dict[str, float]:
    """The statistics of nanosecond durations, in seconds, by `<name>.<statistic>`; nothing for none."""
    if durations.size == 0:
        return {}
    wanted = tuple(statistics)
    ranks = [each for each in wanted if each in QUANTILES]
    values = dict(zip(ranks, np.quantile(durations, [QUANTILES[rank] for rank in ranks]), strict=True))
    values["mean"] = durations.mean()
    values["max"] = durations.max()
    return {f"{name}.{each}": float(values[each]) / SECOND for each in wanted}


def describe_counted(name: str, durations: Distribution) -> dict[str, float]:
    """The same of durations that were counted in buckets: quantiles are off by half a bucket at most."""
    if not durations.number:
        return {}
    values = {rank: durations.quantile(share) for rank, share in QUANTILES.items()}
    values |= {"mean": durations.mean, "max": durations.most}
    return {f"{name}.{each}": values[each] / SECOND for each in DISTRIBUTION}


def ratio(name: str, part: float, whole: float) -> dict[str, float]:
    """A share as `<name>.ratio`; nothing when there is nothing to take a share of."""
    return {f"{name}.ratio": float(part) / float(whole)} if whole > 0 else {}

"""Where a warm-up should end: one cut for all replications, found on the average of their backlogs.

MSER-5 (White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69(6), 1997; with
Cobb and Spratt, Winter Simulation Conference 2000, on batches of five) leaves out as much of the beginning as makes the
mean of the rest look most certain. On one run it follows the run's own luck: means then come out 9 % too low, and
intervals hold the truth half the time. On the average over replications chance is smaller and the start, which all have
in common, stays (Law, "Simulation modeling and analysis", 2015, 9.5.1, averages so and asks for at least five). It
still wanders where nothing is to be found, so that its cut counts only where what it leaves out differs from the rest
by more than chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.results.names import backlogs_of
from swifteats_sim.results.span import instants, series_of
from swifteats_sim.results.statistics import quantile_of_t
from swifteats_sim.results.tables import Tables

BATCH = 5
FEWEST_BATCHES = 10
FEWEST_REPLICATIONS = 5
EVEN = 1.5
"""The variance of arrivals by the twelfth of a run, as a share of a Poisson stream's, up to which demand is steady."""
TWELFTHS = 12
CERTAIN = 0.995
"""Of Student's t at the upper end of a 99 % interval: the cut was chosen on the same data, which finds differences."""
MATTERS = 0.01
"""Share of its level by which the measured mean must be off, for a warm-up to be called too short."""

Levels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the slowest backlog becomes level, for one scenario's replications together.

    at, declared, end : of the cut, the warm-up as declared and the run (ns).
    backlog : column of `series` that the cut was found on.
    off : by how much of its level the mean over the measured span is off for what lies before the cut; 0 where that is
        no more than chance, or nothing.
    """

    at: int
    declared: int
    end: int
    backlog: str
    replications: int
    off: float

    @property
    def too_short(self) -> bool:
        """Whether the declared warm-up ends before the cut, and that matters."""
        return self.declared < self.at and abs(self.off) >= MATTERS

    @property
    def eats_much(self) -> bool:
        """Whether the cut leaves less than two thirds of the run."""
        return 3 * self.at > self.end


def mser5(levels: Levels) -> int | None:
    """How many of these evenly spaced levels to leave out; None where they are too few.

    They are batched by five; the cut d minimises the sum of squares about the mean of what is left over the square of
    how many are left. A cut in the second half means that the run is too short to tell.
    """
    batches = levels[: levels.size // BATCH * BATCH].reshape(-1, BATCH).mean(axis=1)
    if batches.size < FEWEST_BATCHES:
        return None
    left = [batches[cut:] for cut in range(batches.size - BATCH)]
    errors = [float(np.square(each - each.mean()).sum()) / each.size**2 for each in left]
    return int(np.argmin(errors)) * BATCH


def warmup_cut(tables: Sequence[Tables], metrics: Iterable[str]) -> Cut | None:
    """The latest cut over the backlogs that these metrics hang on first of all.

    None where it cannot be told: fewer than five replications or 50 minutes, a demand that is not steady, or a backlog
    that never becomes level.
    """
    if len(tables) < FEWEST_REPLICATIONS or len(tables[0].series) < BATCH * FEWEST_BATCHES or not _steady(tables):
        return None
    cuts = [_cut_of(tables, backlog) for backlog in _backlogs(metrics, tables[0])]
    found = [each for each in cuts if each is not None]
    if len(found) < len(cuts):
        return None
    latest = max(found, key=lambda each: each.at, default=None)
    return latest if latest is not None and 2 * latest.at <= latest.end else None


def _backlogs(metrics: Iterable[str], tables: Tables) -> list[str]:
    own = (backlogs_of(metric, tables.paths)[:1] for metric in metrics)
    return [each for each in dict.fromkeys(name for names in own for name in names) if each in tables.series.columns]


def _cut_of(tables: Sequence[Tables], backlog: str) -> Cut | None:
    """Where this backlog becomes level; at once, where what the cut would leave out is like the rest."""
    every = np.array([series_of(each, backlog) for each in tables])
    left_out = mser5(every.mean(axis=0))
    if left_out is None:
        return None
    first, at = tables[0], instants(tables[0].series, "at")
    cut = int(at[left_out - 1]) if left_out and _off(every, at <= at[left_out - 1]) else 0
    measured = at > first.warmup
    off = _off(every[:, measured], at[measured] <= cut)
    return Cut(cut, first.warmup, first.end, backlog, len(tables), off)


def _off(every: NDArray[np.float64], before: NDArray[np.bool_]) -> float:
    """By how much of the later level the mean over all is off: what each replication says of it, if it is no chance."""
    if not before.any():
        return 0.0
    level = every[:, ~before].mean(axis=1)
    off = every.mean(axis=1) - level
    half = quantile_of_t(CERTAIN, len(off) - 1) * float(off.std(ddof=1)) / np.sqrt(len(off))
    mean, usual = float(off.mean()), float(level.mean())
    return mean / usual if abs(mean) > half and usual > 0 else 0.0


def _steady(tables: Sequence[Tables]) -> bool:
    """Whether as many orders come in each twelfth of the run, up to chance: a peak is no warm-up; True of few."""
    placed = [series_of(each, "placed") for each in tables]
    if placed[0].size < TWELFTHS:
        return True
    blocks = np.array_split(np.sum(placed, axis=0), TWELFTHS)
    a_minute = np.array([each.mean() for each in blocks])
    minutes = np.mean([each.size for each in blocks])
    usual = float(a_minute.mean())
    return usual == 0 or float(a_minute.var(ddof=1)) * float(minutes) <= usual * (1 + EVEN)

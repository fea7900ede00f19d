"""Does a backlog still grow when a run ends? Then no mean over it says what a longer one would show."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.results.names import backlog_words
from swifteats_sim.results.span import MINUTE, instants, span_of, text
from swifteats_sim.results.tables import Tables

RELEVANT_GROWTH = 0.02
"""Share of the arrivals that must stay behind, for growth to matter."""

BLOCKS = 12
FEWEST_BLOCKS = 4
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Growth:
    """How a backlog moved over the measured span.

    backlog : column of `series`.
    per_minute : slope of the fitted line, jobs a minute.
    arrivals : jobs that came, a minute.
    saturated : the growth both matters and is no chance.
    """

    backlog: str
    per_minute: float
    arrivals: float
    saturated: bool

    @property
    def words(self) -> str:
        """The growth in a clause: "open orders grow by 3.1/min (6 % of arrivals)"."""
        share = f" ({100 * self.per_minute / self.arrivals:.0f} % of arrivals)" if self.arrivals > 0 else ""
        return f"{backlog_words(self.backlog)} grow by {self.per_minute:,.1f}/min{share}"


def grows_clearly(levels: NDArray[np.float64]) -> bool:
    """Whether a backlog's levels, evenly spaced in time, rise by more than chance (one-sided 5 %).

    Minutes of a backlog are far from independent, so the residuals of a fitted line say nothing about its
    slope: on M/M/1 the levels stay correlated for dozens of service times. The *increments* over a few blocks
    are better behaved. Under overload the backlog is a random walk with drift and its increments are
    independent: a t-test on them is the usual one, and stays conservative when the blocks' variances differ
    (Ibragimov and Mueller, "t-statistic based correlation and heterogeneity robust inference", Journal of
    Business & Economic Statistics 28(4), 2010). In a stable system the increments cancel out (they add up to
    last minus first level), so their mean varies less than the test allows for: it errs on the safe side, and
    at worst, at critical load, is wrong in 5 % of runs. A test holds both.
    """
    blocks = min(BLOCKS, levels.size - 1)
    if blocks < FEWEST_BLOCKS:
        return False
    edges = np.linspace(0, levels.size - 1, blocks + 1).round().astype(np.int64)
    increments = np.diff(levels[edges])
    mean, spread = float(increments.mean()), float(increments.std(ddof=1))
    if spread == 0 or mean <= 0:
        return mean > 0
    from scipy.stats import t  # half a second of import that a reader of old results does not need

    return mean * math.sqrt(blocks) / spread > float(t.ppf(LEVEL, blocks - 1))


def growth(backlog: str, minutes: NDArray[np.float64], levels: NDArray[np.float64], arrivals: float) -> Growth:
    """Judge one backlog: `levels` jobs at `minutes`, with `arrivals` jobs a minute.

    Fewer than 5 levels can show no growth.
    """
    slope = 0.0
    if levels.size > 1:
        centred = minutes - minutes.mean()
        slope = float(centred @ levels / (centred @ centred))
    relevant = slope > RELEVANT_GROWTH * arrivals
    return Growth(backlog, slope, arrivals, relevant and grows_clearly(levels))


def growths(tables: Tables) -> dict[str, Growth]:
    """The growth of every backlog that the tables hold, by its column of `series`."""
    at = instants(tables.series, "at")
    # A row is the level at the end of its minute, so the one at the end of the warm-up opens the span.
    measured = (at >= tables.warmup) & (at <= tables.end)
    minutes = at[measured] / MINUTE
    return {
        backlog: growth(backlog, minutes, tables.series[backlog].to_numpy(dtype=np.float64)[measured], arrivals)
        for backlog, arrivals in _arrivals(tables).items()
        if backlog in tables.series.columns
    }


def _arrivals(tables: Tables) -> dict[str, float]:
    """Jobs a minute that came to each backlog in the measured span."""
    span = span_of(tables)
    placed = float(span.holds(instants(tables.orders, "placed")).sum()) / span.minutes
    arrivals = {"unanswered_orders": placed, "open_orders": placed}
    if "gps" in tables.flows:
        arrivals["gps_in_flight"] = tables.flows["gps"].born / span.minutes
    # A station counts services started; the jobs left in line are not among them, so their share reads a
    # little high: 10 % instead of 9 when arrivals are 10 % over capacity.
    jobs = instants(tables.stations, "visits") + instants(tables.stations, "rejected")
    for station, came in zip(text(tables.stations, "station").tolist(), jobs.tolist(), strict=True):
        arrivals[f"queue.{station}"] = came / span.minutes
    return arrivals

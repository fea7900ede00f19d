"""Does a backlog still grow when a run ends? Then no mean over it says what a longer one would show."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.results.filling import cold_orders, full_at
from swifteats_sim.results.names import backlog_words
from swifteats_sim.results.overload import Load, loads
from swifteats_sim.results.span import MINUTE, instants, rows, sampled, series_of, span_of
from swifteats_sim.results.statistics import quantile_of_t
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.wording import pace

RELEVANT_GROWTH = 0.02
"""Share of the arrivals that must stay behind, for growth to matter."""

BLOCKS = 12
FEWEST_BLOCKS = 4
DEMAND_WINDOW = 15
"""Minutes over which demand is averaged, when a backlog is held against it."""
RISES = 2.0
"""Standard deviations of a count of orders by which demand must have risen for a backlog to be held against it."""
CHANCE = 4.0
"""Standard deviations of a Poisson count that growth must exceed, where levels are too few for a test."""
OF_ORDERS = ("unanswered_orders", "open_orders")
FILLS = ("open_orders", "lag.assignment")
"""Backlogs that a city which began empty has to fill before they can be level."""
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Growth:
    """How a backlog moved over the measured span.

    backlog : column of `series`.
    per_minute : slope of the fitted line, jobs a minute.
    arrivals : jobs that came, a minute.
    saturated : the growth both matters and is no chance.
    filling : it grew, but only while the city was still filling, which says nothing.
    load : of the station whose queue it is, where that serves whatever comes.
    """

    backlog: str
    per_minute: float
    arrivals: float
    saturated: bool
    filling: bool = False
    load: Load | None = None

    @property
    def words(self) -> str:
        """The growth in a clause: "open orders grow by 3.1/min (6 % of arrivals)"."""
        share = f" ({100 * self.per_minute / self.arrivals:.0f} % of arrivals)" if self.arrivals > 0 else ""
        return f"{backlog_words(self.backlog)} grow by {pace(self.per_minute / 60)}{share}"


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
    return mean * math.sqrt(blocks) / spread > quantile_of_t(LEVEL, blocks - 1)


def grows_plainly(grown: float, arrivals: float) -> bool:
    """Whether a backlog that took `grown` jobs more, of `arrivals`, did so by more than chance.

    Where levels are too few for the test: by more than four standard deviations of a Poisson count.
    """
    return grown > CHANCE * math.sqrt(arrivals)


def growth(backlog: str, minutes: NDArray[np.float64], levels: NDArray[np.float64], arrivals: float) -> Growth:
    """Judge one backlog: `levels` jobs at `minutes`, with `arrivals` jobs a minute.

    Saturated is what grows by more than 2 % of the arrivals, and `grows_clearly`. With fewer than 5 levels there is no
    such test; then the last level must exceed the first by more than 2 % of what came in between, and `grows_plainly`.
    """
    slope = 0.0
    if levels.size > 1:
        centred = minutes - minutes.mean()
        slope = float(centred @ levels / (centred @ centred))
    if levels.size > FEWEST_BLOCKS:
        return Growth(backlog, slope, arrivals, slope > RELEVANT_GROWTH * arrivals and grows_clearly(levels))
    grown = float(levels[-1] - levels[0]) if levels.size else 0.0
    came = arrivals * float(minutes[-1] - minutes[0]) if levels.size else 0.0
    return Growth(backlog, slope, arrivals, grown > RELEVANT_GROWTH * came and grows_plainly(grown, came))


def growths(tables: Tables) -> dict[str, Growth]:
    """The growth of every backlog that the tables hold, by its column of `series`."""
    came, offered = {**_arrivals_in_city(tables), **_arrivals_in_stack(tables)}, loads(tables)
    return {
        backlog: replace(_judged(tables, backlog, arrivals), load=offered.get(backlog))
        for backlog, arrivals in came.items()
        if backlog in tables.series.columns
    }


def _judged(tables: Tables, backlog: str, arrivals: float) -> Growth:
    """The growth over the span; where the city was still filling and this seems to grow, over what is left of it.

    Where hardly any is left, it is held against the fleet if food grows cold for want of drivers as fast.
    """
    found = _judged_from(tables, backlog, arrivals, tables.warmup)
    if not found.saturated or backlog not in FILLS:
        return found
    full = full_at(tables)
    if full <= tables.warmup:
        return found
    if int((series_of(tables, "at")[sampled(tables)] >= full).sum()) <= FEWEST_BLOCKS:
        cold = growth(backlog, *_in_span(tables, cold_orders(tables), tables.warmup), arrivals).saturated
        return replace(found, saturated=cold, filling=not cold)
    return _judged_from(tables, backlog, arrivals, full)


def _judged_from(tables: Tables, backlog: str, arrivals: float, start: int) -> Growth:
    levels = series_of(tables, backlog)
    found = growth(backlog, *_in_span(tables, levels, start), arrivals)
    if not (found.saturated and backlog in OF_ORDERS and _demand_rose(tables, start)):
        return found
    even = _at_even_demand(levels, series_of(tables, "placed"))
    return replace(found, saturated=growth(backlog, *_in_span(tables, even, start), arrivals).saturated)


def _in_span(
    tables: Tables, levels: NDArray[np.float64], start: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(minutes, levels) of the measured span from `start` on (ns).

    Where they are few, the last level before the span opens it: at time 0 none.
    """
    at = series_of(tables, "at")
    within = sampled(tables) & (at >= start)
    minutes, inside = at[within] / MINUTE, levels[within]
    if inside.size > FEWEST_BLOCKS or (inside.size and minutes[0] * MINUTE == tables.warmup):
        return minutes, inside
    before = levels[at < tables.warmup]
    return np.append(tables.warmup / MINUTE, minutes), np.append(before[-1] if before.size else 0.0, inside)


def _demand_rose(tables: Tables, start: int) -> bool:
    """Whether more orders came in the last third from `start` on (ns) than in the first one, by more than chance."""
    if "placed" not in tables.series.columns:
        return False
    placed, third = instants(tables.orders, "placed"), (tables.end - start) // 3
    first, last = (int(((placed >= at) & (placed < at + third)).sum()) for at in (start, tables.end - third))
    return last - first > RISES * math.sqrt(first + last)


def _at_even_demand(levels: NDArray[np.float64], placed: NDArray[np.float64]) -> NDArray[np.float64]:
    """The levels as they would be if orders had come evenly: by Little's law a backlog rises and falls with demand.

    A backlog is saturated only where it also grows against the demand of its time (15 minutes' mean).
    """
    window = np.ones(min(DEMAND_WINDOW, placed.size))
    around = np.convolve(placed, window, "same") / np.convolve(np.ones(placed.size), window, "same")
    if not (around > 0).all():
        return levels
    even: NDArray[np.float64] = levels * placed.mean() / around
    return even


def _arrivals_in_city(tables: Tables) -> dict[str, float]:
    """Orders a minute that came in the measured span."""
    span = span_of(tables)
    placed = float(span.holds(instants(tables.orders, "placed")).sum()) / span.minutes
    return dict.fromkeys(OF_ORDERS, placed)


def _arrivals_in_stack(tables: Tables) -> dict[str, float]:
    """Jobs and messages a minute that came to each flow, station, pool and topic in the measured span."""
    minutes = span_of(tables).minutes
    came = {f"in_flight.{name}": flow.born / minutes for name, flow in tables.flows.items()}
    # A station counts services started; the jobs left in line are not among them, so their share reads a
    # little high: 10 % instead of 9 when arrivals are 10 % over capacity.
    for name, station in rows(tables, "stations"):
        came[f"queue.{name}"] = (station["visits"] + station["rejected"]) / minutes
    for name, pool in rows(tables, "pools"):
        came[f"waiting.{name}"] = (pool["takes"] + pool["refused"]) / minutes
    for name, topic in rows(tables, "topics"):
        came[f"lag.{name}"] = topic["messages"] / minutes
    return came

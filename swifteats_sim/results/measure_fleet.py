"""Metrics of the fleet: where drivers' time goes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swifteats_sim.results.columns import NEVER
from swifteats_sim.results.overlaps import over
from swifteats_sim.results.span import Nanoseconds, Span, describe, instants, span_of, text
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND


def measure_fleet(tables: Tables) -> dict[str, float]:
    """Every driver metric the tables can answer, in SI units."""
    span = span_of(tables)
    on_shift = on_shift_seconds(tables)
    metrics = {
        **describe("driver.wait", _waits(tables, span)),
        **describe("driver.pickup_travel", _pickup_travel(tables, span)),
        **describe("driver.cycle", cycles(tables, span)),
    }
    if len(tables.shifts):
        metrics["driver.on_shift.mean"] = on_shift / span.seconds
    if on_shift > 0:
        metrics["driver.utilization.mean"] = busy_seconds(tables) / on_shift
    return metrics


def on_shift_seconds(tables: Tables) -> float:
    """Driver-seconds on shift within the measured span."""
    on, off = instants(tables.shifts, "on"), instants(tables.shifts, "off")
    # A shift without an end goes on until the run's.
    off = np.where(off < 0, tables.end, off)
    return float(span_of(tables).overlap(on, off).sum()) / SECOND


def busy_seconds(tables: Tables) -> float:
    """Driver-seconds with an order or an offer, in truth, within the measured span.

    Two orders at a time count once, and what is offered to a driver who is off shift does not count.
    """
    on, off = shift_of(tables, instants(tables.offers, "driver"))
    begin, end = np.maximum(_begins(tables), on), np.minimum(over(tables.offers, "done", tables.end), off)
    return float(span_of(tables).overlap(begin, end).sum()) / SECOND


def cycles(tables: Tables, span: Span) -> Nanoseconds:
    """From the commit to the drop-off, of deliveries that ended in the span, whenever the platform freed the driver.

    Of two orders in a driver's hands, the later one's cycle begins when the earlier one is done.
    """
    done = instants(tables.offers, "done")
    ended = span.holds(done) & (text(tables.offers, "outcome") == "accepted")
    took: Nanoseconds = (done - _begins(tables))[ended]
    return np.maximum(took, 0)


def _begins(tables: Tables) -> Nanoseconds:
    """When each offer, in order of commit, begins to keep its driver busy: not while an earlier one does."""
    driver, committed = instants(tables.offers, "driver"), instants(tables.offers, "committed")
    ends = pd.Series(over(tables.offers, "done", tables.end))
    before = ends.groupby(driver).cummax().groupby(driver).shift(fill_value=0)
    begins: Nanoseconds = np.maximum(committed, before.to_numpy(dtype=np.int64))
    return begins


def shift_of(tables: Tables, drivers: Nanoseconds) -> tuple[Nanoseconds, Nanoseconds]:
    """When each of these drivers came and left, or the run's end; (0, 0) for who never came."""
    shifts = tables.shifts.set_index(pd.Index(instants(tables.shifts, "driver")))
    row = shifts.index.get_indexer(pd.Index(drivers))
    on, off = (np.append(instants(shifts, each), 0)[row] for each in ("on", "off"))
    return on, np.where(off < 0, tables.end, off)


def waiting_seconds(tables: Tables) -> float:
    """Driver-seconds at restaurants before the food is ready, within the measured span.

    A cancelled order ends its wait.
    """
    arrived, until = _waiting(tables)
    return float(span_of(tables).overlap(arrived, until).sum()) / SECOND


def _waiting(tables: Tables) -> tuple[Nanoseconds, Nanoseconds]:
    """From when until when each order's driver waited for the food: to the run's end if it never came."""
    arrived, ready, closed = (instants(tables.orders, each) for each in ("at_restaurant", "ready", "closed"))
    until = np.maximum(arrived, np.where(ready < 0, tables.end, ready))
    until = np.where((closed >= 0) & (closed < until), np.maximum(closed, arrived), until)
    came = arrived >= 0
    return arrived[came], until[came]


def _waits(tables: Tables, span: Span) -> Nanoseconds:
    arrived, until = _waiting(tables)
    return (until - arrived)[span.holds(until)]


def _pickup_travel(tables: Tables, span: Span) -> Nanoseconds:
    """From the driver's yes to the restaurant; the yes stands in the offer, the arrival in the order."""
    taken = tables.offers[text(tables.offers, "outcome") == "accepted"].drop_duplicates("order", keep="last")
    answered = pd.Series(instants(taken, "answered"), index=instants(taken, "order"), dtype=np.int64)
    begin = answered.reindex(instants(tables.orders, "order"), fill_value=NEVER).to_numpy(dtype=np.int64)
    arrived = instants(tables.orders, "at_restaurant")
    travel: Nanoseconds = arrived - begin
    return travel[span.holds(arrived) & (begin >= 0)]

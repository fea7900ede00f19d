"""Metrics of the fleet: where drivers' time goes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swifteats_sim.results.columns import NEVER
from swifteats_sim.results.span import Nanoseconds, Span, describe, instants, span_of, text
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND

NOT_BUSY = ("available", "off_shift")
"""States in which a driver holds no order."""


def measure_fleet(tables: Tables) -> dict[str, float]:
    """Every driver metric the tables can answer, in SI units."""
    span = span_of(tables)
    on_shift = on_shift_seconds(tables)
    metrics = {
        **describe("driver.wait", _waits(tables, span)),
        **describe("driver.pickup_travel", _pickup_travel(tables, span)),
        **describe("driver.cycle", _cycles(tables.offers, span)),
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
    """Driver-seconds with an order within the measured span; a driver's last state lasts to the run's end."""
    driver, at = instants(tables.states, "driver"), instants(tables.states, "at")
    order = np.lexsort((at, driver))  # stable: changes at one instant stay in the order they were recorded
    driver, at, state = driver[order], at[order], text(tables.states, "state")[order]
    until = np.append(at[1:], tables.end)
    last = np.append(driver[1:] != driver[:-1], True)[: driver.size]
    until = np.where(last, tables.end, until[: driver.size])
    busy = ~np.isin(state, NOT_BUSY)
    return float(span_of(tables).overlap(at[busy], until[busy]).sum()) / SECOND


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


def _cycles(offers: pd.DataFrame, span: Span) -> Nanoseconds:
    released = instants(offers, "released")
    ended = span.holds(released) & (text(offers, "outcome") == "accepted")
    cycles: Nanoseconds = (released - instants(offers, "committed"))[ended]
    return cycles

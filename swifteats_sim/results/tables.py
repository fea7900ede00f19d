"""What a run recorded: plain tables, from which every metric is a pure function.

Instants and durations are integer nanoseconds since the start of the run; -1 means "never".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NEVER = -1

ORDER_INSTANTS = (
    "placed", "answered", "paid", "accepted", "cooking", "ready", "estimated_ready", "eligible", "assigned",
    "at_restaurant", "picked_up", "at_door", "delivered", "closed", "promised", "eta",
)  # fmt: skip
"""Columns of `orders`, in the order a good order passes them.

answered: the platform's answer to the customer; accepted: the kitchen takes it; estimated_ready: as the platform
believes; eligible: the latest end of deferral; assigned: the commit of the driver who took it; closed: delivered,
failed or cancelled; promised: the trace's promise; eta: delivery as the platform named it at `assigned`.
"""

OFFER_OUTCOMES = ("accepted", "declined", "no_answer", "cancelled", "open")


@dataclass(frozen=True)
class FlowRecord:
    """The jobs of one flow that were born in the measured span.

    latency : int64[completed], born to completed.
    born, completed, rejected, stale, dropped : counts; stale jobs are completed too; dropped jobs left at an `only_if`.
    """

    latency: NDArray[np.int64]
    born: int
    completed: int
    rejected: int
    stale: int
    dropped: int


@dataclass(frozen=True)
class Tables:
    """One replication's record.

    geos : names of the geos, by number.
    orders : a row an order in order of placement: order, geo (number), restaurant, driver (-1), state (text),
        reason (text), lines, offers, declines, and ORDER_INSTANTS.
    offers : a row a committed assignment: order, driver, attempt, committed, answered, outcome (OFFER_OUTCOMES),
        travel (estimated ns to the restaurant), slack (estimated ns), eligible, released (when the
        driver was free again).
    stations : a row a station: station, servers, visits, busy, wait, max_wait, rejected; sums of ns clipped to the
        measured span.
    kitchens : a row a restaurant: restaurant, geo, cooks, orders, busy (ns in the measured span, summed over cooks).
    shifts : a row a driver: driver, geo, on, off (as worked: off is when the driver really left, or the end).
    states : a row a change of a driver's state: driver, at, state (text).
    legs : a row a movement: driver, start, end, x0, y0, x1, y1 (metres).
    fixes : sampled fixes: driver, sent, known (processed; -1 never), x, y (true position when sent).
    series : a row a minute of the run (warm-up included): at (end of the minute), and the columns
        placed, delivered, unanswered_orders, open_orders, unassigned_orders, idle_drivers, busy_drivers, gps_in_flight,
        and `busy.<station>` (mean busy servers in that minute), `queue.<station>` (jobs waiting at its end).
    flows : per flow name ("gps", "tracking").
    counts : totals of the run: double_assignments, oversold, reserve_tries, reserve_conflicts, commit_tries,
        commit_conflicts, events.
    """

    warmup: int
    end: int
    geos: tuple[str, ...]
    orders: pd.DataFrame
    offers: pd.DataFrame
    stations: pd.DataFrame
    kitchens: pd.DataFrame
    shifts: pd.DataFrame
    states: pd.DataFrame
    legs: pd.DataFrame
    fixes: pd.DataFrame
    series: pd.DataFrame
    flows: Mapping[str, FlowRecord]
    counts: Mapping[str, int]

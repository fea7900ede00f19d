"""Defects of the commit and the release: two orders for a driver, two drivers for an order, drivers never freed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swifteats_sim.results.defect import Defect, counted, minutes, offers_of
from swifteats_sim.results.evidence import Evidence, percent
from swifteats_sim.results.measure_fleet import on_shift_seconds
from swifteats_sim.results.measure_locks import Locks, locks_of
from swifteats_sim.results.overlaps import over, overlapping
from swifteats_sim.results.span import MINUTE, instants, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.wording import several
from swifteats_sim.scenario.quantities import SECOND

LOCKED = 0.02
"""Share of time on shift from which drivers who are locked and idle matter."""


def locked_drivers(evidence: Evidence) -> str | None:
    """C12: drivers stay locked when their work is done, while orders find no driver."""
    locks, shifts = [locks_of(each) for each in evidence.tables], sum(map(on_shift_seconds, evidence.tables))
    locked = sum(_locked_seconds(*each) for each in zip(evidence.tables, locks, strict=True))
    if locked <= LOCKED * shifts:
        return None
    typical = float(np.median(np.concatenate([(lock.end - lock.begin)[lock.worked] for lock in locks])))
    waited = int((offers_of(evidence)["driverless"] > 0).sum())
    open_ = sum(_without_driver(each) for each in evidence.tables)
    if typical < MINUTE or not (open_ or waited):
        return None
    return (
        f"Drivers are not set free: for {percent(locked / shifts)} of the time on shift their work was done and they "
        f"counted as busy, {minutes(typical)} at a time (median), while "
        f"{several(waited, 'assignment', 'assignments')} had to wait for a driver and "
        f"{several(open_, 'order has', 'orders have')} none at the end."
    )


def freed_early(evidence: Evidence) -> str | None:
    """C13: a lock expires during the delivery, and the driver gets a second order."""
    again = sum(int((_busy(each) & ~_held(each)).sum()) for each in evidence.tables)
    if not again:
        return None
    return (
        f"Locks expire during deliveries: {several(again, 'order', 'orders')} went to a driver who had been set free "
        "before the earlier order was done."
    )


def double_assignments(evidence: Evidence) -> str | None:
    """C14: a driver who is committed already is committed again."""
    double = sum(int(_held(each).sum()) for each in evidence.tables)
    if not double:
        return None
    return (
        f"{several(double, 'order was', 'orders were')} given to a driver who held another one already: between the "
        "check and the commit somebody else was faster."
    )


def rivals(evidence: Evidence) -> str | None:
    """C24: two drivers are committed to one order."""
    rival = counted(evidence, "rivals")
    if not rival:
        return None
    return (
        f"{several(rival, 'time', 'times')} a driver was committed to an order that had one: its version does not tell."
    )


def _locked_seconds(tables: Tables, locks: Locks) -> float:
    """Of the measured span, after work that was done."""
    return float(span_of(tables).overlap(locks.begin, locks.end)[locks.worked].sum()) / SECOND


def _without_driver(tables: Tables) -> int:
    """Paid orders, open at the end, that no driver has taken."""
    paid, closed, assigned = (instants(tables.orders, each) for each in ("paid", "closed", "assigned"))
    return int(((paid >= 0) & (closed < 0) & (assigned < 0)).sum())


def _busy(tables: Tables) -> NDArray[np.bool_]:
    """Offers to a driver who was not done with one of another order."""
    offers = _of_one_commit_each(tables)
    return overlapping(offers, "driver", over(offers, "done", tables.end))


def _held(tables: Tables) -> NDArray[np.bool_]:
    """Those of them whose driver had not been set free of it, either."""
    offers = _of_one_commit_each(tables)
    done, released = (over(offers, each, tables.end) for each in ("done", "released"))
    return overlapping(offers, "driver", np.minimum(done, released))


def _of_one_commit_each(tables: Tables) -> pd.DataFrame:
    """The offers without those of an order to the driver who has it already: they are rivals of themselves (C24)."""
    offers = tables.offers
    pair = offers.groupby(["order", "driver"], sort=False).ngroup()
    again = overlapping(offers.assign(order=pair), "order", over(offers, "done", tables.end))
    return offers[~again]


COMMITTING = (
    Defect(("C12", "C22", "#17"), locked_drivers),
    Defect(("C13", "C12"), freed_early),
    Defect(("C14", "F5"), double_assignments),
    Defect(("C24", "A33"), rivals),
)
"""The defects of this kind."""

"""Defects of the commit and the release: two orders for a driver, two drivers for an order, drivers never freed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.results.defect import Defect, counted, minutes, offers_of
from swifteats_sim.results.evidence import Evidence, percent
from swifteats_sim.results.measure_locks import locks_of
from swifteats_sim.results.overlaps import over, overlapping
from swifteats_sim.results.span import MINUTE, instants
from swifteats_sim.results.tables import Tables

LOCKED = 0.02
"""Share of time on shift from which drivers who are locked and idle matter."""


def locked_drivers(evidence: Evidence) -> str | None:
    """C12: drivers stay locked when their work is done, while orders find no driver."""
    locked = evidence.mean("driver.locked.ratio")
    if locked is None or locked <= LOCKED:
        return None
    spells = np.concatenate([(lock.end - lock.begin) for lock in map(locks_of, evidence.tables)])
    waits = offers_of(evidence)["driverless"]
    open_ = sum(_without_driver(each) for each in evidence.tables)
    typical = float(np.median(spells))
    if typical < MINUTE or not (open_ or (waits > 0).any()):
        return None
    return (
        f"Drivers are not set free: {percent(locked)} of the time on shift they had nothing to do and counted as busy, "
        f"{minutes(typical)} at a time (median), while {(waits > 0).sum():,} assignments had to wait for a driver and "
        f"{open_:,} orders have none at the end."
    )


def freed_early(evidence: Evidence) -> str | None:
    """C13: a lock expires during the delivery, and the driver gets a second order."""
    again = sum(int((_busy(each) & ~_held(each)).sum()) for each in evidence.tables)
    if not again:
        return None
    return (
        f"Locks expire during deliveries: {again:,} orders went to a driver who had been set free before the earlier "
        "order was done."
    )


def double_assignments(evidence: Evidence) -> str | None:
    """C14: a driver who is committed already is committed again."""
    double = sum(int(_held(each).sum()) for each in evidence.tables)
    if not double:
        return None
    return (
        f"{double:,} orders were given to a driver who held another one already: between the check and the commit "
        "somebody else was faster."
    )


def rivals(evidence: Evidence) -> str | None:
    """C24: two drivers are committed to one order."""
    rival = counted(evidence, "rivals")
    if not rival:
        return None
    return f"{rival:,} times a second driver was committed to an order that had one: its version does not tell."


def _without_driver(tables: Tables) -> int:
    """Paid orders, open at the end, that no driver has taken."""
    paid, closed, assigned = (instants(tables.orders, each) for each in ("paid", "closed", "assigned"))
    return int(((paid >= 0) & (closed < 0) & (assigned < 0)).sum())


def _busy(tables: Tables) -> NDArray[np.bool_]:
    """Offers to a driver who was not done with an earlier one."""
    return overlapping(tables.offers, "driver", over(tables.offers, "done", tables.end))


def _held(tables: Tables) -> NDArray[np.bool_]:
    """Those of them whose driver had not been set free of it, either."""
    done, released = (over(tables.offers, each, tables.end) for each in ("done", "released"))
    return overlapping(tables.offers, "driver", np.minimum(done, released))


COMMITTING = (
    Defect(("C12", "C22", "#17"), locked_drivers),
    Defect(("C13", "C12"), freed_early),
    Defect(("C14", "F5"), double_assignments),
    Defect(("C24", "A33"), rivals),
)
"""The defects of this kind."""

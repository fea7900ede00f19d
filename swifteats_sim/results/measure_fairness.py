"""How evenly the work is spread over drivers (C9)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.results.span import instants, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND

HOUR = 3600 * SECOND

LONG = 0.5
"""The share of the span that a driver must be on shift to be compared."""


class Work(NamedTuple):
    """The drivers compared, a value each. deliveries : in the measured span; hours : on shift in it."""

    deliveries: NDArray[np.int64]
    hours: NDArray[np.float64]


def measure_fairness(tables: Tables) -> dict[str, float]:
    """Jain's index of deliveries per hour on shift: 1 where all have the same, 1/n where one of n has everything.

    R. Jain, D.-M. Chiu, W. Hawe, "A Quantitative Measure of Fairness and Discrimination", DEC-TR-301, 1984.
    """
    work = work_of(tables)
    pace = work.deliveries / work.hours
    if not pace.any():
        return {}
    return {"driver.fairness.ratio": float(pace.sum() ** 2 / (pace.size * (pace**2).sum()))}


def work_of(tables: Tables) -> Work:
    """What the drivers delivered who were on shift for at least half of the measured span."""
    span, orders, shifts = span_of(tables), tables.orders, tables.shifts
    off = instants(shifts, "off")
    present = span.overlap(instants(shifts, "on"), np.where(off < 0, tables.end, off))
    long = present >= LONG * (span.end - span.start)
    carriers = instants(orders, "driver")[span.holds(instants(orders, "delivered"))]
    numbers, counts = np.unique(carriers, return_counts=True)
    drivers = instants(shifts, "driver")[long]
    place = np.searchsorted(numbers, drivers)
    found = np.append(numbers, -1)[place] == drivers
    deliveries = np.where(found, np.append(counts, 0)[place], 0).astype(np.int64)
    return Work(deliveries, present[long] / HOUR)

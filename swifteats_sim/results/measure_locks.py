"""Metrics of drivers who have nothing to do and whom the platform counts as busy (C12)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from swifteats_sim.results.measure_fleet import on_shift_seconds
from swifteats_sim.results.span import Nanoseconds, instants, ratio, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND


class Locks(NamedTuple):
    """From when until when drivers were locked (ns), a value an offer they were done with."""

    begin: Nanoseconds
    end: Nanoseconds


def measure_locks(tables: Tables) -> dict[str, float]:
    """The share of on-shift time in which drivers were locked."""
    locks = locks_of(tables)
    locked = float(span_of(tables).overlap(locks.begin, locks.end).sum()) / SECOND
    return ratio("driver.locked", locked, on_shift_seconds(tables))


def locks_of(tables: Tables) -> Locks:
    """Every lock, while its driver was on shift; one that is not released by the run's end lasts to the end."""
    offers = tables.offers[instants(tables.offers, "done") >= 0]
    released, done = instants(offers, "released"), instants(offers, "done")
    shifts = tables.shifts.set_index(pd.Index(instants(tables.shifts, "driver")))
    row = shifts.index.get_indexer(pd.Index(instants(offers, "driver")))
    on, off = (np.append(instants(shifts, each), 0)[row] for each in ("on", "off"))
    until = np.where(released < 0, tables.end, released)
    begin: Nanoseconds = np.maximum(done, on)
    return Locks(begin, np.maximum(np.minimum(until, np.where(off < 0, tables.end, off)), begin))

"""Metrics of drivers who have nothing to do and whom the platform counts as busy (C12)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.results.measure_fleet import on_shift_seconds, shift_of
from swifteats_sim.results.measure_offers import REFUSED
from swifteats_sim.results.overlaps import over
from swifteats_sim.results.span import Nanoseconds, instants, ratio, span_of, text
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND


class Locks(NamedTuple):
    """From when until when drivers were locked (ns), a value an offer they were done with.

    worked : whether they had said yes to it: who has refused is locked where nobody asks again (C16).
    """

    begin: Nanoseconds
    end: Nanoseconds
    worked: NDArray[np.bool_]


def measure_locks(tables: Tables) -> dict[str, float]:
    """The share of on-shift time in which drivers were locked."""
    locks = locks_of(tables)
    locked = float(span_of(tables).overlap(locks.begin, locks.end).sum()) / SECOND
    return ratio("driver.locked", locked, on_shift_seconds(tables))


def locks_of(tables: Tables) -> Locks:
    """Every lock, while its driver was on shift; one that is not released by the run's end lasts to the end."""
    offers = tables.offers[instants(tables.offers, "done") >= 0]
    on, off = shift_of(tables, instants(offers, "driver"))
    begin: Nanoseconds = np.maximum(instants(offers, "done"), on)
    until = np.minimum(over(offers, "released", tables.end), off)
    return Locks(begin, np.maximum(until, begin), ~np.isin(text(offers, "outcome"), REFUSED))

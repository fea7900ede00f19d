"""Little's law on a fleet: what its drivers are asked for; also geo by geo, since they help only where they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from swifteats_sim.results.measure_fleet import cycles
from swifteats_sim.results.span import MINUTE, Span, instants, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND

HOUR = 60 * MINUTE
LONG = 2 * HOUR
"""The span from which its mean says little about its busiest hour."""


class FleetLoad(NamedTuple):
    """A fleet in a span.

    drivers : mean on shift; sought : orders that need a driver, a second: paid, and somebody looks for one or has found
    him; served : orders that got one, a second; cycle : mean from commit to drop-off, s.
    """

    drivers: float
    sought: float
    served: float
    cycle: float

    @property
    def needed(self) -> float:
        """Drivers that all orders which need one keep busy at this cycle."""
        return self.sought * self.cycle

    @property
    def busy(self) -> float:
        """Drivers that the orders which got one keep busy."""
        return self.served * self.cycle


def whole_fleet(runs: Sequence[Tables]) -> FleetLoad | None:
    """All drivers over the measured spans, averaged over replications."""
    return _mean(_load(each, span_of(each)) for each in runs)


def fleets_by_geo(runs: Sequence[Tables]) -> dict[str, FleetLoad]:
    """The same, geo by geo: those that had drivers, orders and completed cycles."""
    names = runs[0].geos if runs else ()
    loads = {name: _mean(_load(each, span_of(each), geo) for each in runs) for geo, name in enumerate(names)}
    return {name: load for name, load in loads.items() if load is not None}


def busiest_hour(runs: Sequence[Tables]) -> tuple[Span, FleetLoad] | None:
    """The hour in which most orders need a driver, and all drivers in it; None where the span is short."""
    whole = span_of(runs[0])
    if whole.end - whole.start < LONG:
        return None
    hours = [Span(start, start + HOUR) for start in range(whole.start, whole.end - HOUR + 1, HOUR)]
    first = max(hours, key=lambda hour: sum(_sought(each, hour) for each in runs))
    load = _mean(_load(each, first) for each in runs)
    return None if load is None else (first, load)


def _mean(loads: Iterable[FleetLoad | None]) -> FleetLoad | None:
    found = [load for load in loads if load is not None]
    return FleetLoad(*(float(np.mean(column)) for column in zip(*found, strict=True))) if found else None


def _load(tables: Tables, span: Span, geo: int | None = None) -> FleetLoad | None:
    shifts, orders = tables.shifts, tables.orders
    if geo is not None:
        shifts, orders = shifts[shifts["geo"] == geo], orders[orders["geo"] == geo]
    off = instants(shifts, "off")
    on_shift = span.overlap(instants(shifts, "on"), np.where(off < 0, tables.end, off)).sum() / (span.end - span.start)
    offers = tables.offers[tables.offers["driver"].isin(shifts["driver"])]
    took = cycles(replace(tables, offers=offers), span)
    sought = _sought(tables, span, geo)
    if not len(took) or not sought or not on_shift:
        return None
    served = int(span.holds(instants(orders, "assigned")).sum())
    return FleetLoad(float(on_shift), sought / span.seconds, served / span.seconds, float(took.mean()) / SECOND)


def _sought(tables: Tables, span: Span, geo: int | None = None) -> int:
    """Orders paid in the span that somebody looks for a driver for, or has found one."""
    orders = tables.orders if geo is None else tables.orders[tables.orders["geo"] == geo]
    return int((span.holds(instants(orders, "paid")) & (instants(orders, "stranded") == 0)).sum())

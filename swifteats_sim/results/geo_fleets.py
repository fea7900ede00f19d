"""Little's law on the fleet of each geo: a driver helps only where the driver is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from swifteats_sim.results.span import instants, span_of, text
from swifteats_sim.results.tables import Tables


class GeoFleet(NamedTuple):
    """One geo in the measured span. drivers : mean on shift; rate : orders offered/s; cycle : mean, s."""

    name: str
    drivers: float
    rate: float
    cycle: float

    @property
    def needed(self) -> float:
        """Drivers that the orders offered keep busy at this cycle."""
        return self.rate * self.cycle


def geo_fleets(tables: Tables) -> list[GeoFleet]:
    """Every geo that had orders, completed cycles and drivers."""
    return [fleet for geo, name in enumerate(tables.geos) if (fleet := _fleet(tables, geo, name)) is not None]


def mean_fleets(runs: Sequence[Tables]) -> list[GeoFleet]:
    """The same, averaged over replications."""
    rows: dict[str, list[GeoFleet]] = {}
    for tables in runs:
        for fleet in geo_fleets(tables):
            rows.setdefault(fleet.name, []).append(fleet)
    return [
        GeoFleet(name, *(float(np.mean([getattr(each, field) for each in found])) for field in GeoFleet._fields[1:]))
        for name, found in rows.items()
    ]


def _fleet(tables: Tables, geo: int, name: str) -> GeoFleet | None:
    span = span_of(tables)
    shifts = tables.shifts[tables.shifts["geo"] == geo]
    offers = tables.offers[tables.offers["driver"].isin(shifts["driver"])]
    ended = span.holds(instants(offers, "released")) & (text(offers, "outcome") == "accepted")
    cycles = (instants(offers, "released") - instants(offers, "committed"))[ended]
    on_shift = span.overlap(instants(shifts, "on"), instants(shifts, "off")).sum() / (span.end - span.start)
    placed = span.holds(instants(tables.orders[tables.orders["geo"] == geo], "placed")).sum()
    if not len(cycles) or not placed or not on_shift:
        return None
    return GeoFleet(name, float(on_shift), float(placed) / span.seconds, float(cycles.mean()) / 1e9)

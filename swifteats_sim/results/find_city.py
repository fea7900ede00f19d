"""Findings about the city: what its drivers and kitchens can carry, and what people feel."""

from __future__ import annotations

import numpy as np

from swifteats_sim.results.evidence import Evidence, Finding, percent
from swifteats_sim.results.fleet_load import FleetLoad, busiest_hour, fleets_by_geo, whole_fleet
from swifteats_sim.results.measure_fleet import on_shift_seconds, waiting_seconds
from swifteats_sim.results.span import MINUTE, span_of
from swifteats_sim.results.times import promises_in_words, times_in_words
from swifteats_sim.results.wording import pace, several, spell

TIGHT = 0.7
"""The busy share from which a side of the city is worth a comparison."""
FULL = 0.95
LONG = 7200.0
"""Seconds for which chance alone hardly keeps a kitchen full."""
DAYS = 48 * 3600.0
"""Seconds that many drivers stand together are told in hours, however many."""
SERVED = 0.95
"""Share of the orders that need a driver, below which it is said how many get one."""


def fleet_cycle(evidence: Evidence) -> Finding | None:
    """Little's law on the fleet: the cycle it can afford against the cycle it has."""
    load = whole_fleet(evidence.tables)
    if load is None:
        return None
    text = (
        f"By Little's law {several(load.drivers, 'driver', 'drivers')} on shift can give "
        f"{spell(load.drivers / load.sought)} to each of {pace(load.sought, 'order', 'orders')} that need a driver. "
        f"The mean cycle is {spell(load.cycle)}{_enough(load)}.{_peak(evidence)}"
    )
    return Finding("fleet-cycle", text, ("#17", "#1", "#16"))


def _enough(load: FleetLoad) -> str:
    enough = "the fleet is too small for it" if load.needed > load.drivers else "the fleet as a whole is large enough"
    if load.served >= SERVED * load.sought:
        return f", which keeps {_kept(load.needed, load.drivers)}: {enough}"
    return (
        f": {pace(load.served)} get a driver and keep {_kept(load.busy, load.drivers)}; all of them would keep "
        f"{load.needed:,.0f} busy: {enough}"
    )


def _kept(busy: float, drivers: float) -> str:
    return f"{busy:,.0f} busy, {percent(busy / drivers)} of those on shift"


def _peak(evidence: Evidence) -> str:
    found = busiest_hour(evidence.tables)
    if found is None:
        return ""
    hour, load = found
    return (
        f" In the busiest hour, from minute {hour.start / MINUTE:,.0f} on, "
        f"{several(load.drivers, 'driver is', 'drivers are')} on shift for {pace(load.sought, 'order', 'orders')}: a "
        f"cycle of {spell(load.cycle)} keeps {_kept(load.needed, load.drivers)}."
    )


def tightest_geo(evidence: Evidence) -> Finding | None:
    """The same law geo by geo: drivers of one geo do not serve another."""
    fleets = fleets_by_geo(evidence.tables)
    if len(fleets) < 2:
        return None
    clauses = [
        f"{name} {percent(each.needed / each.drivers)} ({pace(each.sought, 'order', 'orders')} x "
        f"{spell(each.cycle)} on {several(each.drivers, 'driver', 'drivers')})"
        for name, each in fleets.items()
    ]
    name, first = max(fleets.items(), key=lambda item: item[1].needed / item[1].drivers)
    end = "its fleet is too small" if first.needed > first.drivers else "it would run short first"
    text = f"Drivers needed, of those on shift: {'; '.join(clauses)}. {name} is the tightest: {end}."
    return Finding("tightest-geo", text, ("#17", "F3"))


def tighter_side(evidence: Evidence) -> Finding | None:
    """Whether drivers or kitchens are the scarcer resource of the city, where either is scarce."""
    fleet, kitchens = evidence.mean("driver.utilization.mean"), evidence.mean("kitchen.utilization.mean")
    fullest = evidence.mean("kitchen.utilization.max")
    if not fleet or kitchens is None or fullest is None:
        return None
    tighter = "the fleet is tighter" if fleet > kitchens else "the kitchens are tighter"
    seconds = span_of(evidence.tables[0]).seconds
    chance = ", as chance may have it in so short a span" if fullest >= FULL and seconds < LONG else ""
    text = (
        f"Drivers have an order for {percent(fleet)} of their time on shift; cooks are busy for {percent(kitchens)} of "
        f"theirs, those of the fullest kitchen for {percent(fullest)} of the {spell(seconds)} measured{chance}: "
        f"{tighter if max(fleet, kitchens) >= TIGHT else 'neither side is tight'}."
    )
    return Finding("tighter-side", text, ("#17",))


def waiting_drivers(evidence: Evidence) -> Finding | None:
    """The fleet's time that stands at kitchens; nothing where none does."""
    waiting = float(np.mean([waiting_seconds(each) for each in evidence.tables]))
    on_shift = float(np.mean([on_shift_seconds(each) for each in evidence.tables]))
    mean = evidence.mean("driver.wait.mean")
    if not on_shift or not waiting:
        return None
    stood = spell(waiting) if waiting < DAYS else f"{waiting / 3600:,.0f} h"
    each = "" if mean is None else f", {spell(mean)} an order"
    text = (
        f"Drivers stood {stood} in all at restaurants before the food was ready: "
        f"{percent(waiting / on_shift)} of the fleet's time on shift{each}."
    )
    return Finding("waiting-drivers", text, ("#17", "C1"))


def felt_times(evidence: Evidence) -> Finding | None:
    """What customers and drivers feel."""
    times = times_in_words(evidence.estimates)
    if times is None:
        return None
    return Finding("felt-times", times + promises_in_words(evidence.tables, evidence.estimates), ("F2", "#97"))

"""Findings about the city: what its drivers and kitchens can carry, and what people feel."""

from __future__ import annotations

import numpy as np

from swifteats_sim.results.evidence import Evidence, Finding, percent
from swifteats_sim.results.geo_fleets import mean_fleets
from swifteats_sim.results.measure_fleet import on_shift_seconds, waiting_seconds
from swifteats_sim.results.times import promises_in_words, times_in_words


def fleet_cycle(evidence: Evidence) -> Finding | None:
    """Little's law on the fleet: the cycle it can afford against the cycle it has."""
    drivers, offered = evidence.mean("driver.on_shift.mean"), evidence.mean("orders.offered.rate")
    cycle = evidence.mean("driver.cycle.mean")
    if not drivers or not offered or cycle is None:
        return None
    needed = offered * cycle
    enough = "the fleet as a whole is large enough" if needed <= drivers else "the fleet is too small for this cycle"
    text = (
        f"{drivers:,.0f} drivers on shift and {offered * 60:,.1f} orders/min offered allow a mean driver "
        f"cycle of at most {drivers / offered / 60:,.1f} min; it is {cycle / 60:,.1f} min. By Little's law "
        f"that keeps {needed:,.0f} drivers busy, {percent(needed / drivers)} of those on shift: {enough}."
    )
    return Finding("fleet-cycle", text, ("#17", "#1", "#16"))


def tightest_geo(evidence: Evidence) -> Finding | None:
    """The same law geo by geo: drivers of one geo do not serve another."""
    fleets = mean_fleets(evidence.tables)
    if len(fleets) < 2:
        return None
    clauses = [
        f"{each.name} {percent(each.needed / each.drivers)} ({each.rate * 60:,.1f} orders/min x "
        f"{each.cycle / 60:,.1f} min on {each.drivers:,.0f} drivers)"
        for each in fleets
    ]
    first = max(fleets, key=lambda each: each.needed / each.drivers)
    end = "its fleet is too small" if first.needed > first.drivers else "it would run short first"
    text = f"Drivers needed, of those on shift: {'; '.join(clauses)}. {first.name} is the tightest: {end}."
    return Finding("tightest-geo", text, ("#17", "F3"))


def tighter_side(evidence: Evidence) -> Finding | None:
    """Whether drivers or kitchens are the scarcer resource of the city."""
    fleet, kitchens = evidence.mean("driver.utilization.mean"), evidence.mean("kitchen.utilization.mean")
    fullest = evidence.mean("kitchen.utilization.max")
    if fleet is None or kitchens is None or fullest is None:
        return None
    tighter = "the fleet is tighter" if fleet > kitchens else "the kitchens are tighter"
    text = (
        f"Drivers hold an order {percent(fleet)} of their time on shift; "
        f"kitchens are busy {percent(kitchens)} of theirs, the fullest {percent(fullest)}: {tighter}."
    )
    return Finding("tighter-side", text, ("#17",))


def waiting_drivers(evidence: Evidence) -> Finding | None:
    """The fleet's time that stands at kitchens."""
    waiting = float(np.mean([waiting_seconds(each) for each in evidence.tables]))
    on_shift = float(np.mean([on_shift_seconds(each) for each in evidence.tables]))
    if on_shift == 0:
        return None
    mean = evidence.mean("driver.wait.mean")
    each = "" if mean is None else f", {mean / 60:,.1f} min an order"
    text = (
        f"Drivers stood {waiting / 3600:,.1f} driver-hours at restaurants before the food was ready: "
        f"{percent(waiting / on_shift)} of the fleet's time on shift{each}."
    )
    return Finding("waiting-drivers", text, ("#17", "C1"))


def felt_times(evidence: Evidence) -> Finding | None:
    """What customers and drivers feel."""
    times = times_in_words(evidence.estimates)
    if times is None:
        return None
    return Finding("felt-times", times + promises_in_words(evidence.tables, evidence.estimates), ("F2", "#97"))

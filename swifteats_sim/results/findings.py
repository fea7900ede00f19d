"""Findings: what a run shows beyond its targets, each in a sentence or two with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from swifteats_sim.results.geo_fleets import mean_fleets
from swifteats_sim.results.measure_fleet import on_shift_seconds, waiting_seconds
from swifteats_sim.results.names import backlog_words, station_of
from swifteats_sim.results.saturation import Growth
from swifteats_sim.results.statistics import Estimate
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.times import promises_in_words, times_in_words


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence about the run.

    id : stable name, for comparing runs.
    refs : entries of the platform's ledger that it speaks to (#: claim, C: defect, F: request, A: system).
    """

    id: str
    text: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What findings are drawn from: each replication's tables and backlogs, and the estimates over all."""

    tables: Sequence[Tables]
    estimates: Mapping[str, Estimate]
    growths: Sequence[Mapping[str, Growth]]

    def mean(self, metric: str) -> float | None:
        """A metric's mean over replications, or None when it was not measured."""
        return self.estimates[metric].value if metric in self.estimates else None


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
        f"that keeps {needed:,.0f} drivers busy, {_percent(needed / drivers)} of those on shift: {enough}."
    )
    return Finding("fleet-cycle", text, ("#17", "#1", "#16"))


def tightest_geo(evidence: Evidence) -> Finding | None:
    """The same law geo by geo: drivers of one geo do not serve another."""
    fleets = mean_fleets(evidence.tables)
    if len(fleets) < 2:
        return None
    clauses = [
        f"{each.name} {_percent(each.needed / each.drivers)} ({each.rate * 60:,.1f} orders/min x "
        f"{each.cycle / 60:,.1f} min on {each.drivers:,.0f} drivers)"
        for each in fleets
    ]
    first = max(fleets, key=lambda each: each.needed / each.drivers)
    end = "its fleet is too small" if first.needed > first.drivers else "it would run short first"
    text = f"Drivers needed, of those on shift: {'; '.join(clauses)}. {first.name} is the tightest: {end}."
    return Finding("tightest-geo", text, ("#17", "F3"))


def busiest_station(evidence: Evidence) -> Finding | None:
    """The station that would give way first."""
    busy = {
        station: estimate.value
        for name, estimate in evidence.estimates.items()
        if name.endswith(".utilization.mean") and (station := station_of(name)) is not None
    }
    if not busy:
        return None
    first = max(busy, key=lambda station: busy[station])
    queue = evidence.mean(f"station.{first}.queue.mean") or 0.0
    text = (
        f"The busiest station is {first}: {_percent(busy[first])} of its servers busy, "
        f"{queue:,.2f} jobs waiting; {_room(busy[first])}."
    )
    return Finding("busiest-station", text, ("#54", "#117", "#125"))


def _room(busy: float) -> str:
    if busy >= 1:
        return "it has no room left"
    return f"it is full at {1 / busy:,.1f} times this load" if busy > 0 else "it has no work"


def tighter_side(evidence: Evidence) -> Finding | None:
    """Whether drivers or kitchens are the scarcer resource of the city."""
    fleet, kitchens = evidence.mean("driver.utilization.mean"), evidence.mean("kitchen.utilization.mean")
    fullest = evidence.mean("kitchen.utilization.max")
    if fleet is None or kitchens is None or fullest is None:
        return None
    tighter = "the fleet is tighter" if fleet > kitchens else "the kitchens are tighter"
    text = (
        f"Drivers hold an order {_percent(fleet)} of their time on shift; "
        f"kitchens are busy {_percent(kitchens)} of theirs, the fullest {_percent(fullest)}: {tighter}."
    )
    return Finding("tighter-side", text, ("#17",))


def growing_backlogs(evidence: Evidence) -> Finding | None:
    """Which backlogs still grow, and how fast."""
    names = dict.fromkeys(backlog for each in evidence.growths for backlog in each)
    clauses = [clause for name in names if (clause := _growing(name, evidence.growths)) is not None]
    if not clauses:
        return None
    text = f"Saturated: {'; '.join(clauses)}. Values that depend on them would be others in a longer run."
    return Finding("saturation", text, ())


def _growing(backlog: str, growths: Sequence[Mapping[str, Growth]]) -> str | None:
    growing = [each[backlog].per_minute for each in growths if backlog in each and each[backlog].saturated]
    if not growing:
        return None
    rate = f"{np.mean(growing):,.1f}/min"
    return f"{backlog_words(backlog)} grow by {rate} in {len(growing)} of {len(growths)} replications"


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
        f"{_percent(waiting / on_shift)} of the fleet's time on shift{each}."
    )
    return Finding("waiting-drivers", text, ("#17", "C1"))


def felt_times(evidence: Evidence) -> Finding | None:
    """What customers and drivers feel."""
    times = times_in_words(evidence.estimates)
    if times is None:
        return None
    return Finding("felt-times", times + promises_in_words(evidence.tables, evidence.estimates), ("F2", "#97"))


def fix_order(evidence: Evidence) -> Finding | None:
    """Whether every driver's fixes arrived in the order they were sent."""
    stale = [each.flows["gps"].stale for each in evidence.tables if "gps" in each.flows]
    processed = sum(each.flows["gps"].completed for each in evidence.tables if "gps" in each.flows)
    if not processed:
        return None
    if sum(stale) == 0:
        text = f"Each driver's fixes stayed in order: none of {processed:,} came after a newer one."
    else:
        broken = f"{sum(stale):,} of {processed:,} came after a newer one of the same driver"
        text = f"The order of fixes broke: {broken}."
    return Finding("fix-order", text, ("F22",))


def single_replication(evidence: Evidence) -> Finding | None:
    """A warning that one run shows no spread."""
    if len(evidence.tables) > 1:
        return None
    text = "A single replication has no interval: targets are judged on its values, which another seed may move."
    return Finding("single-replication", text, ())


FINDINGS: tuple[Callable[[Evidence], Finding | None], ...] = (
    fleet_cycle,
    tightest_geo,
    busiest_station,
    tighter_side,
    growing_backlogs,
    waiting_drivers,
    felt_times,
    fix_order,
    single_replication,
)


def collect_findings(evidence: Evidence) -> tuple[Finding, ...]:
    """Every finding the evidence supports, in a fixed order."""
    return tuple(finding for find in FINDINGS if (finding := find(evidence)) is not None)


def _percent(share: float) -> str:
    """One decimal: findings compare shares, targets judge them."""
    return f"{100 * share:.1f} %"

"""Assemble one run from a scenario, let it go, and return its record."""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.engine.streams import Streams
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario import Scenario
from swifteats_sim.simulation import collect
from swifteats_sim.simulation.assembly import Assembly


def simulate(scenario: Scenario, replication: int = 0, progress: Callable[[int], None] = lambda now: None) -> Tables:
    """One replication of a scenario, from an empty city at time 0.

    progress : told the virtual time (ns) once a virtual minute.

    The record depends on the scenario, its seed and the replication alone.
    """
    parts = Assembly(scenario, Streams(scenario.seed, replication), progress)
    parts.start()
    parts.run.clock.run(until=scenario.end)
    parts.run.loop.advance(scenario.end)
    parts.sampler.sample()  # the clock stops before what happens at the end, so the last minute is still open
    return _record(parts)


def _record(parts: Assembly) -> Tables:
    run, flows = parts.run, {flow.name: flow for flow in parts.run.loop.flows}
    offers = run.offers.table()
    return Tables(
        warmup=run.scenario.warmup,
        end=run.scenario.end,
        geos=tuple(area.name for area in run.city.places.areas),
        orders=run.orders.table(),
        offers=offers,
        stations=collect.station_table(parts.stations),
        kitchens=collect.kitchen_table(run, parts.cooks),
        shifts=collect.shift_table(run, parts.shifts.left),
        states=collect.state_table(run),
        legs=collect.leg_table(run.city.fleet.trajectories),
        fixes=collect.fix_table(flows["gps"], run.city.fleet.trajectories),
        series=collect.series_table(parts.sampler.table(), parts.stations),
        flows={name: collect.flow_record(flow) for name, flow in flows.items()},
        counts=collect.counts(run, parts.runner.counts, offers),
    )

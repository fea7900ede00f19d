"""Assemble one run from a scenario, let it go, and return its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from swifteats_sim.engine.clock import MINUTE
from swifteats_sim.engine.resource import Resource
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.ties import key_of
from swifteats_sim.results.tables import Tables, without_city
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.flows import GPS
from swifteats_sim.simulation import collect_city, collect_stack
from swifteats_sim.simulation.assembly import Assembly
from swifteats_sim.simulation.conservation import Conservation
from swifteats_sim.simulation.paths import paths_of
from swifteats_sim.simulation.software import Engine, Software, alone
from swifteats_sim.simulation.sweeping import seldom_swept
from swifteats_sim.simulation.violation import watched


def simulate(
    scenario: Scenario,
    replication: int = 0,
    progress: Callable[[int], None] = lambda now: None,
    engine: Engine = "compiled",
) -> Tables:
    """One replication of a scenario, from an empty city and an idle stack at time 0.

    progress : told the virtual time (ns) once a virtual minute; engine : what runs the flows, see Engine.

    The record depends on the scenario, its seed and the replication alone. Violation where an invariant breaks.
    """
    streams, ties = Streams(scenario.seed, replication), key_of(scenario.shuffle_ties, replication)
    with seldom_swept():
        if scenario.city is None:
            software = Software(scenario, streams, alone(scenario), engine=engine, ties=ties)
            with watched(replication, lambda: software.loop.now):
                return _software_alone(scenario, software, progress)
        parts = Assembly(scenario, streams, progress, engine, ties)
        with watched(replication, lambda: parts.run.clock.instant):
            return _with_city(parts, scenario.end)


def _with_city(parts: Assembly, end: int) -> Tables:
    """A city and its software."""
    parts.start()
    parts.run.clock.run(until=end)
    parts.run.loop.advance(end)
    parts.sampler.sample()  # the clock stops before what happens at the end, so the last minute is still open
    tables = _record(parts)
    parts.audit.close(tables)
    return tables


def _software_alone(scenario: Scenario, software: Software, progress: Callable[[int], None]) -> Tables:
    """A stack without a city: everything only flows."""
    software.start()
    conservation = Conservation(software)
    minutes = [*range(MINUTE, scenario.end, MINUTE), scenario.end]
    for minute in minutes:
        software.loop.advance(minute)
        conservation.look(minute)
        progress(minute)
    conservation.close(scenario.end)
    sampled = pd.DataFrame({"at": pd.Series(minutes, dtype="int64")})
    city: dict[str, Any] = dict(without_city())
    counts = {"events": software.loop.events}
    return Tables(**city, **_of_the_stack(scenario, software, {}, sampled), geos=(), counts=counts)


def _of_the_stack(
    scenario: Scenario, software: Software, pools: Mapping[str, Resource], sampled: pd.DataFrame
) -> dict[str, Any]:
    """The tables of the software. pools : those that deciding flows use; sampled : a row a minute."""
    equipment, topics = software.equipment, scenario.stack.topics
    software.loop.close()
    equipment.close()
    every = dict(sorted({**equipment.pools, **pools}.items()))
    for pool in every.values():
        pool.close()
    return {
        "warmup": scenario.warmup,
        "end": scenario.end,
        "stations": collect_stack.station_table(equipment),
        "pools": collect_stack.pool_table(every),
        "caches": collect_stack.cache_table(equipment),
        "topics": collect_stack.topic_table(equipment, {name: topic.message for name, topic in topics.items()}),
        "streams": collect_stack.stream_table(equipment),
        "series": collect_stack.series_table(sampled, equipment, every, software.flows),
        "flows": {name: collect_stack.flow_record(flow) for name, flow in software.flows.items()},
        "delays": {name: traffic.delays for name, traffic in equipment.traffic.items()},
        "paths": paths_of(scenario.stack),
    }


def _record(parts: Assembly) -> Tables:
    run, software = parts.run, parts.software
    offers = run.offers.table()
    stranded = parts.stranded(offers)
    for order in stranded:
        run.orders.note(order, "stranded", 1)
    for order in parts.held_back():
        run.orders.note(order, "held_back", 1)
    return Tables(
        **_of_the_stack(run.scenario, software, parts.pools, parts.sampler.table()),
        geos=tuple(area.name for area in run.city.places.areas),
        orders=run.orders.table(),
        offers=offers,
        kitchens=collect_city.kitchen_table(run, parts.cooks),
        shifts=collect_city.shift_table(run, parts.shifts.left),
        states=collect_city.state_table(run),
        legs=collect_city.leg_table(run.city.fleet.trajectories),
        fixes=collect_city.fix_table(software.flows[GPS], run.city.fleet.trajectories),
        counts=collect_city.counts(run, parts.runner.counts, offers, stranded, parts.of_stock),
    )

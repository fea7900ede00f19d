"""What must hold between city, demand, stack and targets, each rule with the path of the value that breaks it."""

from __future__ import annotations

from typing import NamedTuple

from swifteats_sim.scenario.city import City, Geo
from swifteats_sim.scenario.cityless import CALLS, cityless_findings
from swifteats_sim.scenario.demand import Demand
from swifteats_sim.scenario.effects import EFFECTS
from swifteats_sim.scenario.errors import Findings, KeyPath, unknown_name
from swifteats_sim.scenario.flow_consistency import flow_findings
from swifteats_sim.scenario.flows import GPS, ORDER
from swifteats_sim.scenario.nesting import nesting_findings
from swifteats_sim.scenario.rules import Rules
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.stack_consistency import stack_findings
from swifteats_sim.scenario.streets import GRID, STRAIGHT, Cells
from swifteats_sim.scenario.targets import Targets

FLOWS = (ORDER, GPS)
TOPICS = ("assignment", "fixes")


class Parts(NamedTuple):
    """The parts of a scenario that must fit together."""

    city: City | None
    demand: Demand
    rules: Rules
    stack: Stack
    targets: Targets


def inconsistencies(scenario: Parts) -> Findings:
    """Everything in a scenario that does not fit together."""
    if scenario.city is None:
        yield from cityless_findings(scenario.demand, scenario.rules, scenario.stack, scenario.targets)
    else:
        yield from _with_city(scenario, scenario.city)
    yield from _calls(scenario)
    yield from stack_findings(scenario.stack)
    yield from nesting_findings(scenario.stack)
    yield from flow_findings(scenario.stack)


def _with_city(scenario: Parts, city: City) -> Findings:
    demand = scenario.demand
    if demand.orders is None and demand.trace is None:
        yield ("city",), "needs `demand.orders` (a rate) or `demand.trace` (a folder with a recorded day)"
    yield from _shares(demand, city)
    yield from _geos(demand, city)
    yield from _needed(scenario.stack)
    yield from _partitions(scenario.stack, city)


def _shares(demand: Demand, city: City) -> Findings:
    share = demand.orders.share if demand.orders else {}
    path = ("demand", "orders", "share")
    for name in share:
        if name not in city.geos:
            yield (*path, name), unknown_name("geo", name, city.geos)
    missing = [name for name in city.geos if name not in share]
    if share and missing:
        yield path, f"every geo needs a share; missing: {', '.join(missing)}"


def _geos(demand: Demand, city: City) -> Findings:
    traced = demand.trace is not None
    if traced and len(city.geos) != 1:
        yield ("city", "geos"), "with demand.trace there is exactly one geo"
    for name, geo in city.geos.items():
        path = ("city", "geos", name)
        yield from _recorded(geo, path) if traced else _declared(geo, path, city.map_of(name))
        if traced and city.map_of(name) == GRID:
            yield path, "a recorded day happened in a city: a grid is none, and has no place for it"
        yield from _mapped(city, name)
    yield from _slow(city)
    if city.kitchens.mode == "recorded" and not traced:
        yield ("city", "kitchens", "mode"), "recorded needs demand.trace"


def _recorded(geo: Geo, path: KeyPath) -> Findings:
    for key in ("area", "restaurants", "drivers", "shifts", "cells"):
        if getattr(geo, key) not in (None, ()):
            yield (*path, key), "comes from the trace: leave it out"


def _declared(geo: Geo, path: KeyPath, streets: str) -> Findings:
    if geo.restaurants is None:
        yield path, "restaurants is needed (there is no demand.trace)"
    if geo.area is None and streets in (STRAIGHT, GRID):
        yield path, "area is needed (there is no demand.trace)"
    if geo.drivers is None and not geo.shifts:
        yield path, "drivers or shifts are needed (there is no demand.trace)"


def _slow(city: City) -> Findings:
    """Traffic needs streets to be slow on."""
    if city.congestion and all(city.map_of(name) == STRAIGHT for name in city.geos):
        yield ("city", "congestion"), "needs a map: every geo has straight lines"


def _mapped(city: City, name: str) -> Findings:
    """What a geo may say of its map."""
    geo, streets, path = city.geos[name], city.map_of(name), ("city", "geos", name)
    if streets not in (STRAIGHT, GRID) and geo.area is not None:
        yield (*path, "area"), f"comes from the map {streets!r}: choose `cells` of it, and leave this out"
    if streets in (STRAIGHT, GRID) and geo.cells is not None:
        yield (*path, "cells"), f"needs a map, and {streets!r} is none"
    others = [other for other in city.geos if other < name and city.map_of(other) == streets]
    mine = city.cells_of(name)
    for other in others if streets not in (STRAIGHT, GRID) else ():
        if _meet(mine, city.cells_of(other)):
            yield (*path, "cells"), f"has cells in common with geo {other!r}"


def _meet(one: Cells, other: Cells) -> bool:
    """Whether parts of a map must overlap; of h3 cells beside dense or sparse ones only the map can tell."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return bool(set(one) & set(other))
    return one == other or "all" in (one, other)


def _needed(stack: Stack) -> Findings:
    """What the lives of orders, drivers and consumers are built on."""
    for kind, needed, given in (("flows", FLOWS, stack.flows), ("topics", TOPICS, stack.topics),
                                ("effects", EFFECTS, stack.effects)):  # fmt: skip
        missing = [name for name in needed if name not in given]
        if missing:
            yield ("stack", kind), f"missing: {', '.join(missing)}"
    gps = stack.flows.get(GPS)
    if gps is not None and (gps.counted or gps.clients == "watchers"):
        yield ("stack", "flows", GPS), "in a city its clients are the drivers: leave any other source out"


def _partitions(stack: Stack, city: City) -> Findings:
    kinds = sorted({geo.kind for geo in city.geos.values()})
    for name, topic in stack.topics.items():
        missing = [kind for kind in kinds if kind not in topic.partitions]
        if missing:
            yield ("stack", "topics", name, "partitions"), f"missing for {' and '.join(missing)} geos"


def _calls(scenario: Parts) -> Findings:
    for key, name in CALLS:
        if getattr(scenario.demand, key) is None:
            continue
        flow = scenario.stack.flows.get(name)
        if flow is None:
            yield ("demand", key), f"needs a flow {name!r} in the stack"
            continue
        for own in ("arrivals", "clients", "keys"):
            if getattr(flow, own) is not None:
                yield ("stack", "flows", name, own), f"comes from demand.{key}: leave it out"

"""Stations, pools and their ceilings, laid out."""

from __future__ import annotations

from swifteats_sim.engine.balancing import ByPartition, HealthChecked, LeastBusy, RoundRobin, Weighted
from swifteats_sim.engine.claims import Allotment
from swifteats_sim.engine.kernel import balancing as ways
from swifteats_sim.engine.kernel import memory as m
from swifteats_sim.engine.kernel.lowering import Lowering, or_none, ragged
from swifteats_sim.engine.level import Level
from swifteats_sim.engine.pauses import Pace
from swifteats_sim.engine.resource import Resource
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.usage import Usage

WAYS = {
    type(None): ways.SHARED, RoundRobin: ways.ROUND_ROBIN, ByPartition: ways.PARTITION, LeastBusy: ways.LEAST_BUSY,
    Weighted: ways.WEIGHTED, HealthChecked: ways.HEALTH_CHECKED,
}  # fmt: skip


def lower_station(low: Lowering, station: Station) -> int:
    """The row of a station."""
    return low.once(station, lambda each: _station(low, each))


def _station(low: Lowering, station: Station) -> int:
    lay, queues, servers = low.layout, len(station.free), len(station.free[0])
    return lay.row(
        m.STATION, queues=queues, servers=servers, balancing=WAYS[type(station.balancer)],
        limit=or_none(station.limit), turn=-1, free=lay.zeros(queues * servers), waiting=lay.lists(queues),
        present=lay.lists(queues), usage=lower_usage(low, station.usage), **_crews(low, station),
        **_choice(low, station),
    )  # fmt: skip


def _crews(low: Lowering, station: Station) -> dict[str, int]:
    """Servers that pause: a heap of (instant, server) a queue, behind its size, and the pace of each server."""
    if station.crews is None:
        return {"crews": m.NONE}
    paces = [lower_pace(low, pace) for crew in station.crews for pace in crew.paces]
    heaps = [word for crew in station.crews for word in (len(crew.paces), *ragged(crew.ready))]
    return {"paces": low.layout.put(paces), "crews": low.layout.put(heaps)}


def lower_pace(low: Lowering, pace: Pace) -> int:
    """The row of a pace: the number of its windows, their starts, ends and speeds."""
    return low.once(pace, lambda each: low.layout.put([len(each.starts), *each.starts, *each.ends, *each.speeds]))


def _choice(low: Lowering, station: Station) -> dict[str, int]:
    """What a balancer needs to choose."""
    lay, balancer = low.layout, station.balancer
    if isinstance(balancer, Weighted):
        weights = balancer.weights
        return {"credit": lay.zeros(len(weights)), "weights": lay.put(weights), "weight_sum": sum(weights)}
    if isinstance(balancer, HealthChecked):
        return {"health": lay.put([lay.put([len(edges), *edges]) for edges in balancer.edges])}
    return {}


def lower_usage(low: Lowering, usage: Usage) -> int:
    """The row of a station's counters."""
    minutes, zeros = len(usage.busy_minutes), low.layout.zeros
    return low.once(
        usage,
        lambda _: low.layout.row(m.USAGE, busy_minutes=zeros(minutes), arrivals=zeros(minutes), starts=zeros(minutes)),
    )


def lower_resource(low: Lowering, resource: Resource) -> int:
    """The row of a resource, with all others under its ceiling."""
    return low.once(resource, lambda each: _ceiling(low, each))


def _ceiling(low: Lowering, resource: Resource) -> int:
    members = resource.ceiling.resources
    row = low.layout.row(m.CEILING, size=resource.ceiling.size, count=len(members))
    rows = [_resource(low, each, row) for each in members]
    low.layout.words[row + m.CEILING.members] = low.layout.put(rows)
    for each, its_row in zip(members, rows, strict=True):
        low.place(each, its_row)
    return low.row(resource)


def _resource(low: Lowering, resource: Resource, ceiling: int) -> int:
    return low.layout.row(
        m.RESOURCE, size=resource.size, ceiling=ceiling, line=low.layout.lists(),
        in_use=_level(low, resource.holding.in_use), waiting=_level(low, resource.holding.waiting),
        process=int(isinstance(resource, Allotment)),
    )  # fmt: skip


def _level(low: Lowering, level: Level) -> int:
    return low.layout.row(m.LEVEL, changes=low.layout.zeros(len(level.changes)))

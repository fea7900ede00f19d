"""From memory back to the parts of a run: what was counted, so that nobody need know who counted it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.caching import Shelf
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.histogram import BUCKETS, Histogram
from swifteats_sim.engine.kernel import memory as m
from swifteats_sim.engine.kernel import wide
from swifteats_sim.engine.kernel.lowering import Lowering
from swifteats_sim.engine.kernel.memory import NONE, World
from swifteats_sim.engine.level import Level
from swifteats_sim.engine.resource import Resource
from swifteats_sim.engine.streaming import MISSES, Connections
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.engine.usage import Usage

Words = NDArray[np.int64]

OF_FLOWS = (
    "born", "finished", "stale", "overwritten", "calls", "attempts", "wasted", "messages", "bytes", "sent", "ended",
    "in_flight",
)  # fmt: skip
OF_TOPICS = ("messages", "lost", "unreplicated", "scattered", "mixed", "duplicates", "dead", "waiting", "since")
OF_STATIONS = ("visits", "rejected", "abandoned", "busy", "max_wait", "scanned")
OF_CACHES = ("reads", "hits", "stale", "evicted", "stampedes")
OF_POOLS = ("takes", "refused", "max_wait")
"""Counters that have the same name here and there."""


def count_all(world: World, low: Lowering) -> None:
    """Write down what the loop has counted of every thing that was laid out."""
    words = world.words
    for flow, row in low.met(Flow):
        flow.latency_counts = _histogram(world, words[row + m.FLOW.latency])
        flow.wait_counts = _histogram(world, words[row + m.FLOW.wait])
    for traffic, row in low.met(Traffic):
        traffic.lags = _histogram(world, words[row + m.TRAFFIC.delay])
    count_flows(words, low)
    for usage, row in low.met(Usage):
        _usage(words, usage, row)
    for resource, row in low.met(Resource):
        _resource(world, resource, row)
    for shelf, row in low.met(Shelf):
        _copy(words, shelf.cache, m.CACHE, row, OF_CACHES)
    for connections, row in low.met(Connections):
        _connections(words, connections, row)


def count_flows(words: Words, low: Lowering) -> None:
    """Write down what flows and topics have counted."""
    for flow, row in low.met(Flow):
        _flow(words, flow, row)
    for traffic, row in low.met(Traffic):
        _traffic(words, traffic, row)


def _copy(words: Words, thing: object, fields: Any, row: int, names: tuple[str, ...]) -> None:
    for name in names:
        setattr(thing, name, int(words[row + getattr(fields, name)]))


def _table(words: Words, first: int, like: list[int]) -> list[int]:
    table: list[int] = words[first : first + len(like)].tolist()
    return table


def _flow(words: Words, flow: Flow, row: int) -> None:
    _copy(words, flow, m.FLOW, row, OF_FLOWS)
    flow.stayed = wide.total(words, row + m.FLOW.presence)
    flow.outcomes = _table(words, words[row + m.FLOW.outcomes], flow.outcomes)
    flow.changes = _table(words, words[row + m.FLOW.changes], flow.changes)
    flow.completions = _table(words, words[row + m.FLOW.completions], flow.completions)


def _traffic(words: Words, traffic: Traffic, row: int) -> None:
    _copy(words, traffic, m.TRAFFIC, row, OF_TOPICS)
    traffic.lasted, traffic.highest = wide.total(words, row + m.TRAFFIC.waited), int(words[row + m.TRAFFIC.most])
    traffic.changes = _table(words, words[row + m.TRAFFIC.changes], traffic.changes)
    traffic.keys = int(words[row + m.TRAFFIC.met] + words[words[row + m.TRAFFIC.keys] + m.MAP.used])
    geos = words[words[row + m.TRAFFIC.geos] :][: words[row + m.TRAFFIC.partitions]]
    traffic.reached = int(np.count_nonzero(geos != NONE))


def _histogram(world: World, row: int) -> Histogram:
    words, first = world.words, world.words[row + m.HISTOGRAM.first]
    least, most = int(words[row + m.HISTOGRAM.least]), int(words[row + m.HISTOGRAM.most])
    return Histogram(world.counts[first : first + BUCKETS], wide.total(words, row + m.HISTOGRAM.total), least, most)


def _usage(words: Words, usage: Usage, row: int) -> None:
    _copy(words, usage, m.USAGE, row, OF_STATIONS)
    usage.wait, usage.queued = wide.total(words, row + m.USAGE.wait), wide.total(words, row + m.USAGE.queued)
    usage.busy_minutes = _table(words, words[row + m.USAGE.busy_minutes], usage.busy_minutes)
    usage.arrivals = _table(words, words[row + m.USAGE.arrivals], usage.arrivals)
    usage.starts = _table(words, words[row + m.USAGE.starts], usage.starts)


def _resource(world: World, resource: Resource, row: int) -> None:
    words, holding = world.words, resource.holding
    _copy(words, holding, m.RESOURCE, row, OF_POOLS)
    holding.wait = wide.total(words, row + m.RESOURCE.wait)
    _level(words, holding.in_use, words[row + m.RESOURCE.in_use])
    _level(words, holding.waiting, words[row + m.RESOURCE.waiting])
    resource.left_waiting = [int(each["d"]) for each in standing(world, words[row + m.RESOURCE.line])]


def _level(words: Words, level: Level, row: int) -> None:
    level.value, level.since, level.highest = (
        int(words[row + at]) for at in (m.LEVEL.value, m.LEVEL.since, m.LEVEL.most)
    )
    level.lasted = wide.total(words, row + m.LEVEL.area)
    level.changes = _table(words, words[row + m.LEVEL.changes], level.changes)


def _connections(words: Words, connections: Connections, row: int) -> None:
    _copy(words, connections, m.CONNECTIONS, row, ("sent", "delivered"))
    missed = _table(words, words[row + m.CONNECTIONS.missed], [0] * len(MISSES))
    connections.missed = dict(zip(MISSES, missed, strict=True))


def standing(world: World, line: int) -> list[Any]:
    """NODEs that stand in a list, first to last."""
    found, n = [], world.words[line + m.LIST.first]
    while n != NONE:
        found.append(world.nodes[n])
        n = world.nodes[n]["after"]
    return found


def read_samples(noted: NDArray[Any], flows: Sequence[Flow]) -> None:
    """Give each flow the jobs that were noted one by one."""
    columns = (noted[name].tolist() for name in ("flow", "entity", "born", "done"))
    for number, entity, born, done in zip(*columns, strict=True):
        flows[number].note(entity, born, done)


def standing_in(world: World, group: int) -> int:
    """Messages in the logs and hands of a group, one by one, and those that nobody owns."""
    words = world.words
    consumers = range(words[group + m.GROUP.consumers])
    firsts = [words[group + of] + len(m.LIST) * each for of in (m.GROUP.logs, m.GROUP.hands) for each in consumers]
    return sum(len(standing(world, line)) for line in (*firsts, words[group + m.GROUP.parked]))


def flows_of_open_jobs(world: World) -> list[int]:
    """The flow of each job that is there and has not ended; parts and second deliveries do not count."""
    jobs = world.jobs[: world.words[m.REGISTERS.jobs]]
    there = (jobs["over"] == 0) & (jobs["is_part"] == 0) & (jobs["orphan"] == 0)
    free = world.words[m.REGISTERS.free_job]
    while free != NONE:
        there[free] = False
        free = jobs[free]["next_free"]
    flows: list[int] = jobs["flow"][there].tolist()
    return flows

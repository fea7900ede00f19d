"""What a finished run has to say of its software, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.job import ABANDONED, COMPLETED, DEAD, DROPPED, EXPIRED, FAILED, LOST, REJECTED
from swifteats_sim.engine.resource import Resource
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streaming import MISSES
from swifteats_sim.results.columns import STACK_COLUMNS
from swifteats_sim.results.tables import FlowRecord
from swifteats_sim.stack.equipment import Desk, Equipment


def station_table(equipment: Equipment) -> pd.DataFrame:
    """See Tables.stations."""
    stations = served(equipment)
    counts = ("visits", "busy", "wait", "queued", "max_wait", "rejected", "scanned")
    rows = [
        (name, station.servers, *(getattr(station.usage, count) for count in counts))
        for name, station in stations.items()
    ]
    return stack_frame("stations", rows)


def served(equipment: Equipment) -> dict[str, Station | Desk]:
    """Every station by name, in order of names."""
    every: dict[str, Station | Desk] = {**equipment.stations, **equipment.desks}
    return {name: every[name] for name in sorted(every)}


def pool_table(pools: Mapping[str, Resource]) -> pd.DataFrame:
    """See Tables.pools."""
    counts = ("takes", "held", "wait", "queued", "max_wait", "most", "refused")
    rows = [(name, pool.size, *(getattr(pool.holding, count) for count in counts)) for name, pool in pools.items()]
    return stack_frame("pools", rows)


def cache_table(equipment: Equipment) -> pd.DataFrame:
    """See Tables.caches."""
    counts = ("reads", "hits", "stale", "evicted", "stampedes")
    caches = {name: shelf.cache for name, shelf in sorted(equipment.shelves.items())}
    rows = [(name, *(int(getattr(cache, count)) for count in counts)) for name, cache in caches.items()]
    return stack_frame("caches", rows)


def topic_table(equipment: Equipment, sizes: Mapping[str, int]) -> pd.DataFrame:
    """See Tables.topics. sizes : bytes of a message by topic."""
    counts = ("waited", "most", "lost", "unreplicated", "scattered", "mixed", "keys", "reached", "duplicates", "dead")
    rows = [
        (
            name,
            each.messages,
            each.messages * sizes[name],
            len(equipment.topics[name].logs),
            *(getattr(each, count) for count in counts),
        )
        for name, each in sorted(equipment.traffic.items())
    ]
    return stack_frame("topics", rows)


def stream_table(equipment: Equipment) -> pd.DataFrame:
    """See Tables.streams."""
    rows = [
        (name, each.sent, each.delivered, *(each.missed[why] for why in MISSES))
        for name, each in sorted(equipment.connections.items())
    ]
    return stack_frame("streams", rows)


def stack_frame(table: str, rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """A table of the stack, a row a part."""
    return pd.DataFrame(rows, columns=list(STACK_COLUMNS[table]))


def series_table(
    sampled: pd.DataFrame, equipment: Equipment, pools: Mapping[str, Resource], flows: Mapping[str, Flow]
) -> pd.DataFrame:
    """See Tables.series."""
    minutes = len(sampled)
    extra: dict[str, object] = {}
    for name, station in served(equipment).items():
        extra[f"busy.{name}"] = station.usage.busy_servers(minutes)
        extra[f"queue.{name}"] = station.usage.queue(minutes)
    for name, pool in pools.items():
        extra[f"waiting.{name}"] = pool.holding.waiting.by_minute(minutes)
    for name, flow in sorted(flows.items()):
        extra[f"in_flight.{name}"] = flow.in_flight_by_minute(minutes)
        extra[f"done.{name}"] = flow.completed_by_minute(minutes)
    for name, traffic in sorted(equipment.traffic.items()):
        extra[f"lag.{name}"] = traffic.lag_by_minute(minutes)
    return pd.concat([sampled, pd.DataFrame(extra)], axis=1)


def flow_record(flow: Flow) -> FlowRecord:
    """See FlowRecord."""
    ended = flow.outcomes
    return FlowRecord(
        latency=flow.latency, wait=flow.wait, born=flow.born, finished=flow.finished, completed=ended[COMPLETED],
        rejected=ended[REJECTED], abandoned=ended[ABANDONED], failed=ended[FAILED] + ended[LOST] + ended[DEAD],
        stale=flow.stale, overwritten=flow.overwritten, expired=ended[EXPIRED], dropped=ended[DROPPED],
        calls=flow.calls, attempts=flow.attempts, wasted=flow.wasted, messages=flow.messages, bytes=flow.bytes,
        presence=flow.presence,
    )  # fmt: skip

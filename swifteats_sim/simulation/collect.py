"""The record of a finished run as tables, and the audits that trust no rule's own bookkeeping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from swifteats_sim.city.trajectories import Trajectories
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.job import ABANDONED, COMPLETED, DEAD, DROPPED, EXPIRED, FAILED, LOST, REJECTED
from swifteats_sim.engine.resource import Resource
from swifteats_sim.engine.station import Station
from swifteats_sim.results.tables import STACK_COLUMNS, FlowRecord
from swifteats_sim.simulation.parts import Run
from swifteats_sim.stack.equipment import Desk, Equipment


def station_table(equipment: Equipment) -> pd.DataFrame:
    """See Tables.stations."""
    stations = served(equipment)
    counts = ("visits", "busy", "wait", "queued", "max_wait", "rejected")
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
    rows = [
        (
            name,
            each.messages,
            each.messages * sizes[name],
            each.waited,
            each.most,
            each.lost,
            each.duplicates,
            each.dead,
        )
        for name, each in sorted(equipment.traffic.items())
    ]
    return stack_frame("topics", rows)


def stream_table(equipment: Equipment) -> pd.DataFrame:
    """See Tables.streams."""
    rows = [(name, each.sent, each.delivered) for name, each in sorted(equipment.connections.items())]
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


def kitchen_table(run: Run, cooks: Sequence[int]) -> pd.DataFrame:
    """See Tables.kitchens."""
    rows = [
        (restaurant, area.index, cooks[restaurant], *run.city.kitchen.usage(restaurant))
        for area in run.city.places.areas
        for restaurant in area.restaurants
    ]
    return pd.DataFrame(rows, columns=["restaurant", "geo", "cooks", "orders", "busy"], dtype="int64")


def shift_table(run: Run, left: Mapping[int, int]) -> pd.DataFrame:
    """See Tables.shifts: drivers who were on shift at all."""
    end = run.scenario.end
    rows = [
        (driver, area.index, int(run.city.places.on[driver]), left.get(driver, end))
        for area in run.city.places.areas
        for driver in area.drivers
        if run.city.places.on[driver] < end
    ]
    return pd.DataFrame(rows, columns=["driver", "geo", "on", "off"], dtype="int64")


def state_table(run: Run) -> pd.DataFrame:
    """See Tables.states."""
    columns = list(zip(*run.city.fleet.states, strict=True)) or [(), (), ()]
    numbers = {"driver": pd.Series(columns[0], dtype="int64"), "at": pd.Series(columns[1], dtype="int64")}
    return pd.DataFrame({**numbers, "state": pd.Series(columns[2], dtype=object)})


def fix_table(gps: Flow, trajectories: Trajectories) -> pd.DataFrame:
    """See Tables.fixes: the sampled drivers' fixes, with the true position when each was sent."""
    rows = np.array(sorted(gps.sample), dtype=np.int64).reshape(-1, 3)
    points = trajectories.positions(rows[:, 0], rows[:, 1])
    integers = {"driver": rows[:, 0], "sent": rows[:, 1], "known": rows[:, 2]}
    return pd.DataFrame({**integers, "x": points[:, 0], "y": points[:, 1]})


def flow_record(flow: Flow) -> FlowRecord:
    """See FlowRecord."""
    ended = flow.outcomes
    return FlowRecord(
        latency=flow.latency, wait=flow.wait, born=flow.born, finished=flow.finished, completed=ended[COMPLETED],
        rejected=ended[REJECTED], abandoned=ended[ABANDONED], failed=ended[FAILED] + ended[LOST] + ended[DEAD],
        stale=flow.stale, expired=ended[EXPIRED], dropped=ended[DROPPED], calls=flow.calls, attempts=flow.attempts,
        wasted=flow.wasted, messages=flow.messages, bytes=flow.bytes, presence=flow.presence,
    )  # fmt: skip


def double_assignments(offers: pd.DataFrame, end: int) -> int:
    """Offers committed to a driver who was not done with an earlier one (F5), by the record alone."""
    return _overlaps(offers, "driver", end)


def rivals(offers: pd.DataFrame, end: int) -> int:
    """Offers of an order committed while a driver was not done with an earlier one of it (C24)."""
    return _overlaps(offers, "order", end)


def _overlaps(offers: pd.DataFrame, whose: str, end: int) -> int:
    """Offers committed before every earlier one of the same driver, or order, was done; in order of the record."""
    done = offers["done"].where(offers["done"] >= 0, end)
    latest = done.groupby(offers[whose]).cummax().groupby(offers[whose]).shift(fill_value=-1)
    return int((offers["committed"] < latest).sum())


def leg_table(trajectories: Trajectories) -> pd.DataFrame:
    """See Tables.legs: movements that were begun, without the first stand of every driver."""
    legs = pd.DataFrame(trajectories.columns())
    return legs[legs["end"] > legs["start"]].reset_index(drop=True)


def counts(
    run: Run, tried: Mapping[str, int], offers: pd.DataFrame, stranded: int, of_stock: Mapping[str, int]
) -> dict[str, int]:
    """See Tables.counts. tried : the effect runner's counts of what was tried and lost."""
    return {
        "stranded": stranded,
        "dead_requests": tried["dead_requests"],
        "double_assignments": double_assignments(offers, run.scenario.end),
        "rivals": rivals(offers, run.scenario.end),
        **of_stock,
        "reserve_tries": tried["items_tries"],
        "reserve_conflicts": tried["items_conflicts"],
        "reserve_waits": tried["items_waits"],
        "lost_requests": tried["lost_requests"],
        "stale_reads": tried["stale_reads"],
        "commit_tries": tried["commit_tries"],
        "commit_conflicts": tried["commit_conflicts"],
        "events": run.loop.events + run.clock.events(),
    }

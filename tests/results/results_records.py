"""Small records of runs, written by hand: a minute of warm-up, then two measured minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from swifteats_sim.engine.histogram import ERROR, Distribution, Histogram
from swifteats_sim.results.columns import CITY_COLUMNS, OFFER_NUMBERS, ORDER_INSTANTS, STACK_COLUMNS
from swifteats_sim.results.span import QUANTILES
from swifteats_sim.results.tables import FLOW_NUMBERS, FlowRecord, Tables, without_city

SECOND = 1_000_000_000
WARMUP = 60
END = 180

STATION_TIMES = ("busy", "wait", "queued", "max_wait", "scanned")
OFFER_COUNTS = ("order", "driver", "attempt", "deferred_late", "overtaken", "members", "ghost")
OFFER_TIMES = tuple(name for name in OFFER_NUMBERS if name not in OFFER_COUNTS)
FRAME_COLUMNS = {**CITY_COLUMNS, **STACK_COLUMNS, "series": ("at",)}


def ns(seconds: float) -> int:
    """Seconds as the nanoseconds a record holds; -1 stays "never"."""
    return -1 if seconds == -1 else round(seconds * SECOND)


def orders(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Orders with instants in seconds; what a row does not name never happened."""
    fixed = {
        "geo": 0,
        "restaurant": 0,
        "driver": -1,
        "state": "placed",
        "reason": "",
        "lines": 1,
        "offers": 1,
        "declines": 0,
        "twin_of": -1,
        "handed": 0,
        "stranded": 0,
        "held_back": 0,
    }
    full = [{"order": number, **fixed, **dict.fromkeys(ORDER_INSTANTS, -1), **row} for number, row in enumerate(rows)]
    return _frame("orders", full, (*ORDER_INSTANTS, "handed"))


def offers(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Offers with times in seconds; what a row does not name was not recorded."""
    fixed = {**dict.fromkeys(OFFER_NUMBERS, -1), "driver": 0, "attempt": 1, "outcome": "accepted"}
    return _frame("offers", [{**fixed, "order": number, **row} for number, row in enumerate(rows)], OFFER_TIMES)


def stations(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Stations with sums in seconds; what a row does not say otherwise, only those who were served waited."""
    return _frame(
        "stations",
        [{"queued": row["wait"], "max_wait": 0, "rejected": 0, "scanned": 0, **row} for row in rows],
        STATION_TIMES,
    )


def pools(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Pools of connections with sums in seconds."""
    fixed = {"takes": 0, "held": 0, "wait": 0, "queued": 0, "max_wait": 0, "most": 0, "refused": 0}
    return _frame("pools", [{**fixed, **row} for row in rows], ("held", "wait", "queued", "max_wait"))


def caches(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Caches with their counts."""
    return _frame("caches", [{"stale": 0, "evicted": 0, "stampedes": 0, **row} for row in rows], ())


def topics(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Topics with the message-seconds that waited."""
    fixed = dict.fromkeys(STACK_COLUMNS["topics"][2:], 0)
    return _frame("topics", [{**fixed, **row} for row in rows], ("waited",))


def streams(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Streams with their counts."""
    fixed = dict.fromkeys(STACK_COLUMNS["streams"][3:], 0)
    return _frame("streams", [{**fixed, **row} for row in rows], ())


def kitchens(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Kitchens with busy seconds."""
    fixed = {"geo": 0, "orders": 0}
    return _frame("kitchens", [{"restaurant": number, **fixed, **row} for number, row in enumerate(rows)], ("busy",))


def shifts(*spans: tuple[float, float]) -> pd.DataFrame:
    """A driver for each (on, off) in seconds."""
    rows = [{"driver": number, "geo": 0, "on": on, "off": off} for number, (on, off) in enumerate(spans)]
    return _frame("shifts", rows, ("on", "off"))


def states(*changes: tuple[int, float, str]) -> pd.DataFrame:
    """Changes (driver, at in seconds, state)."""
    return _frame("states", [{"driver": driver, "at": at, "state": state} for driver, at, state in changes], ("at",))


def legs(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Movements with times in seconds."""
    return _frame("legs", list(rows), ("start", "end"))


def fixes(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Fixes with times in seconds."""
    return _frame("fixes", list(rows), ("sent", "known"))


def series(**columns: Sequence[float]) -> pd.DataFrame:
    """A row a minute from the first; all columns are as long as the longest."""
    length = max((len(values) for values in columns.values()), default=0)
    at = np.arange(1, length + 1, dtype=np.int64) * 60 * SECOND
    return pd.DataFrame({"at": at, **{name: np.array(values, dtype=np.float64) for name, values in columns.items()}})


def flow(latency: Sequence[float], born: int, wait: Sequence[float] = (), **numbers: float) -> FlowRecord:
    """A flow with latencies, waits and presence in seconds; each latency is a job completed."""
    given = {
        "born": born,
        "completed": len(latency),
        "finished": len(latency),
        **numbers,
        "presence": ns(numbers.get("presence", 0)),
    }
    return FlowRecord(times(*latency), times(*wait), **{name: int(given.get(name, 0)) for name in FLOW_NUMBERS})


def times(*seconds: float) -> Distribution:
    """Durations in seconds, as a run counts them."""
    histogram = Histogram()
    for each in seconds:
        histogram.add(ns(each))
    return histogram.distribution()


def to_half_a_bucket(metrics: Mapping[str, float]) -> dict[str, Any]:
    """Metrics as they are expected of durations that were counted: quantiles to half a bucket, all else exact."""
    return {
        name: pytest.approx(value, rel=ERROR, abs=0) if name.rpartition(".")[2] in QUANTILES else value
        for name, value in metrics.items()
    }


def run(warmup: float = WARMUP, end: float = END, **parts: Any) -> Tables:
    """A run in which nothing happens but what `parts` says."""
    empty: dict[str, Any] = {name: _frame(name, [], ()) for name in FRAME_COLUMNS}
    defaults = {"geos": ("centre",), **empty, "flows": {}, "delays": {}, "paths": {}, "counts": {}}
    return Tables(warmup=ns(warmup), end=ns(end), **{**defaults, **parts})


def bare_run(warmup: float = WARMUP, end: float = END, **parts: Any) -> Tables:
    """A run of a stack without a city around it."""
    return run(warmup, end, geos=(), **without_city(), **parts)


def _frame(name: str, rows: list[Any], times: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(FRAME_COLUMNS[name]))
    for column in times:
        frame[column] = np.array([ns(each) for each in frame[column]], dtype=np.int64)
    return frame

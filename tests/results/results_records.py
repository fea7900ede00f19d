"""Small records of runs, written by hand: a minute of warm-up, then two measured minutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swifteats_sim.results.tables import ORDER_INSTANTS, FlowRecord, Tables

SECOND = 1_000_000_000
WARMUP = 60
END = 180

OFFER_TIMES = ("committed", "answered", "travel", "slack", "eligible", "released")
FRAME_COLUMNS = {
    "orders": (
        "order",
        "geo",
        "restaurant",
        "driver",
        "state",
        "reason",
        "lines",
        "offers",
        "declines",
        *ORDER_INSTANTS,
    ),
    "offers": ("order", "driver", "attempt", "outcome", *OFFER_TIMES),
    "stations": ("station", "servers", "visits", "busy", "wait", "max_wait", "rejected"),
    "kitchens": ("restaurant", "geo", "cooks", "orders", "busy"),
    "shifts": ("driver", "geo", "on", "off"),
    "states": ("driver", "at", "state"),
    "legs": ("driver", "start", "end", "x0", "y0", "x1", "y1"),
    "fixes": ("driver", "sent", "known", "x", "y"),
    "series": ("at", "placed", "delivered", "open_orders", "gps_in_flight"),
}


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
    }
    full = [{"order": number, **fixed, **dict.fromkeys(ORDER_INSTANTS, -1), **row} for number, row in enumerate(rows)]
    return _frame("orders", full, ORDER_INSTANTS)


def offers(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Offers with times in seconds."""
    fixed = {
        "driver": 0,
        "attempt": 1,
        "outcome": "accepted",
        "answered": -1,
        "travel": 0,
        "slack": 0,
        "eligible": -1,
        "released": -1,
    }
    return _frame("offers", [{"order": number, **fixed, **row} for number, row in enumerate(rows)], OFFER_TIMES)


def stations(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Stations with sums in seconds."""
    return _frame("stations", [{"max_wait": 0, "rejected": 0, **row} for row in rows], ("busy", "wait", "max_wait"))


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


def series(**columns: list[float]) -> pd.DataFrame:
    """A row a minute from the first; all columns are as long as the longest."""
    length = max((len(values) for values in columns.values()), default=0)
    at = np.arange(1, length + 1, dtype=np.int64) * 60 * SECOND
    return pd.DataFrame({"at": at, **{name: np.array(values, dtype=np.float64) for name, values in columns.items()}})


def flow(latency: list[float], born: int, **counts: int) -> FlowRecord:
    """A flow with latencies in seconds, all of them completed."""
    times: NDArray[np.int64] = np.array([ns(each) for each in latency], dtype=np.int64)
    full = {"rejected": 0, "stale": 0, "dropped": 0, **counts}
    return FlowRecord(times, born, len(latency), full["rejected"], full["stale"], full["dropped"])


def run(warmup: float = WARMUP, end: float = END, **parts: Any) -> Tables:
    """A run in which nothing happens but what `parts` says."""
    empty: dict[str, Any] = {name: _frame(name, [], ()) for name in FRAME_COLUMNS}
    defaults = {"geos": ("centre",), **empty, "flows": {}, "counts": {}}
    return Tables(warmup=ns(warmup), end=ns(end), **{**defaults, **parts})


def _frame(name: str, rows: list[Any], times: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(FRAME_COLUMNS[name]))
    for column in times:
        frame[column] = np.array([ns(each) for each in frame[column]], dtype=np.int64)
    return frame

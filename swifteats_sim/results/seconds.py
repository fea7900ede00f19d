"""The tables of all replications as they are written: which of them, one below the other, times in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from swifteats_sim.results.columns import CITY_COLUMNS, ORDER_INSTANTS
from swifteats_sim.results.digest import FRAMES
from swifteats_sim.results.distribution import Distribution
from swifteats_sim.results.tables import FLOW_NUMBERS, Tables
from swifteats_sim.results.why_late import PARTS, why_late
from swifteats_sim.scenario.quantities import SECOND

FLOWS, DISTRIBUTIONS, WHY_LATE = "flows", "distributions", "why_late"
"""Tables that are drawn from a record when they are written."""
ALWAYS = ("stations", "series")
"""Tables of the stack that are written even when they are empty."""

INSTANTS: dict[str, tuple[str, ...]] = {
    "orders": ORDER_INSTANTS,
    "offers": ("taken", "committed", "answered", "done", "released", "eligible"),
    "shifts": ("on", "off"),
    "states": ("at",),
    "legs": ("start", "end"),
    "fixes": ("sent", "known"),
    "series": ("at",),
    "why_late": ("delivered",),
}
"""Columns that are points in time, where -1 is "never"."""

DURATIONS: dict[str, tuple[str, ...]] = {
    "orders": ("handed",),
    "offers": (
        "deferred", "driverless", "searched", "travel", "nearest", "slack", "best_gap", "preparation_left",
    ),
    "why_late": (*PARTS, "click_to_door"),
    "kitchens": ("busy",),
    "stations": ("busy", "wait", "queued", "max_wait", "scanned"),
    "pools": ("held", "wait", "queued", "max_wait"),
    "topics": ("waited",),
    "flows": ("presence",),
    "distributions": ("lowest", "highest"),
}  # fmt: skip
"""Columns that are lengths of time; a slack of -1 ns is a slack."""


def written(tables_list: Sequence[Tables]) -> Iterator[str]:
    """The tables worth a file: those of a city where there is one, those of parts that the stack has."""
    for name in (*FRAMES, FLOWS, DISTRIBUTIONS, WHY_LATE):
        of_city = name in (*CITY_COLUMNS, WHY_LATE) and any(tables.has_city for tables in tables_list)
        if of_city or name in ALWAYS or any(len(_frame(tables, name)) for tables in tables_list):
            yield name


def seconds_table(tables_list: Sequence[Tables], name: str) -> pd.DataFrame:
    """One table over all replications: `replication` (from 0) first, times in seconds, NaN for never."""
    frames = [_in_seconds(_frame(tables, name), name) for tables in tables_list]
    numbers = [number for number, frame in enumerate(frames) for _ in range(len(frame))]
    whole = pd.concat(frames, ignore_index=True)
    whole.insert(0, "replication", pd.Series(numbers, dtype="int64"))
    return whole


def _frame(tables: Tables, name: str) -> pd.DataFrame:
    drawn = {FLOWS: _flow_table, DISTRIBUTIONS: _distribution_table, WHY_LATE: why_late}
    frame: pd.DataFrame = drawn[name](tables) if name in drawn else getattr(tables, name)
    return frame


def _flow_table(tables: Tables) -> pd.DataFrame:
    """A row a flow: what became of its jobs, without their times."""
    rows = [{"flow": name, **flow.numbers} for name, flow in tables.flows.items()]
    return pd.DataFrame(rows, columns=["flow", *FLOW_NUMBERS])


def _distribution_table(tables: Tables) -> pd.DataFrame:
    """A row a bucket that holds anything: the metric, such as "gps.latency", the bounds, both inside, how many."""
    every = _distributions(tables)
    names = [name for name, each in every.items() for _ in range(each.counts.size)]
    columns = {"lowest": "lowest", "highest": "highest", "count": "counts"}
    numbers = {
        column: np.concatenate([np.empty(0, dtype=np.int64), *(getattr(each, name) for each in every.values())])
        for column, name in columns.items()
    }
    return pd.DataFrame({"metric": pd.Series(names, dtype=object), **numbers})


def _distributions(tables: Tables) -> Mapping[str, Distribution]:
    """All of a run, by the names of their metrics."""
    latencies = {f"{name}.latency": flow.latency for name, flow in tables.flows.items()}
    waits = {f"{name}.wait": flow.wait for name, flow in tables.flows.items()}
    return {**latencies, **waits, **{f"broker.{name}.delay": each for name, each in tables.delays.items()}}


def _in_seconds(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    converted = frame.copy()
    for column in INSTANTS.get(name, ()) + DURATIONS.get(name, ()):
        converted[column] = frame[column].astype("float64") / SECOND
    for column in INSTANTS.get(name, ()):
        converted[column] = converted[column].where(frame[column].astype("int64") >= 0)
    return converted

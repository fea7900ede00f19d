"""The digest of a run: one hash over everything it recorded, equal for equal results and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swifteats_sim.results.columns import CITY_COLUMNS, STACK_COLUMNS
from swifteats_sim.results.distribution import Distribution
from swifteats_sim.results.tables import FlowRecord, Tables

FRAMES = (*CITY_COLUMNS, *STACK_COLUMNS, "series")
"""The tables of a run by name, in the order they are hashed."""

_FORMAT = b"swifteats-sim digest 3\n"


def digest(tables_list: Sequence[Tables], scenario_json: str) -> str:
    """SHA-256 over the scenario and every table of every replication, as 64 hex digits.

    The bytes hashed are our own: columns by name, integers and floats in them as little-endian 64 bits, text as UTF-8
    with its length. So neither the version of pandas, the hash seed, the locale nor the clock has a say.
    """
    sha = _Hasher()
    sha.text(scenario_json)
    sha.number(len(tables_list))
    for tables in tables_list:
        _add_tables(sha, tables)
    return sha.hexdigest()


class _Hasher:
    """SHA-256 fed with values that say their own length: no two sequences of them share their bytes."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256(_FORMAT)

    def number(self, value: int) -> None:
        """16 bytes: a sum of ns over a crowd may be more than 8 hold."""
        self._sha.update(int(value).to_bytes(16, "little", signed=True))

    def text(self, value: str) -> None:
        encoded = value.encode("utf-8")
        self.number(len(encoded))
        self._sha.update(encoded)

    def column(self, values: NDArray[np.generic] | NDArray[np.object_]) -> None:
        """A kind letter, the number of values, and the values."""
        if values.dtype.kind in "biu":
            self._array("i", values.astype("<i8"))
        elif values.dtype.kind == "f":
            floats = values.astype("<f8")
            floats[np.isnan(floats)] = np.nan  # one NaN, whatever its bits were
            self._array("f", floats)
        else:
            self._texts(values.tolist())

    def hexdigest(self) -> str:
        return self._sha.hexdigest()

    def _array(self, kind: str, values: NDArray[np.generic]) -> None:
        self.text(kind)
        self.number(values.size)
        self._sha.update(values.tobytes())

    def _texts(self, values: list[object]) -> None:
        encoded = [_utf8(each) for each in values]
        self.text("t")
        self.number(len(encoded))
        self._sha.update(np.array([len(each) for each in encoded], dtype="<i8").tobytes())
        self._sha.update(b"".join(encoded))


def _utf8(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"a column of a record holds numbers or text, not {value!r}")
    return value.encode("utf-8")


def _add_tables(sha: _Hasher, tables: Tables) -> None:
    sha.number(tables.warmup)
    sha.number(tables.end)
    sha.number(len(tables.geos))
    for geo in tables.geos:
        sha.text(geo)
    for name in FRAMES:
        sha.text(name)
        _add_frame(sha, getattr(tables, name))
    sha.number(len(tables.flows))
    for name in sorted(tables.flows):
        sha.text(name)
        _add_flow(sha, tables.flows[name])
    sha.number(len(tables.delays))
    for name in sorted(tables.delays):
        sha.text(name)
        _add_distribution(sha, tables.delays[name])
    _add_counts(sha, tables.counts)


def _add_flow(sha: _Hasher, flow: FlowRecord) -> None:
    _add_distribution(sha, flow.latency)
    _add_distribution(sha, flow.wait)
    _add_counts(sha, flow.numbers)


def _add_distribution(sha: _Hasher, durations: Distribution) -> None:
    """Buckets by their lower bounds, and what is exact: any one duration that differs changes the sum."""
    sha.column(durations.lowest)
    sha.column(durations.counts)
    for number in (durations.total, durations.least, durations.most):
        sha.number(number)


def _add_frame(sha: _Hasher, frame: pd.DataFrame) -> None:
    sha.number(len(frame.columns))
    for column in sorted(frame.columns):
        sha.text(column)
        sha.column(_values(frame[column]))


def _values(column: pd.Series) -> NDArray[np.generic] | NDArray[np.object_]:
    """A column as a plain array; an empty one counts as text, because pandas may give it any type."""
    if column.empty:
        return np.empty(0, dtype=object)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy()
    return column.to_numpy(dtype=object)


def _add_counts(sha: _Hasher, counts: Mapping[str, int]) -> None:
    sha.number(len(counts))
    for name in sorted(counts):
        sha.text(name)
        sha.number(counts[name])

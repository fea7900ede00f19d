"""Whether a Parquet file is a map that can be reckoned with: checked once, when it is read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.components import components
from swifteats_sim.streets.errors import MapError, shown

if TYPE_CHECKING:
    import pyarrow.parquet as pq

COLUMNS = {
    "tail": ("int32",), "head": ("int32",), "length": ("double",), "speed": ("double",),
    "road": ("dictionary<values=string", "string"), "geometry": ("binary",),
}  # fmt: skip
"""Each column with how the types begin that it may have."""
NAME_RULE = "must be letters, digits, `.`, `-`, `_` and blanks, 100 at most, and no name that a system keeps for itself"
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Devices of Windows, whatever ending they are given."""
MOST_ARCS, MOST_BYTES, MOST_TIMES = 20_000_000, 4 * 10**9, 100
"""Unpacked, and as many times as large as the file: a grid, the most regular of maps, has 12, and 5 bytes an arc."""
MOST_WORDS = 100_000
"""Bytes of a map's metadata."""
FASTEST = 200 / 3.6
"""m/s"""
SAME_PLACE = 1e-7
"""Degrees between the end of an arc and its node at most: a centimetre."""


def is_name(text: str) -> bool:
    """Whether a map may be called so: what is a file's name anywhere."""
    return re.fullmatch(r"\w([\w. -]{0,98}[\w-])?", text) is not None and not _RESERVED.fullmatch(text)


def check_header(path: Path, file: pq.ParquetFile, key: bytes, newest: int) -> dict[str, Any]:
    """Name and provenance, as the file's metadata has them. Errors: MapError, before anything large is read."""
    metadata = file.metadata.metadata or {}
    if key not in metadata:
        raise MapError(path, "is no map: a Parquet file without its metadata; `map build` makes maps")
    about = _about(path, metadata[key])
    version = about.get("version")
    if type(version) is not int or version < 1:
        raise MapError(path, f"{shown(version)}: must be a whole number from 1 up", "version")
    if version > newest:
        raise MapError(path, f"{version}: written by a newer release, this one reads up to {newest}", "version")
    _check_words(path, about.get("name"), about.get("provenance"))
    _check_size(path, file)
    return about


def _about(path: Path, text: bytes) -> dict[str, Any]:
    try:
        about = json.loads(text) if len(text) <= MOST_WORDS else None
    except (ValueError, RecursionError):
        about = None
    if not isinstance(about, dict):
        raise MapError(path, "is no map: its metadata is no JSON object")
    return about


def _check_words(path: Path, name: object, provenance: object) -> None:
    """They go into file names, pictures and terminals."""
    if not isinstance(name, str) or not is_name(name):
        raise MapError(path, f"{shown(name)}: {NAME_RULE}", "name")
    if not isinstance(provenance, dict) or "attribution" not in provenance:
        raise MapError(path, "must have `attribution`", "provenance")
    for key, value in provenance.items():
        if not isinstance(value, str) or not value.isprintable() or not key.isprintable():
            raise MapError(path, f"{shown(value)}: must be text on one line", f"provenance.{key}")


def _check_size(path: Path, file: pq.ParquetFile) -> None:
    types = {field.name: str(field.type) for field in file.schema_arrow}
    for name, known in COLUMNS.items():
        if name not in types:
            raise MapError(path, "no such column", name)
        if not types[name].startswith(known):
            raise MapError(path, f"holds {types[name]}: must be {known[-1]}", name)
    rows, packed = file.metadata.num_rows, path.stat().st_size
    size = sum(file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups))
    if not 2 <= rows <= MOST_ARCS:
        raise MapError(path, f"{rows} arcs: a map has 2 to {MOST_ARCS}")
    if rows > packed or size > MOST_TIMES * packed:
        raise MapError(path, f"{rows} arcs and {size} bytes are packed into {packed} bytes: no map is that monotonous")
    if size > MOST_BYTES:
        raise MapError(path, f"{size} bytes unpacked: a map has {MOST_BYTES} at most")


def check_rows(
    path: Path,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    length: NDArray[np.float64],
    speed: NDArray[np.float64],
    begin: NDArray[np.int32],
    points: NDArray[np.float64],
) -> None:
    """Everything that `StreetMap` promises of arcs. Errors: MapError, with the first row that breaks a rule."""

    def each(key: str, fine: NDArray[np.bool_] | np.bool_, values: NDArray[Any], rule: str) -> None:
        if not fine.all():
            row = int(np.argmin(fine))
            raise MapError(path, f"row {row}: {shown(values[row].tolist())}: {rule}", key)

    nodes = int(tail.max()) + 1
    each("tail", tail >= 0, tail, "must not be negative")
    each("head", (head >= 0) & (head < nodes), head, f"must be a node that an arc leaves, 0 to {nodes - 1}")
    each("head", head != tail, head, "must not be where the arc begins")
    order = tail.astype(np.int64) * nodes + head
    each(
        "tail",
        np.diff(order, prepend=np.int64(-1)) > 0,
        tail,
        "rows must be sorted by tail and head, no two alike in both",
    )
    each("length", np.isfinite(length) & (length > 0), length, "must be above 0 m")
    each("speed", (speed > 0) & (speed <= FASTEST), speed, f"must be above 0, to {FASTEST:.1f} m/s")
    _check_points(path, points)
    degrees = points[begin[:-1][np.searchsorted(tail, np.arange(nodes))]]
    for key, node, end in (("tail", tail, points[begin[:-1]]), ("head", head, points[begin[1:] - 1])):
        each(key, (np.abs(end - degrees[node]) <= SAME_PLACE).all(axis=1), node, "the arc's line ends elsewhere")
    _check_ways(path, tail, head, nodes)


def _check_points(path: Path, points: NDArray[np.float64]) -> None:
    fine = (np.abs(points) <= (180, 90)).all(axis=1)  # false for NaN
    if not fine.all():
        longitude, latitude = points[int(np.argmin(fine))].tolist()
        raise MapError(path, f"({longitude}, {latitude}): must be longitude and latitude in degrees", "geometry")


def _check_ways(path: Path, tail: NDArray[np.int32], head: NDArray[np.int32], nodes: int) -> None:
    count, of = components(tail, head, nodes)
    if count > 1:
        _apart(path, count, nodes, int(np.bincount(of).max()))


def _apart(path: Path, count: int, nodes: int, most: int) -> NoReturn:
    raise MapError(path, f"{count} parts that do not all reach each other, the largest {most} of {nodes} nodes")

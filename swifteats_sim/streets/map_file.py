"""A map as one file: GeoParquet 1.1, a row for each arc, which any tool of that format opens."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets import wkb
from swifteats_sim.streets.checking import check_header, check_rows
from swifteats_sim.streets.errors import MapError
from swifteats_sim.streets.plane import Plane
from swifteats_sim.streets.street_map import ROADS, StreetMap

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 1
"""Of the file's columns and their meanings; a file of a newer one is refused."""
KEY = b"swifteats_map"
"""Where name, version and provenance stand in the file's metadata, as JSON."""
LEVEL = 19
"""Of zstd: written once, read often."""


def write_map(streets: StreetMap, path: Path) -> None:
    """Write it aside, then put it in its place whole. The same map gives the same bytes with the same libraries.

    Errors: OSError.
    """
    import pyarrow.parquet as pq

    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        pq.write_table(
            _table(streets), aside, compression="zstd", compression_level=LEVEL, write_statistics=False,
            use_dictionary=["road", "speed"], row_group_size=2**31 - 1, data_page_size=2**28,
        )  # fmt: skip
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def read_map(path: Path) -> StreetMap:
    """The map in a file, checked. Errors: MapError, with what is wrong."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as opened, pq.ParquetFile(opened) as file:
            about = check_header(path, file, KEY, VERSION)
            table = file.read(columns=["tail", "head", "length", "speed", "road", "geometry"])
    except OSError as error:
        raise MapError(path, error.strerror.lower() if error.strerror else "cannot be read as Parquet") from None
    except pa.ArrowException:
        raise MapError(path, "is no map: cannot be read as Parquet") from None
    return _street_map(path, about, table.combine_chunks())


def _table(streets: StreetMap) -> pa.Table:
    import pyarrow as pa

    points = streets.plane.degrees(streets.shape).round(7)
    points[streets.begin[:-1]], points[streets.begin[1:] - 1] = (
        streets.degrees[streets.tail],
        streets.degrees[streets.head],
    )
    offsets, data = wkb.encoded(streets.begin, points)
    geometry = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), streets.arcs, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )
    road = pa.DictionaryArray.from_arrays(pa.array(streets.road), pa.array(ROADS))
    columns = {
        "tail": pa.array(streets.tail), "head": pa.array(streets.head), "length": pa.array(streets.length),
        "speed": pa.array(streets.speed), "road": road, "geometry": geometry.cast(pa.binary()),
    }  # fmt: skip
    about = {"version": VERSION, "name": streets.name, "provenance": dict(streets.provenance)}
    metadata = {b"geo": json.dumps(_geo(points)), KEY: json.dumps(about, ensure_ascii=False)}
    return pa.table(columns).replace_schema_metadata(metadata)


def _geo(points: NDArray[np.float64]) -> dict[str, Any]:
    """GeoParquet 1.1.0; without `crs`, coordinates are OGC:CRS84, longitude and latitude."""
    box = [*points.min(axis=0).tolist(), *points.max(axis=0).tolist()]
    column = {"encoding": "WKB", "geometry_types": ["LineString"], "bbox": box}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _street_map(path: Path, about: dict[str, Any], table: pa.Table) -> StreetMap:
    for name in table.column_names:
        if table[name].null_count:
            raise MapError(path, "a value is missing", name)
    begin, points = _lines(path, table["geometry"])
    tail, head, length, speed = (table[name].to_numpy() for name in ("tail", "head", "length", "speed"))
    road = _roads(path, table["road"])
    check_rows(path, tail, head, length, speed, begin, points)
    degrees = points[begin[:-1][np.searchsorted(tail, np.arange(tail[-1] + 1))]]
    plane = Plane.around(degrees)
    return StreetMap(
        about["name"], degrees, plane.project(*degrees.T), tail, head, length, speed, road,
        begin, plane.project(*points.T), about["provenance"],
    )  # fmt: skip


def _lines(path: Path, column: pa.ChunkedArray) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    import pyarrow as pa

    lines = pa.concat_arrays(column.chunks).cast(pa.large_binary())
    _, offsets, data = lines.buffers()
    where = np.frombuffer(offsets, np.int64)[lines.offset : lines.offset + len(lines) + 1]
    try:
        return wkb.decoded(where - where[0], np.frombuffer(data, np.uint8)[where[0] :])
    except ValueError as error:
        raise MapError(path, str(error), "geometry") from None


def _roads(path: Path, column: pa.ChunkedArray) -> NDArray[np.int8]:
    coded = column.chunk(0)
    coded = coded if hasattr(coded, "dictionary") else coded.dictionary_encode()
    names = coded.dictionary.to_pylist()
    for name in names:
        if name not in ROADS:
            raise MapError(path, f"{name!r} is none of {', '.join(ROADS)}", "road")
    roads: NDArray[np.int8] = np.array([ROADS.index(name) for name in names], np.int8)[coded.indices.to_numpy()]
    return roads

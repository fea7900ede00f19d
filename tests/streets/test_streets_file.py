"""The map file: a GeoParquet that anybody opens, the same each time, and refused when it is not in order."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from streets_examples import HELSINKI

from swifteats_sim.streets import wkb
from swifteats_sim.streets.errors import MapError
from swifteats_sim.streets.grid import grid_map
from swifteats_sim.streets.map_file import read_map, write_map
from swifteats_sim.streets.plane import Plane
from swifteats_sim.streets.sources import Form, build
from swifteats_sim.streets.street_map import ROADS, StreetMap

ARRAYS = ("degrees", "places", "tail", "head", "length", "speed", "road", "begin", "shape")


@pytest.fixture(scope="module")
def helsinki() -> StreetMap:
    return build(Form.PBF, str(HELSINKI), "helsinki")


@pytest.fixture
def written(helsinki: StreetMap, tmp_path: Path) -> Path:
    write_map(helsinki, tmp_path / "helsinki.parquet")
    return tmp_path / "helsinki.parquet"


def same(one: StreetMap, other: StreetMap) -> bool:
    arrays = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS)
    types = all(getattr(one, name).dtype == getattr(other, name).dtype for name in ARRAYS)
    return arrays and types and (one.name, dict(one.provenance)) == (other.name, dict(other.provenance))


def test_what_is_read_is_what_was_written(helsinki: StreetMap, written: Path) -> None:
    first, second = read_map(written), read_map(written)
    assert same(first, second)
    assert same(first, helsinki)


def test_the_same_map_gives_the_same_bytes_and_leaves_nothing_beside(written: Path) -> None:
    before = written.read_bytes()
    write_map(read_map(written), written)
    assert written.read_bytes() == before
    assert [path.name for path in written.parent.iterdir()] == ["helsinki.parquet"]


def test_geopandas_opens_it(helsinki: StreetMap, written: Path) -> None:
    frame = gpd.read_parquet(written)
    assert frame.crs == "OGC:CRS84"
    assert list(frame.columns) == ["tail", "head", "length", "speed", "road", "geometry"]
    assert len(frame) == helsinki.arcs
    assert frame["road"].tolist() == [ROADS[road] for road in helsinki.road]
    first = shapely.get_coordinates(shapely.get_point(frame.geometry.to_numpy(), 0))
    assert np.array_equal(first, helsinki.degrees[helsinki.tail])
    drawn = frame.geometry.apply(Geod(ellps="WGS84").geometry_length)
    assert np.allclose(drawn, frame["length"], atol=0.02)
    geo = json.loads(pq.read_schema(written).metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    assert geo["columns"]["geometry"]["encoding"] == "WKB"
    assert geo["columns"]["geometry"]["bbox"] == frame.total_bounds.tolist()


def test_a_synthetic_map_survives_the_file_within_a_micrometre(tmp_path: Path) -> None:
    grid = grid_map("dense", 4)
    write_map(grid, tmp_path / "grid.parquet")
    read = read_map(tmp_path / "grid.parquet")
    assert np.abs(read.places - grid.places).max() < 1e-6
    assert np.abs(read.shape - grid.shape).max() < 1e-2  # points between nodes are kept to 1e-7 degrees
    assert np.array_equal(read.length, grid.length)


lines = st.lists(
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=2, max_size=6), min_size=1, max_size=8
)


@given(lines)
def test_lines_are_encoded_as_shapely_encodes_them(drawn: list[list[tuple[float, float]]]) -> None:
    begin = np.cumsum([0, *map(len, drawn)]).astype(np.int32)
    points = np.array([point for line in drawn for point in line])
    offsets, data = wkb.encoded(begin, points)
    expected = [shapely.to_wkb(shapely.LineString(line), byte_order=1) for line in drawn]
    assert data.tobytes() == b"".join(expected)
    again = wkb.decoded(offsets, data)
    assert np.array_equal(again[0], begin)
    assert np.array_equal(again[1], points)


def test_the_plane_is_true_from_its_centre() -> None:
    plane = Plane(-21.9, 64.13)
    longitude, latitude = -21.7, 64.2
    east, north = plane.project(longitude, latitude)
    azimuth, _, geodesic = Geod(ellps="WGS84").inv(-21.9, 64.13, longitude, latitude)
    assert np.hypot(east, north) == pytest.approx(geodesic, abs=1e-3)
    assert np.degrees(np.arctan2(east, north)) == pytest.approx(azimuth, abs=1e-6)
    assert plane.degrees(plane.project(longitude, latitude)) == pytest.approx((longitude, latitude), abs=1e-10)
    assert plane.project([-21.9, -21.9], [64.13, 64.14]).shape == (2, 2)


def test_a_map_across_the_date_line_has_its_centre_there() -> None:
    plane = Plane.around(np.array([[179.5, -17.0], [-179.5, -16.0]]))
    assert (abs(plane.longitude), plane.latitude) == (180.0, -16.5)
    assert np.abs(plane.project([179.5, -179.5], [-16.5, -16.5])[:, 0]).max() < 60_000


Change = Callable[[pa.Table], pa.Table]


def column(name: str, row: int, value: object) -> Change:
    def changed(table: pa.Table) -> pa.Table:
        values = table[name].to_pylist()
        values[row] = value
        kind = table.schema.field(name).type
        place = table.schema.get_field_index(name)
        return table.set_column(place, name, pa.array(values, pa.string() if name == "road" else kind))

    return changed


def about(**facts: object) -> Change:
    def changed(table: pa.Table) -> pa.Table:
        known = json.loads(table.schema.metadata[b"swifteats_map"])
        return table.replace_schema_metadata({b"swifteats_map": json.dumps({**known, **facts})})

    return changed


NAN_LINE = struct.pack("<BIIdddd", 1, 2, 2, 24.94, float("nan"), 24.95, 60.17)
BROKEN: dict[str, tuple[Change, str]] = {
    "no metadata": (lambda table: table.replace_schema_metadata({}), "is no map"),
    "metadata that are no JSON": (lambda t: t.replace_schema_metadata({b"swifteats_map": b"{"}), "no JSON object"),
    "a newer version": (about(version=2), "version: 2: written by a newer release"),
    "no version": (about(version=None), "version: None: must be"),
    "no attribution": (about(provenance={}), "provenance: must have `attribution`"),
    "numbers for texts": (about(provenance={"attribution": 3}), "provenance.attribution: 3: must be text on one line"),
    "orders to a terminal": (about(provenance={"attribution": "\x1b[2J"}), "'\\x1b[2J': must be text on one line"),
    "a name that leads elsewhere": (about(name="../../x"), "name: '../../x': must be letters"),
    "no name": (about(name=None), "name: None: must be letters"),
    "no speeds": (lambda table: table.drop(["speed"]), "speed: no such column"),
    "wide nodes": (lambda t: t.set_column(0, "tail", t["tail"].cast(pa.int64())), "tail: holds int64"),
    "no rows": (lambda table: table.slice(0, 0), "0 arcs"),
    "a part of the rows": (lambda table: table.slice(0, 100), "must be a node that an arc leaves"),
    "rows from last to first": (lambda t: t.take(list(range(t.num_rows))[::-1]), "rows must be sorted"),
    "a negative node": (column("tail", 0, -1), "tail: row 0: -1: must not be negative"),
    "a node that no arc leaves": (column("head", 7, 10**9), "head: row 7: 1000000000: must be"),
    "a loop": (column("head", 0, 0), "head: row 0: 0: must not be where the arc begins"),
    "an unknown length": (column("length", 7, float("nan")), "length: row 7: nan: must be above 0 m"),
    "a length missing": (column("length", 7, None), "length: a value is missing"),
    "a negative length": (column("length", 7, -1.0), "length: row 7: -1.0: must be above 0 m"),
    "a standstill": (column("speed", 7, 0.0), "speed: row 7: 0.0: must be above 0"),
    "a rocket": (column("speed", 7, 1e9), "speed: row 7: 1000000000.0: must be above 0, to 55.6 m/s"),
    "an unknown road": (column("road", 7, "canal"), "road: 'canal' is none of motorway"),
    "no line": (column("geometry", 7, b"xx"), "geometry: a line has fewer than 2 points"),
    "another kind of line": (column("geometry", 7, b"\x01\x05" + bytes(60)), "geometry: not every geometry is"),
    "a line nowhere": (column("geometry", 7, NAN_LINE), "geometry: (24.94, nan): must be longitude and latitude"),
}


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.replace(" ", "_"))
def test_a_file_that_is_no_map_is_refused_with_one_line(written: Path, case: str) -> None:
    change, message = BROKEN[case]
    pq.write_table(change(pq.read_table(written)), written)
    with pytest.raises(MapError) as caught:
        read_map(written)
    assert str(caught.value).startswith(f"{written}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_parts_that_do_not_reach_each_other_are_refused(tmp_path: Path) -> None:
    grid = grid_map("dense", 1)
    side = grid.places[:, 0] > 0
    within = side[grid.tail] == side[grid.head]
    two = dataclasses.replace(
        grid, tail=grid.tail[within], head=grid.head[within], length=grid.length[within], speed=grid.speed[within],
        road=grid.road[within], begin=np.arange(0, 2 * within.sum() + 1, 2, dtype=np.int32),
        shape=grid.shape[np.repeat(within, 2)],
    )  # fmt: skip
    write_map(two, tmp_path / "two.parquet")
    with pytest.raises(MapError, match="2 parts that do not all reach each other, the largest 18 of 36 nodes"):
        read_map(tmp_path / "two.parquet")


@pytest.mark.parametrize("size", [0, 100, 20_000])
def test_a_file_cut_short_is_refused(written: Path, size: int) -> None:
    written.write_bytes(written.read_bytes()[:size])
    with pytest.raises(MapError, match="cannot be read as Parquet"):
        read_map(written)


def test_rows_in_several_groups_and_roads_as_text_are_read_alike(helsinki: StreetMap, written: Path) -> None:
    table = pq.read_table(written)
    plain = table.set_column(4, "road", table["road"].cast(pa.string()))
    pq.write_table(plain, written, row_group_size=50)
    assert same(read_map(written), helsinki)

"""The maps that come with the package are what they say they are, and are found by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from swifteats_sim.streets.bundled import bundled_maps, find_map, maps_folder
from swifteats_sim.streets.components import components
from swifteats_sim.streets.errors import MapError
from swifteats_sim.streets.map_file import read_map
from swifteats_sim.streets.street_map import COPYRIGHT, StreetMap

BOX = {"reykjavik": (-22.15, 64.02, -21.60, 64.24), "iceland": (-24.6, 63.3, -13.4, 66.6)}


@pytest.fixture(scope="module", params=BOX)
def shipped(request: pytest.FixtureRequest) -> StreetMap:
    return read_map(find_map(request.param))


def test_both_maps_are_there() -> None:
    assert list(bundled_maps()) == ["iceland", "reykjavik"]
    assert all(path.stat().st_size < 5_000_000 for path in bundled_maps().values())


def test_counts_and_box_are_what_provenance_says(shipped: StreetMap) -> None:
    facts = shipped.provenance
    assert (facts["nodes"], facts["arcs"]) == (str(shipped.nodes), str(shipped.arcs))
    west, south, east, north = map(float, facts["bbox"].split(", "))
    assert BOX[shipped.name][0] <= west < east <= BOX[shipped.name][2]
    assert BOX[shipped.name][1] <= south < north <= BOX[shipped.name][3]
    points = shipped.plane.degrees(shipped.shape)
    assert (points.min(axis=0).tolist(), points.max(axis=0).tolist()) == (
        pytest.approx([west, south], abs=1e-6), pytest.approx([east, north], abs=1e-6),
    )  # fmt: skip


def test_every_node_reaches_every_other_one(shipped: StreetMap) -> None:
    assert components(shipped.tail, shipped.head, shipped.nodes)[0] == 1


def test_arcs_are_sorted_and_each_is_there_once(shipped: StreetMap) -> None:
    order = shipped.tail.astype(np.int64) * shipped.nodes + shipped.head
    assert (np.diff(order) > 0).all()
    assert (shipped.tail != shipped.head).all()
    steps = np.linalg.norm(np.diff(shipped.shape, axis=0), axis=1)
    steps[shipped.begin[1:-1] - 1] = 0.0
    drawn = np.add.reduceat(np.append(steps, 0.0), shipped.begin[:-1])
    assert drawn == pytest.approx(shipped.length, rel=2e-3, abs=0.03)  # a plane is no globe: Iceland is 480 km wide


def test_whose_data_it_is_stands_in_each_file_and_beside_them(shipped: StreetMap) -> None:
    assert shipped.provenance["attribution"] == COPYRIGHT
    assert "Open Database License 1.0" in shipped.provenance["licence"]
    assert shipped.provenance["source_written"] == "2019-05-09T20:14:02Z"
    for name in ("README.md", "LICENSE-ODbL.txt"):
        assert COPYRIGHT in (maps_folder() / name).read_text(encoding="utf-8")


def test_the_readme_states_their_counts_and_source(shipped: StreetMap) -> None:
    text = (maps_folder() / "README.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| `{shipped.name}.parquet`"))
    assert f"| {shipped.nodes:,} | {shipped.arcs:,} |" in row
    assert shipped.provenance["sha256"] in text
    assert shipped.provenance["source"] in text


def test_a_map_is_found_by_name_or_path(tmp_path: Path) -> None:
    own = tmp_path / "own.parquet"
    own.touch()
    assert find_map("reykjavik") == maps_folder() / "reykjavik.parquet"
    assert find_map(str(own)) == own
    assert find_map("own.parquet", beside=tmp_path) == own


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("reykjavk", "unknown map 'reykjavk'; did you mean 'reykjavik'?"),
        ("bogota", "unknown map 'bogota'; known: iceland, reykjavik"),
        ("maps/none.parquet", "no such file"),
        ("reykjavik.parquet", "no such file"),
        ("", "is a folder"),
    ],
)
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(MapError) as caught:
        find_map(name, beside=tmp_path)
    assert message in str(caught.value)


def test_an_installed_package_has_them_inside(tmp_path: Path) -> None:
    build = ["egg_info", "--egg-base", str(tmp_path), "build", "--build-base", str(tmp_path), "--build-lib", "lib"]
    build[-1] = str(tmp_path / "lib")
    root = maps_folder().parent
    subprocess.run([sys.executable, "setup.py", "-q", *build], cwd=root, capture_output=True, check=True)
    inside = tmp_path / "lib/swifteats_sim/maps"
    assert {path.name for path in inside.iterdir()} == {path.name for path in maps_folder().iterdir()}
    command = [sys.executable, "-m", "swifteats_sim", "map", "fetch", "reykjavik"]
    found = subprocess.run(command, cwd=tmp_path / "lib", capture_output=True, text=True, check=True)
    assert found.stdout == f"map: {inside / 'reykjavik.parquet'}\n"
    assert find_map("reykjavik").read_bytes() == (inside / "reykjavik.parquet").read_bytes()

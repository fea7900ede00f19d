"""Pictures: whole, small, the same each time, and signed with whose data they show."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from swifteats_sim.streets.bundled import find_map
from swifteats_sim.streets.drawing import By, draw
from swifteats_sim.streets.grid import grid_map
from swifteats_sim.streets.map_file import read_map
from swifteats_sim.streets.street_map import COPYRIGHT, StreetMap


@pytest.fixture(scope="module")
def reykjavik() -> StreetMap:
    return read_map(find_map("reykjavik"))


@pytest.mark.parametrize("by", By)
def test_a_picture_of_a_real_city_is_signed_and_small(reykjavik: StreetMap, tmp_path: Path, by: By) -> None:
    png, svg = draw(reykjavik, by, tmp_path)
    text = svg.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    words = " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
    assert COPYRIGHT in words
    assert "10,361 nodes, 21,059 arcs" in words
    assert "5 km" in words
    assert ("residential" in words) is (by is By.ROAD)
    assert ("to 20 km/h" in words) is (by is By.SPEED)
    assert svg.stat().st_size < 1_500_000
    assert png.stat().st_size < 1_500_000
    with Image.open(png) as picture:
        assert picture.size[0] == 2000
        share = (np.asarray(picture.convert("L")) < 200).mean()
    assert 0.01 < share < 0.2, "streets, and mostly the space between them"


def test_the_same_map_gives_the_same_picture(tmp_path: Path) -> None:
    streets = grid_map("dense", 4)
    first = [path.read_bytes() for path in draw(streets, By.ROAD, tmp_path)]
    assert [path.read_bytes() for path in draw(streets, By.ROAD, tmp_path)] == first


def test_a_synthetic_city_claims_nobodys_data(tmp_path: Path) -> None:
    _, svg = draw(grid_map("sparse", 9), By.SPEED, tmp_path)
    assert "OpenStreetMap" not in svg.read_text(encoding="utf-8")


def test_words_of_others_are_drawn_as_they_are(tmp_path: Path) -> None:
    grid = grid_map("sparse", 9)
    own = dataclasses.replace(grid, provenance={"attribution": r"(c) $\frac <us> & [red]"})
    _, svg = draw(own, By.ROAD, tmp_path)
    assert r"(c) $\frac &lt;us&gt; &amp; [red]" in svg.read_text(encoding="utf-8")


def test_north_is_up_and_a_metre_is_as_long_each_way(tmp_path: Path) -> None:
    """An L of one street north and half a street east: its box is twice as high as wide."""
    grid = grid_map("dense", 4)
    kept = (grid.places[grid.tail][:, 0] == grid.places[0, 0]) & (grid.places[grid.head][:, 0] == grid.places[0, 0])
    column = dataclasses.replace(
        grid, tail=grid.tail[kept], head=grid.head[kept], length=grid.length[kept], speed=grid.speed[kept],
        road=np.zeros(kept.sum(), np.int8), begin=np.arange(0, 2 * kept.sum() + 1, 2, dtype=np.int32),
        shape=grid.shape[np.repeat(kept, 2)],
    )  # fmt: skip
    png, _ = draw(column, By.ROAD, tmp_path)
    with Image.open(png) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    red = np.abs(pixels - (0xB0, 0x30, 0x4F)).sum(axis=2) < 20
    rows, columns = np.nonzero(red[250:-250])
    assert np.ptp(rows) > 2000
    assert np.ptp(columns) < 30

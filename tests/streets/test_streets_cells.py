"""Cells over a map: what is in them, how large they are, whose they are, and which are dense."""

from __future__ import annotations

from itertools import pairwise

import h3
import numpy as np
import pytest
from made_maps import Arc, by_chance, grid, made
from numpy.typing import NDArray

from swifteats_sim.streets.cells import (
    NOWHERE,
    CellError,
    Cells,
    Cover,
    area_of,
    in_order,
    names_of,
    neighbours,
    widened,
)
from swifteats_sim.streets.dense_and_sparse import dense_and_sparse
from swifteats_sim.streets.street_map import StreetMap


def scattered(places: NDArray[np.float64]) -> StreetMap:
    """A map that is one circle through places (m)."""
    count = len(places)
    return made(places, [Arc(n, (n + 1) % count) for n in range(count)])


def crossings(west: float, south: float, width: float, height: float, spacing: float) -> NDArray[np.float64]:
    """float64[n, 2], m: a grid of them."""
    x, y = np.arange(west, west + width, spacing), np.arange(south, south + height, spacing)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


COUNTRY = crossings(0, 0, 16_000, 16_000, 400)
TOWN = crossings(5_000, 5_000, 6_000, 6_000, 100)
TOWN_AND_COUNTRY = scattered(np.concatenate((COUNTRY, TOWN)))


def patches(cells: Cells) -> int:
    """How many there are that do not hang together, by an independent reckoning."""
    left, found = set(names_of(cells)), 0
    while left:
        reach = {min(left)}
        while reach:
            left -= reach
            reach = {near for cell in reach for near in h3.grid_disk(cell, 1)} & left
        found += 1
    return found


def test_each_node_is_in_the_cell_that_h3_says() -> None:
    streets = by_chance(1, 200, 0)
    cover = Cover(streets)
    said = [h3.latlng_to_cell(lat, lon, 8) for lon, lat in streets.degrees.tolist()]
    assert list(names_of(cover.of_node)) == said
    assert list(names_of(cover.occupied)) == sorted(set(said))
    assert Cover(streets, resolution=6).occupied.size < cover.occupied.size


def test_density_is_nodes_by_area() -> None:
    cover = Cover(TOWN_AND_COUNTRY)
    nodes = [int((cover.of_node == cell).sum()) for cell in cover.occupied]
    areas = [h3.cell_area(name, "km^2") for name in names_of(cover.occupied)]
    assert cover.density.tolist() == [count / area for count, area in zip(nodes, areas, strict=True)]
    assert area_of(cover.occupied) == pytest.approx(sum(areas), rel=1e-12)
    assert area_of(in_order([])) == 0.0


def test_the_area_of_a_square_is_what_its_sides_say() -> None:
    """16 km by 16 km, and half a cell more on each side, with cells that overlap nothing."""
    assert 16.0**2 < area_of(Cover(TOWN_AND_COUNTRY).occupied) < 17.2**2


def test_neighbours_and_rings() -> None:
    cell = int(Cover(grid(2, 2)).of_node[0])
    assert len(neighbours(cell)) == 6
    assert widened(in_order([cell]), 0).tolist() == [cell]
    assert widened(in_order([cell]), 1).tolist() == sorted([cell, *neighbours(cell)])
    assert len(widened(in_order([cell]), 2)) == 19


def test_nodes_belong_to_the_geo_that_has_their_cell() -> None:
    cover = Cover(TOWN_AND_COUNTRY)
    west, east = cover.occupied[::3], cover.occupied[1::3]
    geo = cover.geo_of_node([west, east])
    for node in range(0, TOWN_AND_COUNTRY.nodes, 7):
        cell = cover.of_node[node]
        assert geo[node] == (0 if cell in west else 1 if cell in east else NOWHERE)
    assert geo.dtype == np.int32
    assert set(geo.tolist()) == {0, 1, NOWHERE}


def test_geos_share_no_cell_and_have_nodes() -> None:
    cover = Cover(TOWN_AND_COUNTRY)
    with pytest.raises(CellError, match=f"cell {names_of(cover.occupied)[3]} is in two geos"):
        cover.geo_of_node([cover.occupied[:4], cover.occupied[3:]])
    with pytest.raises(CellError, match=r"no node of made is in the cells of geo 1"):
        cover.geo_of_node([cover.occupied, in_order([])])


def test_a_town_in_the_country_is_dense_and_the_country_sparse() -> None:
    """One patch of 36 km2, and its border is within a cell of the town's."""
    cover = Cover(TOWN_AND_COUNTRY)
    split = dense_and_sparse(cover)
    assert np.array_equal(np.union1d(split.dense, split.sparse), cover.occupied)
    assert np.intersect1d(split.dense, split.sparse).size == 0
    assert (patches(split.dense), patches(split.sparse)) == (1, 1)
    assert 5.8**2 < area_of(split.dense) < 6.4**2
    assert 1e6 / 400**2 < split.border < 1e6 / 100**2
    geo = cover.geo_of_node([split.dense, split.sparse])
    inside = np.all((TOWN_AND_COUNTRY.places > 5_700) & (TOWN_AND_COUNTRY.places < 10_300), axis=1)
    far = np.any((TOWN_AND_COUNTRY.places < 4_300) | (TOWN_AND_COUNTRY.places > 11_700), axis=1)
    assert np.all(geo[inside] == 0)
    assert np.all(geo[far] == 1)


def test_chance_makes_no_confetti() -> None:
    """Crossings by chance, four times as many in the middle: single cells differ by half, the geos hang together."""
    chance = np.random.default_rng(5)
    places = np.concatenate((chance.uniform(0, 20_000, (4_000, 2)), chance.uniform(6_000, 14_000, (1_920, 2))))
    cover = Cover(scattered(places))
    bare = cover.occupied[cover.density > np.average(cover.density)]
    assert patches(bare) > 15
    for least_patch in (1, 7):
        split = dense_and_sparse(cover, least_patch)
        assert (patches(split.dense), patches(split.sparse)) == (1, 1), "smoothed, no patch is left to be joined"
    assert 7.5**2 < area_of(split.dense) < 8.5**2
    assert np.array_equal(dense_and_sparse(Cover(scattered(places[::-1]))).dense, split.dense), "in whatever order"


def test_hamlets_join_the_country_and_parks_the_town() -> None:
    """A hamlet of 1.2 km by 1.2 km, and a park of 2 km by 2 km in the middle of the town."""
    hamlet = crossings(13_000, 13_000, 1_200, 1_200, 70)
    park = np.all(np.abs(TOWN - 8_000) < 1_000, axis=1)
    streets = scattered(np.concatenate((COUNTRY, TOWN[~park], hamlet)))
    cover = Cover(streets)
    bench, hearth = (cover.of_node[np.argmin(np.hypot(*(streets.places - at).T))] for at in (8_000, 13_600))
    fine, coarse = dense_and_sparse(cover, least_patch=1), dense_and_sparse(cover)
    assert (patches(fine.dense), patches(fine.sparse)) == (2, 2)
    assert (patches(coarse.dense), patches(coarse.sparse)) == (1, 1)
    assert bench in fine.sparse
    assert bench in coarse.dense
    assert hearth in fine.dense
    assert hearth in coarse.sparse


def test_a_map_of_a_few_cells_is_not_split() -> None:
    with pytest.raises(CellError, match=r"the \d cells of made are of one density: name those of each geo"):
        dense_and_sparse(Cover(grid(8, 8)))
    with pytest.raises(CellError, match=r"the 1 cells"):
        dense_and_sparse(Cover(grid(2, 2, spacing=1.0)))


def test_named_cells_are_read_in_order_also_those_of_a_lake() -> None:
    cover = Cover(scattered(np.concatenate([TOWN[np.any(np.abs(TOWN - 8_000) > 1_500, axis=1)]])))
    lake = h3.latlng_to_cell(*cover.streets.degrees.mean(axis=0)[::-1], 8)
    names = [*reversed(names_of(cover.occupied)), lake]
    assert lake not in names_of(cover.occupied)
    assert cover.cells_named(names).tolist() == sorted([*cover.occupied.tolist(), h3.str_to_int(lake)])
    for one, other in pairwise(cover.cells_named(names).tolist()):
        assert one < other


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("reykjavik", "'reykjavik' is no h3 cell"),
        ("", "'' is no h3 cell"),
        ("0x88075dd48bfffff", "is no h3 cell"),
        ("ffffffffffffffff", "is no h3 cell"),
        ("88075dd48bfffff0000", "is no h3 cell"),
        (h3.latlng_to_cell(64.1, -21.9, 7), "has resolution 7, not 8"),
        (h3.latlng_to_cell(30.5, 114.3, 8), "at longitude 114.298 and latitude 30.499, lies outside made: "),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_named(name: str, message: str) -> None:
    with pytest.raises(CellError, match=message):
        Cover(TOWN_AND_COUNTRY).cells_named([names_of(Cover(TOWN_AND_COUNTRY).occupied)[0], name])


def test_a_cell_stands_once() -> None:
    cover = Cover(TOWN_AND_COUNTRY)
    twice = names_of(cover.occupied)[0]
    with pytest.raises(CellError, match=f"cell '{twice}' stands twice"):
        cover.cells_named([twice, twice])

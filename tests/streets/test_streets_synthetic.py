"""The synthetic city: right angles, arterials, and the speeds of the peak hour."""

from __future__ import annotations

import numpy as np
import pytest
from streets_examples import seconds_between

from swifteats_sim.streets.components import components
from swifteats_sim.streets.grid import GRIDS, Density, grid_map
from swifteats_sim.streets.street_map import COPYRIGHT, ROADS

SIDE = {Density.DENSE: 36, Density.SPARSE: 25}
"""Streets each way in a square of about 50 km2."""


@pytest.mark.parametrize("kind", Density)
def test_every_crossing_has_a_street_to_each_neighbour(kind: Density) -> None:
    streets, side, block = grid_map(kind, 50), SIDE[kind], GRIDS[kind].block
    assert streets.nodes == side**2
    assert streets.arcs == 4 * side * (side - 1)
    assert components(streets.tail, streets.head, streets.nodes)[0] == 1
    assert (streets.length == block).all()
    steps = np.abs(streets.places[streets.head] - streets.places[streets.tail])
    assert np.array_equal(np.sort(steps, axis=1), np.tile([0.0, block], (streets.arcs, 1)))
    drawn = streets.shape.reshape(-1, 2, 2)
    assert np.array_equal(drawn[:, 0], streets.places[streets.tail])
    assert np.array_equal(drawn[:, 1], streets.places[streets.head])
    order = streets.tail.astype(int) * streets.nodes + streets.head
    assert (np.diff(order) > 0).all()
    assert (streets.leaving[1:] - streets.leaving[:-1]).max() == 4


@pytest.mark.parametrize("kind", Density)
def test_each_fifth_street_is_an_arterial_and_faster(kind: Density) -> None:
    streets = grid_map(kind, 50)
    roads = {ROADS[road]: set(streets.speed[streets.road == road].tolist()) for road in np.unique(streets.road)}
    assert roads == {"secondary": {GRIDS[kind].arterial}, "residential": {GRIDS[kind].street}}
    rows = {streets.places[tail][1] for tail in streets.tail[_across(streets.tail, streets.head) & (streets.road == 3)]}
    assert np.diff(sorted(rows)).tolist() == [GRIDS[kind].every * GRIDS[kind].block] * (len(rows) - 1)


def _across(tail: np.ndarray, head: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.abs(tail - head) == 1
    return found


@pytest.mark.parametrize(("kind", "kmh"), [(Density.DENSE, 25), (Density.SPARSE, 35)])
def test_trips_are_as_fast_as_the_peak_hour_has_them(kind: Density, kmh: float) -> None:
    """Over 0.5 to 4 km as the crow flies, with the peak hour's detour of 1.3."""
    streets = grid_map(kind, 100)
    sources = np.arange(0, streets.nodes, 41)
    seconds = seconds_between(streets, sources)
    crow = np.linalg.norm(streets.places[None] - streets.places[sources][:, None], axis=2)
    near = (crow > 500) & (crow < 4000)
    assert 1.3 * crow[near].sum() / seconds[near].sum() * 3.6 == pytest.approx(kmh, rel=0.03)


def test_it_is_the_same_each_time_and_lies_in_no_country() -> None:
    one, other = grid_map("dense", 10), grid_map("dense", 10)
    for name in ("degrees", "places", "tail", "head", "speed", "shape"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert one.provenance["attribution"] == ""
    assert COPYRIGHT not in one.provenance.values()
    assert np.abs(one.plane.project(*one.degrees.T) - one.places).max() < 1e-6
    assert (one.plane.longitude, one.plane.latitude) == pytest.approx((0, 0), abs=1e-12)


def test_the_areas_of_the_peak_hour_are_small_to_load() -> None:
    assert grid_map("sparse", 1000).nodes == 106**2
    assert grid_map("dense", 500).nodes == 113**2


@pytest.mark.parametrize("area", [0, -1, float("nan"), float("inf"), 1e9])
def test_an_area_that_is_none_is_refused(area: float) -> None:
    with pytest.raises(ValueError, match="must be above 0 and below 40000 km2"):
        grid_map("dense", area)


def test_the_smallest_city_is_one_block() -> None:
    assert (grid_map("dense", 1e-6).nodes, grid_map("dense", 1e-6).arcs) == (4, 8)

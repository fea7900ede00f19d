"""The nearest node, how far it is, and a word about places that are too far away."""

from __future__ import annotations

import numpy as np
import pytest
from made_maps import by_chance, grid

from swifteats_sim.streets.snapping import OffTheMap, Snapper


def test_places_are_snapped_to_their_nearest_corners() -> None:
    snapped = Snapper(grid(3, 2), limit=50.0).snap("customer", np.array([(0.0, 0.0), (103.0, 4.0), (190.0, 100.0)]))
    assert snapped.nodes.tolist() == [0, 1, 5]
    assert snapped.nodes.dtype == np.int32
    assert snapped.metres.tolist() == [0.0, 5.0, 10.0]


def test_as_a_look_at_all_nodes_finds_them() -> None:
    streets, points = by_chance(3, 400, 0), np.random.default_rng(4).uniform(-500.0, 10_500.0, (500, 2))
    away = np.hypot(*(points[:, None] - streets.places[None]).transpose(2, 0, 1))
    snapped = Snapper(streets, limit=2_000.0).snap("customer", points)
    assert snapped.nodes.tolist() == away.argmin(axis=1).tolist()
    assert np.allclose(snapped.metres, away.min(axis=1), rtol=1e-14)


def test_a_place_at_the_limit_is_near_enough_and_one_beyond_is_named() -> None:
    snapper = Snapper(grid(3, 2), limit=500.0)
    at_the_limit = np.array([(0.0, 0.0), (-500.0, 0.0)])
    assert snapper.snap("restaurant", at_the_limit).metres.tolist() == [0.0, 500.0]
    with pytest.raises(OffTheMap) as refusal:
        snapper.snap("restaurant", np.array([(0.0, 0.0), (-1234.0, 0.0), (200.0, -900.0)]))
    said = str(refusal.value)
    assert said.startswith("restaurant 1 at longitude ")
    assert said.endswith(" is 1,234 m from the nearest node of made, more than 500 m (as are 1 more)")


def test_a_place_that_is_none_is_named() -> None:
    with pytest.raises(OffTheMap, match="customer 1 has no place: nan, 3"):
        Snapper(grid(3, 2), limit=500.0).snap("customer", np.array([(0.0, 0.0), (np.nan, 3.0)]))


def test_no_places_are_no_nodes() -> None:
    snapped = Snapper(grid(3, 2), limit=500.0).snap("customer", np.empty((0, 2)))
    assert (len(snapped.nodes), len(snapped.metres)) == (0, 0)

"""Along the shape of an arc: exact at its ends, never faster than the metres asked for."""

from __future__ import annotations

from itertools import pairwise
from math import hypot

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_maps import Arc, by_chance, made

from swifteats_sim.engine.ways import point_on
from swifteats_sim.streets.shapes import drawn, metres_along
from swifteats_sim.streets.street_map import StreetMap


def place(streets: StreetMap, arc: int, metre: float) -> tuple[float, float]:
    found: tuple[float, float] = point_on(streets.begin, drawn(streets), arc, metre)
    return found


@pytest.fixture
def corner() -> StreetMap:
    """300 m east, then 400 m north, and straight back."""
    return made([(0, 0), (300, 400)], [Arc(0, 1, bends=[(300, 0)]), Arc(1, 0)])


def test_metres_are_counted_from_the_beginning_of_each_arc(corner: StreetMap) -> None:
    assert metres_along(corner).tolist() == [0.0, 300.0, 700.0, 0.0, 500.0]


def test_around_the_corner(corner: StreetMap) -> None:
    asked = (-1.0, 0.0, 150.0, 300.0, 400.0, 700.0, 701.0)
    expected = [(0, 0), (0, 0), (150, 0), (300, 0), (300, 100), (300, 400), (300, 400)]
    assert [place(corner, 0, metre) for metre in asked] == expected
    assert place(corner, 1, 250.0) == (150.0, 200.0)


def test_points_that_coincide_divide_nothing_by_nothing() -> None:
    still = made([(5, 5), (5, 5)], [Arc(0, 1, bends=[(5, 5), (9, 5), (9, 5)]), Arc(1, 0)])
    assert [place(still, 0, metre) for metre in (0.0, 1.0, 4.0, 5.0, 8.0)] == [(5, 5), (6, 5), (9, 5), (8, 5), (5, 5)]
    assert [place(still, 1, metre) for metre in (0.0, 1.0)] == [(5, 5), (5, 5)]


@given(seed=st.integers(0, 2**32), shares=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=20))
@settings(max_examples=60, deadline=None)
def test_nobody_comes_farther_than_the_metres_between(seed: int, shares: list[float]) -> None:
    streets = by_chance(seed, 4, 8)
    along, shape = metres_along(streets), streets.shape
    for arc in range(streets.arcs):
        first, last = streets.begin[arc], streets.begin[arc + 1] - 1
        metres = [0.0, *sorted(share * along[last] for share in shares), along[last]]
        places = [point_on(streets.begin, drawn(streets), arc, metre) for metre in metres]
        assert places[0] == tuple(shape[first])
        assert places[-1] == tuple(shape[last])
        for (before, here), (after, there) in pairwise(zip(metres, places, strict=True)):
            assert hypot(there[0] - here[0], there[1] - here[1]) <= after - before + 1e-8


def test_every_metre_of_a_straight_arc_is_where_it_should_be() -> None:
    straight = made([(1e5, -1e5), (1e5 + 3000, -1e5 + 4000)], [Arc(0, 1), Arc(1, 0)])
    for metre in np.linspace(0.0, 5000.0, 101):
        expected = (1e5 + 0.6 * metre, -1e5 + 0.8 * metre)
        assert place(straight, 0, float(metre)) == pytest.approx(expected, abs=1e-9)

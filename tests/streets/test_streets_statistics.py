"""A map in numbers, held against a map that is known by heart."""

from __future__ import annotations

from pathlib import Path

import pytest
from streets_examples import HOME, map_of

from swifteats_sim.streets.bundled import find_map
from swifteats_sim.streets.map_file import read_map
from swifteats_sim.streets.statistics import numbers

TRIANGLE = [(1, 64.0, -21.0), (2, 64.01, -21.0), (3, 64.01, -20.98)]


def test_numbers_of_a_triangle_with_a_one_way_side(tmp_path: Path) -> None:
    tags = [{**HOME, "maxspeed": "30"}, {"highway": "primary", "maxspeed": "60"}, {**HOME, "oneway": "yes"}]
    streets = map_of(tmp_path, TRIANGLE, list(zip([(1, 2), (2, 3), (3, 1)], tags, strict=True)))
    facts = numbers(streets)
    north, east = 1114.8, 978.2
    slanted = (north**2 + east**2) ** 0.5
    assert (facts.nodes, facts.arcs) == (3, 5)
    assert (facts.width, facts.height) == pytest.approx((east, north), rel=2e-3)
    assert [(roads.name, roads.arcs) for roads in facts.roads] == [("primary", 2), ("residential", 3), ("all", 5)]
    primary, residential, every = facts.roads
    assert (primary.length, residential.length) == pytest.approx((2 * east, 2 * north + slanted), rel=1e-3)
    assert every.length == pytest.approx(primary.length + residential.length)
    seconds = 2 * north / (30 / 3.6) + slanted / (25 / 3.6)
    assert residential.mean == pytest.approx(residential.length / seconds, rel=1e-3)
    assert (residential.slowest * 3.6, residential.fastest * 3.6) == pytest.approx((25, 30))
    assert facts.one_way == pytest.approx(slanted / every.length, rel=1e-3)


def test_reykjavik_adds_up() -> None:
    streets = read_map(find_map("reykjavik"))
    facts = numbers(streets)
    assert sum(roads.arcs for roads in facts.roads[:-1]) == facts.roads[-1].arcs == streets.arcs
    assert sum(roads.length for roads in facts.roads[:-1]) == pytest.approx(facts.roads[-1].length)
    assert facts.width == pytest.approx(26_600, rel=0.01)
    assert 30 < facts.roads[-1].mean * 3.6 < 45

"""Entities on lines: where they are on their way, after a turn of the line, when cut short, and long afterwards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.engine.legs import Legs
from swifteats_sim.engine.ways import Lines, point_on

SECOND = 1_000_000_000
CORNER = Lines(
    np.array([0, 3, 5]), np.array([0.0, 0, 0, 30, 0, 30, 30, 40, 70, 30.0, 40, 0, 60, 40, 30]), 10.0 / SECOND
)
"""Line 0 leads 30 m east, then 40 m north; line 1 goes on 30 m east."""


def along_both(begin: float, *passed: int) -> Legs:
    """One entity, `begin` metres along line 0 from 100 s on; passed : s after that at which each line's end is."""
    start = np.array([point_on(CORNER.lines, CORNER.points, 0, begin)])
    legs = Legs(start, CORNER)
    ends = (*start[0].tolist(), 60.0, 40.0)
    stretches = np.array([word for line, after in enumerate(passed) for word in (line, after * SECOND)])
    assert legs.append_way(0, 100 * SECOND, stretches, begin, ends) == (100 + passed[-1]) * SECOND
    return legs


@pytest.mark.parametrize(
    ("second", "place"),
    [(0, (0, 0)), (100, (0, 0)), (103, (30, 0)), (105, (30, 20)), (107, (30, 40)), (110, (45, 40)), (113, (60, 40)),
     (999, (60, 40))],
)  # fmt: skip
def test_it_moves_along_its_lines_at_the_pace_of_each(second: int, place: tuple[float, float]) -> None:
    assert along_both(0.0, 7, 13).position(0, second * SECOND) == pytest.approx(place)


def test_a_way_may_begin_in_the_middle_of_a_line() -> None:
    legs = along_both(10.0, 6, 12)
    assert [legs.position(0, at * SECOND) for at in (100, 102, 106)] == [(10, 0), (30, 0), (30, 40)]


def test_who_is_stopped_stands_where_he_is_on_the_line_and_his_past_stays() -> None:
    legs = along_both(0.0, 7, 13)
    legs.stop(0, 105 * SECOND)
    assert legs.stand(0) == (105 * SECOND, 30.0, 20.0)
    assert legs.position(0, 500 * SECOND) == (30.0, 20.0)
    assert legs.position(0, 104 * SECOND) == (30.0, 10.0)
    legs.append(0, (105 * SECOND, 106 * SECOND), (30.0, 20.0, 31.0, 20.0))
    assert legs.position(0, 103 * SECOND) == (30.0, 0.0)
    assert legs.position(0, 106 * SECOND) == (31.0, 20.0)


def test_many_ways_outgrow_their_arrays_and_are_all_remembered() -> None:
    legs, told = Legs(np.zeros((1, 2)), CORNER), list[int]()
    legs.on_moved = lambda: told.append(len(legs.ways))
    for turn in range(100):
        stretches = np.array([0, 7 * SECOND])
        legs.append_way(0, turn * 10 * SECOND, stretches, 0.0, (0.0, 0.0, 30.0, 40.0))
    assert {legs.position(0, (10 * turn + 5) * SECOND) for turn in range(100)} == {(30.0, 20.0)}
    assert told[-1] == len(legs.ways) >= 200


@given(st.floats(0, 70), st.floats(0, 70))
def test_the_place_on_a_line_never_moves_farther_than_along_it(one: float, other: float) -> None:
    here, there = (point_on(CORNER.lines, CORNER.points, 0, metre) for metre in (one, other))
    assert np.hypot(here[0] - there[0], here[1] - there[1]) <= abs(one - other) * (1 + 1e-9) + 1e-9

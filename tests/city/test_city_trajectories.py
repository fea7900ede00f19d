"""Where drivers are: on their legs, between them, and after they were sent elsewhere."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.city.spots import Waypoint
from swifteats_sim.city.trajectories import Leap, Trajectories

Point = tuple[float, float]


def at(driver: Trajectories, *instants: int) -> list[list[float]]:
    """Where driver 0 was."""
    numbers = np.zeros(len(instants), dtype=np.int64)
    points: list[list[float]] = driver.positions(numbers, np.array(instants, dtype=np.int64)).tolist()
    return points


def one(x: float = 0.0, y: float = 0.0) -> Trajectories:
    return Trajectories(np.array([[x, y]]))


def line(origin: Point, destination: Point, duration: int) -> tuple[Waypoint, Waypoint]:
    return Waypoint(*origin, 0), Waypoint(*destination, duration)


def test_a_driver_who_was_never_sent_stands_at_home() -> None:
    assert at(one(3.0, 4.0), -1, 0, 1, 10**15) == [[3.0, 4.0]] * 4


def test_before_during_and_after_a_leg() -> None:
    driver = one()
    assert driver.go(0, 100, line((0.0, 0.0), (80.0, -16.0), 800)) == 900
    assert at(driver, 99, 100, 200, 500, 900, 901) == [
        [0.0, 0.0], [0.0, 0.0], [10.0, -2.0], [40.0, -8.0], [80.0, -16.0], [80.0, -16.0],
    ]  # fmt: skip


def test_one_driver_s_way_is_not_another_s() -> None:
    drivers = Trajectories(np.array([[0.0, 0.0], [5.0, 5.0]]))
    drivers.go(1, 0, line((5.0, 5.0), (7.0, 9.0), 4))
    assert drivers.position(0, 2) == (0.0, 0.0)
    assert drivers.position(1, 2) == (6.0, 7.0)
    assert drivers.positions(np.array([1, 0, 1]), np.array([4, 4, 0])).tolist() == [[7.0, 9.0], [0.0, 0.0], [5.0, 5.0]]


def test_a_driver_who_is_stopped_stays_where_he_was_and_keeps_his_past() -> None:
    driver = one()
    driver.go(0, 0, line((0.0, 0.0), (64.0, 0.0), 64))
    driver.stop(0, 16)
    assert at(driver, 8, 16, 17, 64, 1000) == [[8.0, 0.0], [16.0, 0.0], [16.0, 0.0], [16.0, 0.0], [16.0, 0.0]]


def test_sent_elsewhere_midway_a_driver_turns_on_the_spot() -> None:
    driver = one()
    driver.go(0, 0, line((0.0, 0.0), (64.0, 0.0), 64))
    here = driver.position(0, 32)
    assert here == (32.0, 0.0)
    assert driver.go(0, 32, line(here, (32.0, 8.0), 8)) == 40
    assert at(driver, 16, 31, 32, 33, 40, 64) == [
        [16.0, 0.0], [31.0, 0.0], [32.0, 0.0], [32.0, 1.0], [32.0, 8.0], [32.0, 8.0],
    ]  # fmt: skip


def test_sent_twice_at_the_same_instant_only_the_second_counts() -> None:
    driver = one()
    driver.go(0, 10, line((0.0, 0.0), (64.0, 0.0), 64))
    driver.go(0, 10, line((0.0, 0.0), (0.0, 4.0), 4))
    assert at(driver, 9, 10, 12, 14, 74) == [[0.0, 0.0], [0.0, 0.0], [0.0, 2.0], [0.0, 4.0], [0.0, 4.0]]


CORNERS = (Waypoint(0.0, 0.0, 0), Waypoint(8.0, 0.0, 8), Waypoint(8.0, 16.0, 24), Waypoint(0.0, 16.0, 32))


def test_a_route_turns_at_its_waypoints() -> None:
    driver = one()
    assert driver.go(0, 100, CORNERS) == 132
    assert at(driver, 104, 108, 112, 124, 128, 132) == [
        [4.0, 0.0], [8.0, 0.0], [8.0, 4.0], [8.0, 16.0], [4.0, 16.0], [0.0, 16.0],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cut", "where", "begun"),
    [
        (100, [0.0, 0.0], 2),  # at the moment of departure
        (104, [4.0, 0.0], 2),  # on the first leg
        (108, [8.0, 0.0], 3),  # at a corner: the second leg has begun, with no length
        (116, [8.0, 8.0], 3),
        (130, [2.0, 16.0], 4),
        (140, [0.0, 16.0], 4),  # after arrival
    ],
)
def test_a_route_cut_short_ends_at_the_cut(cut: int, where: list[float], begun: int) -> None:
    driver, whole = one(), one()
    driver.go(0, 100, CORNERS)
    whole.go(0, 100, CORNERS)
    driver.stop(0, cut)
    assert at(driver, cut, cut + 1, 1000) == [where] * 3
    assert at(driver, *range(90, cut)) == at(whole, *range(90, cut))
    assert len(driver.columns()["driver"]) == begun  # home counts as the first leg


def test_a_route_of_one_point_is_no_journey() -> None:
    driver = one(2.0, 3.0)
    assert driver.go(0, 7, (Waypoint(2.0, 3.0, 0),)) == 7
    assert at(driver, 6, 7, 8) == [[2.0, 3.0]] * 3


def test_a_leg_ends_exactly_where_it_was_to_end() -> None:
    far, near = 0.1, 1e-17
    assert far + (near - far) != near, "the plain formula would miss it"
    driver = one(far, near)
    driver.go(0, 0, line((far, near), (near, far), 3))
    assert driver.position(0, 3) == (near, far)


def test_the_past_still_answers_after_many_legs() -> None:
    driver = one()
    for step in range(1000):  # one metre to the right every 4 ns, of which it rests 2
        driver.go(0, 4 * step, line((float(step), 0.0), (float(step + 1), 0.0), 2))
    wanted = [[step + share, 0.0] for step in range(1000) for share in (0.0, 0.5, 1.0, 1.0)]
    assert at(driver, *range(4000)) == wanted
    assert at(driver, *reversed(range(4000))) == wanted[::-1]


class Move(NamedTuple):
    """What happens to a driver `wait` ns after the last thing; no points: it is stopped. points : (x, y, ns)."""

    driver: int
    wait: int
    points: list[tuple[int, int, int]]


class Scan:
    """The oracle: every command to one driver as it was given; a position is found by reading them all."""

    def __init__(self, home: Point) -> None:
        self.commands: list[tuple[int, list[tuple[Point, int]]]] = [(0, [(home, 0)])]

    def at(self, instant: int) -> Point:
        given, way = [command for command in self.commands if command[0] <= instant][-1]
        for ((x0, y0), leave), ((x1, y1), arrive) in pairwise(way):
            if given + leave <= instant < given + arrive:
                share = (instant - given - leave) / (arrive - leave)
                return x0 * (1 - share) + x1 * share, y0 * (1 - share) + y1 * share
        return way[-1][0]


HOMES: list[Point] = [(0.3, -7.0), (11.1, 0.7)]
COORDINATE = st.integers(-1000, 1000)
MOVES = st.lists(
    st.builds(
        Move,
        st.integers(0, 1),
        st.integers(0, 12),
        st.lists(st.tuples(COORDINATE, COORDINATE, st.integers(1, 9)), max_size=4),
    ),
    max_size=14,
)


def drive(moves: list[Move]) -> tuple[Trajectories, list[Scan], int]:
    """The same journeys told to both; they must agree on every instant at which a driver is sent."""
    drivers, scans, now = Trajectories(np.array(HOMES)), [Scan(home) for home in HOMES], 0
    for move in moves:
        now += move.wait
        here = drivers.position(move.driver, now)
        assert here == pytest.approx(scans[move.driver].at(now), abs=1e-9)
        way, after = [(here, 0)], 0
        for x, y, duration in move.points:
            after += duration
            way.append(((x / 7, y / 7), after))
        if move.points:
            route = tuple(Waypoint(*point, passed) for point, passed in way)
            assert drivers.go(move.driver, now, route) == now + after
        else:
            drivers.stop(move.driver, now)
        scans[move.driver].commands.append((now, way))
    return drivers, scans, now + 40


@settings(deadline=None, max_examples=60)
@given(MOVES)
def test_positions_equal_those_of_a_scan_over_all_commands(moves: list[Move]) -> None:
    drivers, scans, end = drive(moves)
    for driver, scan in enumerate(scans):
        numbers, when = np.full(end, driver), np.arange(end)
        positions = drivers.positions(numbers, when)
        wanted = np.array([scan.at(instant) for instant in range(end)])
        assert np.abs(positions - wanted).max() < 1e-9
        assert [drivers.position(driver, instant) for instant in range(end)] == [tuple(row) for row in positions]


@settings(deadline=None, max_examples=60)
@given(MOVES)
def test_each_leg_starts_where_and_after_the_driver_s_last_one_ended(moves: list[Move]) -> None:
    drivers, _, _ = drive(moves)
    columns = drivers.columns()
    for driver, home in enumerate(HOMES):
        mine = columns["driver"] == driver
        start, end, x0, y0, x1, y1 = (columns[name][mine] for name in ("start", "end", "x0", "y0", "x1", "y1"))
        assert (x0[0], y0[0], start[0], end[0]) == (*home, 0, 0)
        assert np.array_equal(x0[1:], x1[:-1])
        assert np.array_equal(y0[1:], y1[:-1])
        assert (start[1:] >= end[:-1]).all()
        assert (end >= start).all()


def test_nobody_sets_out_from_where_he_does_not_stand() -> None:
    driver = one()
    driver.go(0, 0, line((0, 0), (10, 0), 100))
    with pytest.raises(Leap, match=r"driver 0 stands at \(50, 5\.0, 0\.0\) and sets out at \(50, 6\.0, 0\.0\)"):
        driver.go(0, 50, line((6.0, 0.0), (0.0, 0.0), 10))

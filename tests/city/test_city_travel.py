"""How long a straight line takes, reckoned by hand."""

from __future__ import annotations

import numpy as np

from swifteats_sim.city.spots import Waypoint
from swifteats_sim.city.travel import StraightLine
from swifteats_sim.engine.clock import SECOND


def test_a_straight_line_takes_its_length_over_the_speed() -> None:
    origins = np.array([[0.0, 0.0], [300.0, 400.0], [300.0, 0.0], [-300.0, -400.0]])
    durations = StraightLine(speed=10.0, detour=1.0).durations(origins, (300.0, 400.0))
    assert durations.dtype == np.int64
    assert durations.tolist() == [50 * SECOND, 0, 40 * SECOND, 100 * SECOND]


def test_the_street_is_longer_than_the_line_by_the_detour() -> None:
    durations = StraightLine(speed=5.0, detour=1.25).durations(np.array([[0.0, 0.0]]), (600.0, 800.0))
    assert durations.tolist() == [250 * SECOND]


def test_durations_are_rounded_to_the_nearest_nanosecond() -> None:
    travel = StraightLine(speed=3.0, detour=1.0)
    assert travel.durations(np.array([[1.0, 0.0], [2.0, 0.0]]), (0.0, 0.0)).tolist() == [333_333_333, 666_666_667]


def test_nobody_to_ask_about() -> None:
    assert StraightLine(speed=3.0, detour=1.0).durations(np.empty((0, 2)), (0.0, 0.0)).tolist() == []


def test_a_route_leaves_at_once_and_arrives_when_the_durations_say() -> None:
    travel = StraightLine(speed=7.0, detour=1.3)
    origin, destination = (12.5, -3.0), (1000.0, 77.0)
    duration = int(travel.durations(np.array([origin]), destination)[0])
    assert travel.route(origin, destination) == (Waypoint(12.5, -3.0, 0), Waypoint(1000.0, 77.0, duration))
    assert int(travel.durations(np.array([destination]), origin)[0]) == duration


def test_one_duration_is_bit_for_bit_one_of_many() -> None:
    travel, chance = StraightLine(speed=7.3, detour=1.3), np.random.default_rng(5)
    origins = chance.uniform(-9000.0, 9000.0, (500, 2))
    durations = travel.durations(origins, (12.5, -3.0)).tolist()
    assert durations == [travel.duration((x, y), (12.5, -3.0)) for x, y in origins.tolist()]

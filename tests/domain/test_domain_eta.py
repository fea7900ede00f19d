"""Estimates of arrival: each method's arithmetic, and the effects that the ledger says its mistakes have."""

from __future__ import annotations

import pytest
from domain_play import MINUTE
from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.domain import eta

KMH = 1 / 3.6
FLOOR = 5 * MINUTE
BUFFER = 15 * MINUTE
TIME = st.integers(0, 10**13)
METRES = st.floats(0, 50_000)


def test_food_and_driver_are_under_way_together_until_the_pick_up() -> None:
    # 10 min of cooking, 4 min of way, 2 min to take over, 7 min of trip, 3 min at the door.
    assert eta.pickup_aware(10 * MINUTE, 4 * MINUTE, 2 * MINUTE, 7 * MINUTE, 3 * MINUTE) == 22 * MINUTE
    assert eta.pickup_aware(4 * MINUTE, 10 * MINUTE, 2 * MINUTE, 7 * MINUTE, 3 * MINUTE) == 22 * MINUTE
    # Food that has stood for an hour brings nobody to the restaurant sooner.
    assert eta.pickup_aware(-60 * MINUTE, 4 * MINUTE, 2 * MINUTE, 7 * MINUTE, 3 * MINUTE) == 16 * MINUTE


@given(TIME, TIME, TIME, TIME, TIME)
def test_the_estimate_is_borne_out_at_every_moment_when_all_goes_as_reckoned(
    preparation: int, travel: int, pickup: int, onward: int, dropoff: int
) -> None:
    picked_up = max(preparation, travel) + pickup
    at_door = picked_up + onward
    delivered = at_door + dropoff
    assert eta.pickup_aware(preparation, travel, pickup, onward, dropoff) == delivered
    assert picked_up + eta.after_pickup(onward, dropoff) == delivered
    assert at_door + eta.after_pickup(0, dropoff) == delivered


def test_the_notes_add_both_ways_in_whole_minutes() -> None:
    # At 30 km/h 500 m are a minute: 3.2 km take 6.4 min, told as 7; 6 km exactly 12.
    assert eta.notes(3_200.0, 6_000.0, 30 * KMH, FLOOR) == 19 * MINUTE


@pytest.mark.parametrize("metres", [0.0, 500.0, 2_499.0, 2_500.0])
def test_drivers_within_two_and_a_half_kilometres_look_alike_to_the_notes(metres: float) -> None:
    assert eta.whole_minutes(metres, 30 * KMH, FLOOR) == 5 * MINUTE  # C8
    assert eta.notes(metres, 0.0, 30 * KMH, FLOOR) == 10 * MINUTE


def test_by_the_notes_the_estimate_rises_on_the_way_to_the_door() -> None:
    # C57: a trip of 6 km. At the restaurant the way to it is nothing but its floor; at the door it is the trip again.
    trip, speed = 6_000.0, 30 * KMH
    told = [eta.notes(done, trip, speed, 0) for done in (0.0, 3_000.0, trip)]
    assert told == [12 * MINUTE, 18 * MINUTE, 24 * MINUTE]
    assert eta.after_pickup(0, 3 * MINUTE) == 3 * MINUTE


@given(st.integers(0, 120), st.integers(5, 60), st.integers(5, 60))
def test_the_notes_are_late_by_the_preparation_that_outlasts_the_way(cooking: int, way: int, trip: int) -> None:
    # C58: ways in whole minutes at the notes' own speed, hand-overs of no time.
    told = eta.notes(500.0 * way, 500.0 * trip, 30 * KMH, FLOOR)
    truth = eta.pickup_aware(cooking * MINUTE, way * MINUTE, 0, trip * MINUTE, 0)
    assert truth - told == max(0, cooking - way) * MINUTE


def test_the_query_adds_a_quarter_of_an_hour_to_preparation_and_trip() -> None:
    assert eta.buffered(10 * MINUTE, 5_000.0, 20 * KMH, BUFFER) == (10 + 15 + 15) * MINUTE
    assert eta.buffered(-10 * MINUTE, 5_000.0, 20 * KMH, BUFFER) == (15 + 15) * MINUTE


@given(TIME, METRES)
def test_degrees_taken_for_metres_are_no_way_at_all(preparation: int, trip: float) -> None:
    told = eta.degrees(preparation, trip, 20 * KMH, BUFFER)
    assert 0 <= told - (preparation + BUFFER) < MINUTE // 60 / 10  # C53: any trip in town takes under 0.1 s

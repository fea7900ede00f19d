"""Drivers as the platform sees them: from the last processed fix and the database's records."""

from __future__ import annotations

import math

import numpy as np
from city_examples import ALPHA, STREAMS, area, geo, is_drawn_from, places_of, standing
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.city.fleet import Fleet
from swifteats_sim.city.ground import Recorded
from swifteats_sim.city.places import Area
from swifteats_sim.city.search import Food, Search
from swifteats_sim.city.spots import Points, Spot, Waypoint
from swifteats_sim.city.travel import StraightLine, squares
from swifteats_sim.domain.effects import Record
from swifteats_sim.domain.states import DriverState
from swifteats_sim.engine.clock import SECOND

FIX = 5 * SECOND
LIVE = 30 * SECOND


def fleet_at(homes: Points, free: bool = True) -> Fleet:
    """Drivers with a fix sent at 0; all available, unless told otherwise."""
    fleet = Fleet(standing([area(0.0, range(1), range(len(homes)))], [(0.0, 0.0)], homes), FIX, STREAMS)
    for driver in range(fleet.count):
        fleet.known[driver] = 0
        if free:
            fleet.changed(driver, Record(1, {"state": DriverState.AVAILABLE, "order": None}), 0)
    return fleet


def line(count: int) -> Points:
    """Drivers at 0, 100, 200, ... m."""
    return np.array([[100.0 * driver, 0.0] for driver in range(count)])


READY = Food(preparation_left=0, onward=0, trip=0.0)


def found(fleet: Fleet, now: int, drivers: range, radius: float = 5000.0, ghosts: bool = False) -> list[int]:
    whole = area(0.0, range(1), drivers)
    numbers: list[int] = Search(fleet, radius, LIVE, ghosts).around(whole, Spot(0.0, 0.0), now, READY).drivers.tolist()
    return numbers


def members(fleet: Fleet, now: int, drivers: range, radius: float, ghosts: bool = False) -> int:
    whole = area(0.0, range(1), drivers)
    return Search(fleet, radius, LIVE, ghosts).members(whole, Spot(0.0, 0.0), now)


def seen(fleet: Fleet) -> list[tuple[float, float]]:
    """Where a search of everybody sees each driver, which is where he is known to be, bit for bit."""
    members(fleet, 7 * SECOND, range(fleet.count), math.inf)
    places = [(x, y) for x, y in fleet.seen_places(np.arange(fleet.count)).tolist()]
    assert places == [fleet.known_position(driver) for driver in range(fleet.count)]
    return places


def become(fleet: Fleet, driver: int, at: int, *states: DriverState, order: int | None = None) -> None:
    """The database's record of a driver passes these states at one instant."""
    for state in states:
        fleet.changed(driver, Record(1, {"state": state, "order": order}), at)


def test_only_available_drivers_are_candidates() -> None:
    fleet = fleet_at(line(4), free=False)
    assert found(fleet, 1, range(4)) == []
    fleet.changed(1, Record(1, {"state": DriverState.AVAILABLE, "order": None}), 1)
    fleet.changed(2, Record(1, {"state": DriverState.AVAILABLE, "order": None}), 1)
    assert found(fleet, 1, range(4)) == [1, 2]
    fleet.changed(1, Record(2, {"state": DriverState.ORDER_ASSIGNED, "order": 7}), 2)
    assert found(fleet, 2, range(4)) == [2]
    fleet.changed(1, Record(3, {"state": DriverState.OFF_SHIFT, "order": None}), 3)
    assert found(fleet, 3, range(4)) == [2]
    states = {name: column.tolist() for name, column in fleet.states.columns().items()}
    assert states == {
        "driver": [1, 2, 1, 1], "at": [1, 1, 2, 3],
        "state": ["available", "available", "order_assigned", "off_shift"],
    }  # fmt: skip


def test_who_is_busy_is_told_by_his_trips_and_not_by_his_record() -> None:
    """Driver 1 is available and rides with an order (C13), driver 2 is locked and stands idle (C12), 3 is at home."""
    fleet = fleet_at(line(4), free=False)
    become(fleet, 1, 1, DriverState.AVAILABLE)
    become(fleet, 2, 1, DriverState.ORDER_ASSIGNED, order=7)
    become(fleet, 3, 1, DriverState.AVAILABLE, DriverState.OFF_SHIFT)
    fleet.trips[1] = 1
    assert fleet.idle_and_busy() == (1, 1)


def test_a_driver_whose_last_fix_is_too_old_is_no_candidate() -> None:
    fleet, now = fleet_at(line(4)), 100 * SECOND
    fleet.known[0] = now - LIVE
    fleet.known[1] = now - LIVE - 1
    fleet.known[2] = now
    fleet.known[3] = -1  # never heard of
    assert found(fleet, now, range(4)) == [0, 2]


def test_a_driver_never_heard_of_is_no_candidate_early_in_the_run_either() -> None:
    fleet = fleet_at(line(2))
    fleet.known[0] = -1
    assert found(fleet, 10 * SECOND, range(2)) == [1]


def test_drivers_of_another_geo_are_no_candidates() -> None:
    assert found(fleet_at(line(5)), 1, range(2, 4)) == [2, 3]


def test_the_known_position_is_that_of_the_last_processed_fix() -> None:
    fleet = fleet_at(line(2))
    fleet.trajectories.go(1, 0, (Waypoint(100.0, 0.0, 0), Waypoint(180.0, 0.0, 8 * SECOND)))
    fleet.known[1] = 2 * SECOND
    assert seen(fleet) == [(0.0, 0.0), (120.0, 0.0)]
    fleet.known[1] = 6 * SECOND
    assert seen(fleet) == [(0.0, 0.0), (160.0, 0.0)]
    fleet.known[1] = 2 * SECOND
    fleet.trajectories.go(1, 4 * SECOND, (Waypoint(140.0, 0.0, 0), Waypoint(140.0, 9.0, SECOND)))
    assert seen(fleet) == [(0.0, 0.0), (120.0, 0.0)], "a new leg does not change the past"


def test_travel_times_are_reckoned_from_the_known_position() -> None:
    fleet = fleet_at(line(3))
    fleet.trajectories.go(1, 0, (Waypoint(100.0, 0.0, 0), Waypoint(180.0, 0.0, 8 * SECOND)))
    fleet.known[1] = 2 * SECOND
    fleet.changed(2, Record(9, {"state": DriverState.AVAILABLE, "order": None}), 0)
    whole = area(0.0, range(1), range(3))
    candidates = Search(fleet, 5000.0, LIVE).around(whole, Spot(0.0, 0.0), 7 * SECOND, Food(11, 22, 33.0))
    assert candidates.drivers.tolist() == [0, 1, 2]
    assert candidates.versions.tolist() == [1, 1, 9]
    assert candidates.travel.tolist() == [0, 12 * SECOND, 20 * SECOND]
    assert candidates.distance.tolist() == [0.0, 120.0, 200.0]
    assert (candidates.preparation_left, candidates.onward, candidates.trip) == (11, 22, 33.0)


D = DriverState


def test_members_are_all_live_drivers_within_the_radius_free_or_not() -> None:
    fleet, now = fleet_at(line(5)), 100 * SECOND
    for driver in range(4):
        fleet.known[driver] = now
    become(fleet, 1, now, D.ORDER_ASSIGNED, order=7)
    become(fleet, 2, now, D.OFF_SHIFT)
    assert found(fleet, now, range(5), radius=250.0) == [0]
    assert members(fleet, now, range(5), radius=250.0) == 3, "driver 3 is too far, driver 4 has no fix"


def test_ghosts_are_found_whatever_their_shift_or_the_age_of_their_fix() -> None:
    fleet, now = fleet_at(line(6)), 3600 * SECOND
    become(fleet, 1, 1, D.OFF_SHIFT)
    become(fleet, 2, 1, D.ORDER_ASSIGNED, order=7)
    become(fleet, 3, 1, D.OFF_SHIFT)
    fleet.known[3] = -1  # has never been seen
    assert found(fleet, now, range(6), radius=450.0, ghosts=True) == [0, 1, 4]
    assert members(fleet, now, range(6), radius=450.0, ghosts=True) == 4, "driver 2 has an order, and is a member"
    assert found(fleet, now, range(6)) == []


def test_work_is_an_order_taken_and_not_an_offer_declined() -> None:
    fleet, both = fleet_at(line(2)), np.arange(2)
    become(fleet, 0, 10, D.ORDER_ASSIGNED, order=7)
    become(fleet, 0, 12, D.AVAILABLE)
    become(fleet, 1, 10, D.ORDER_ASSIGNED, D.ON_WAY_TO_RESTAURANT, order=8)
    become(fleet, 1, 40, D.AT_RESTAURANT, D.PICKED_UP, D.ON_WAY_TO_CUSTOMER, D.REACHED_DESTINATION, order=8)
    become(fleet, 1, 50, D.AVAILABLE)
    assert fleet.workload(both).tolist() == [0, 1]
    assert fleet.idle(both, 60).tolist() == [60, 10], "who declines an offer is idle since before it"


def test_the_radius_belongs_to_the_search() -> None:
    homes = np.array([[3000.0, 4000.0], [3000.0, 4000.001], [-5000.0, 0.0], [math.nextafter(5000.0, 6000.0), 0.0]])
    assert found(fleet_at(homes), 1, range(4)) == [0, 2]


def test_who_is_near_now_but_was_far_at_the_last_fix_is_not_found() -> None:
    fleet = fleet_at(np.array([[6000.0, 0.0], [4000.0, 0.0]]))
    fleet.trajectories.go(0, 0, (Waypoint(6000.0, 0.0, 0), Waypoint(10.0, 0.0, SECOND)))
    fleet.trajectories.go(1, 0, (Waypoint(4000.0, 0.0, 0), Waypoint(9000.0, 0.0, SECOND)))
    assert found(fleet, 2 * SECOND, range(2)) == [1]
    fleet.known[0] = fleet.known[1] = SECOND
    assert found(fleet, 2 * SECOND, range(2)) == [0]


def test_phases_are_spread_evenly_over_the_interval() -> None:
    phases = np.array(Fleet(places_of({"a": geo(drivers=2000)}, 1), FIX, STREAMS).phases)
    assert (phases >= 0).all()
    assert (phases < FIX).all()
    assert is_drawn_from(phases / FIX, lambda share: share), f"not uniform at {ALPHA}"


def test_one_more_driver_in_a_geo_leaves_all_other_phases_as_they_were() -> None:
    before = Fleet(places_of({"a": geo(drivers=4), "b": geo(drivers=6)}, 1), FIX, STREAMS).phases
    after = Fleet(places_of({"a": geo(drivers=5), "b": geo(drivers=6)}, 1), FIX, STREAMS).phases
    assert [*after[:4], *after[5:]] == list(before)
    assert list(before[:4]) != list(before[4:8]), "each geo has phases of its own"


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_pass_over_the_drivers_finds_what_arithmetic_finds(data: st.DataObject) -> None:
    """Some stand and some drive, some are free, some have not been heard of; the nearest is the one who comes first."""
    metres, now = st.floats(0.0, 9000.0), 60 * SECOND
    homes = np.array(data.draw(st.lists(st.tuples(metres, metres), min_size=1, max_size=12)))
    fleet, travel, here = fleet_at(homes, free=False), StraightLine(7.0, 1.3), data.draw(st.tuples(metres, metres))
    for driver in range(fleet.count):
        if data.draw(st.booleans()):
            fleet.trajectories.go(driver, 9 * SECOND, travel.route(tuple(homes[driver].tolist()), here))
        fleet.known[driver] = data.draw(st.sampled_from([-1, now - LIVE - 1, now - LIVE, now - 17, now]))
        become(fleet, driver, 1, data.draw(st.sampled_from([D.AVAILABLE, D.OFF_SHIFT])))
    heard = [driver for driver in range(fleet.count) if fleet.known[driver] >= now - LIVE]
    places = np.array([fleet.known_position(driver) for driver in heard]).reshape(-1, 2)
    near = [each for each, square in zip(heard, squares(places, here).tolist(), strict=True) if square <= 5000.0**2]
    free = [driver for driver in near if fleet.free[driver]]
    whole = Area(0, "whole", "dense", travel, Recorded(), range(1), range(fleet.count))
    search = Search(fleet, 5000.0, LIVE)
    place = Spot(*here)
    nearest = search.nearest(whole, place, now)
    candidates = search.around(whole, place, now, READY)
    assert (candidates.drivers.tolist(), search.members(whole, place, now)) == (free, len(near))
    assert candidates.travel.tolist() == [travel.duration(fleet.known_position(driver), here) for driver in free]
    assert nearest == min(candidates.travel.tolist(), default=None)
    assert [driver for driver in heard if search.place_of(driver, now)] == [each for each in heard if fleet.free[each]]

"""Drivers on streets: the way that a map allows, at the pace of its roads and hours; turning, stopping, being known."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street_examples import SECOND, SLOW_AT_8, Town, one_way

from swifteats_sim.city.street_travel import Astray
from swifteats_sim.engine.tracks import leg_at, metre_at
from swifteats_sim.streets.bundled import find_map
from swifteats_sim.streets.congestion import congestion_of
from swifteats_sim.streets.map_file import read_map
from swifteats_sim.streets.street_map import StreetMap

HOUR = 3600 * SECOND
RUSH = congestion_of({17: {"primary": 0.4, "secondary": 0.6, "residential": 0.9}})


@cache
def reykjavik() -> StreetMap:
    return read_map(find_map("reykjavik"))


def test_a_driver_goes_round_the_block_and_is_at_the_restaurant_when_the_tree_says() -> None:
    """Six streets of 200 m each way; the middle ones are arterials, at 40 km/h beside 20."""
    town = Town()
    side = math.isqrt(town.streets.nodes)
    corner = town.spots[side * side - 1]
    arrival = town.travel.fetch(town.fleet, 0, corner, 100 * SECOND)
    assert arrival == 100 * SECOND + town.travel.between(town.spots[0], corner, 0)
    assert town.legs.position(0, arrival) == corner.point
    for at in range(100 * SECOND, arrival, SECOND):
        x, y = (round(each / 200.0 + (side - 1) / 2, 6) for each in town.legs.position(0, at))
        assert x == round(x) or y == round(y), "he is on a street"


def test_who_is_there_goes_nowhere() -> None:
    town = Town()
    assert town.travel.fetch(town.fleet, 0, town.spots[0], 7 * SECOND) == 7 * SECOND
    assert town.travel.bring(town.fleet, 0, town.spots[0], town.spots[0], 8 * SECOND) == 8 * SECOND
    assert town.legs.count == 1


def test_he_brings_the_food_by_the_tree_of_the_restaurant() -> None:
    town = Town()
    there = town.travel.fetch(town.fleet, 0, town.spots[7], 0)
    at_door = town.travel.bring(town.fleet, 0, town.spots[7], town.spots[20], there + 60 * SECOND)
    assert at_door - there - 60 * SECOND == town.travel.onward(town.spots[7], town.spots[20], 0)
    assert town.legs.position(0, at_door + HOUR) == town.spots[20].point


def test_he_brings_nothing_from_where_he_is_not() -> None:
    town = Town()
    with pytest.raises(Astray, match=r"driver 0 is to set out from \(.*\), and is at \("):
        town.travel.bring(town.fleet, 0, town.spots[7], town.spots[20], 0)


def middle_of_the_first_street(town: Town) -> int:
    """Sent from node 0 along its street to node 1, he is stopped half way there; when."""
    arrival = town.travel.fetch(town.fleet, 0, town.spots[1], 0)
    town.legs.stop(0, arrival // 2)
    return arrival // 2


def test_in_the_middle_of_a_street_he_turns_where_that_is_nearer() -> None:
    town = Town()
    now = middle_of_the_first_street(town)
    half = town.travel.between(town.spots[0], town.spots[1], 0) // 2
    assert town.travel.fetch(town.fleet, 0, town.spots[0], now) == now + half
    assert town.legs.position(0, now + half // 2)[0] == pytest.approx(town.spots[0].x + 50.0)


def test_in_the_middle_of_a_one_way_street_he_goes_round() -> None:
    town = Town(one_way(Town().streets, 0, 1))
    now = middle_of_the_first_street(town)
    half = town.travel.between(town.spots[0], town.spots[1], 0) // 2
    back = town.travel.between(town.spots[1], town.spots[0], 0)
    assert back > 2 * half, "the direct way back is closed"
    assert town.travel.fetch(town.fleet, 0, town.spots[0], now) == now + half + back


def test_what_is_believed_rests_on_the_last_fix() -> None:
    """He was heard of half way, and has driven on since: the platform reckons from there."""
    town = Town()
    arrival = town.travel.fetch(town.fleet, 0, town.spots[1], 0)
    town.fleet.known[0] = arrival // 2
    goal = town.spots[2]
    believed = town.travel.approach(town.fleet, 0, goal, arrival)
    assert believed == arrival // 2 + town.travel.between(town.spots[1], goal, 0)
    assert town.travel.approaches(town.fleet, np.array([0]), goal, arrival).tolist() == [believed]
    assert town.travel.remaining(town.fleet, 0, goal, town.spots[5], arrival) == believed + town.travel.onward(
        goal, town.spots[5], 0
    )


def test_a_rush_hour_is_believed_as_it_is_now_and_driven_as_it_comes() -> None:
    """At half past seven nothing is slow, and nobody knows of eight; from eight on streets take twice as long."""
    town = Town(congestion=SLOW_AT_8, starts=7)
    goal, now = town.spots[town.streets.nodes - 1], HOUR - 10 * SECOND
    quiet, slow = (town.travel.between(town.spots[0], goal, at) for at in (0, HOUR))
    assert slow == pytest.approx(2 * quiet, rel=1e-4)
    town.fleet.known[0] = 0
    assert town.travel.approach(town.fleet, 0, goal, now) == quiet
    took = town.travel.fetch(town.fleet, 0, goal, now) - now
    assert quiet < took < slow
    assert town.travel.approach(town.fleet, 0, goal, HOUR) == slow


def test_a_driver_of_a_map_farther_east_is_there_and_not_here() -> None:
    here, there = Town(), Town(east=5000.0)
    arrivals = [town.travel.fetch(town.fleet, 0, town.spots[9], 0) for town in (here, there)]
    assert arrivals[0] == arrivals[1]
    for at in (0, arrivals[0] // 3, arrivals[0]):
        (x, y), (east, north) = (town.legs.position(0, at) for town in (here, there))
        assert (east, north) == pytest.approx((x + 5000.0, y))


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_from_the_middle_of_any_street_the_way_is_the_shortest(data: st.DataObject) -> None:
    """networkx on the same streets, with a node more where the driver stands."""
    town = Town(one_way(Town().streets, 8, 9))
    first, second = (town.spots[data.draw(st.integers(0, town.streets.nodes - 1))] for _ in range(2))
    arrival = town.travel.fetch(town.fleet, 0, first, 0)
    now = data.draw(st.integers(0, arrival))
    town.legs.stop(0, now)
    took = town.travel.fetch(town.fleet, 0, second, now) - now
    assert took == pytest.approx(shortest(town, now, second.node), abs=2.0)


def shortest(town: Town, now: int, goal: int) -> float:
    """ns from where driver 0 stands."""
    streets, ms = town.streets, town.congestion.arc_ms(town.streets, 0)
    graph = nx.DiGraph()
    for arc in range(streets.arcs):
        graph.add_edge(int(streets.tail[arc]), int(streets.head[arc]), ms=int(ms[arc]))
    last, times, places, *shapes = town.legs.tracks
    arc, metre = metre_at(times, places, *shapes, leg_at(last, times, 0, now), now)
    share, (tail, head) = metre / 200.0, (int(streets.tail[arc]), int(streets.head[arc]))
    graph.add_edge("here", head, ms=ms[arc] * (1 - share))
    if graph.has_edge(head, tail):
        graph.add_edge("here", tail, ms=graph[head][tail]["ms"] * share)
    found: float = nx.dijkstra_path_length(graph, "here", goal, weight="ms")
    return found * 1e6


@given(seed=st.integers(0, 2**32))
@settings(max_examples=8, deadline=None)
def test_from_one_fix_to_the_next_nobody_comes_farther_along_the_streets_than_they_are_fast(seed: int) -> None:
    """On Reykjavik's streets, in and out of a rush hour: driver sent about, stopped, and sent elsewhere at any time.

    Between two fixes he passes some arcs; the metres of these that lie between are at most what the fastest of them
    allows in that time. At each fix he is on a street.
    """
    town, chance = Town(reykjavik(), RUSH, starts=16, every=500), np.random.default_rng(seed)
    instants, now = [0], int(chance.integers(0, HOUR))
    for _ in range(6):
        arrival = town.travel.fetch(town.fleet, 0, town.spots[500 * int(chance.integers(0, 20))], now)
        until = arrival if chance.random() < 0.5 else int(chance.integers(now, arrival + 1))
        instants += range(now, until, 5 * SECOND)
        now = until + int(chance.integers(0, 20 * SECOND))
        if until < arrival:
            town.legs.stop(0, until)
    for one, other in pairwise(sorted(set(instants))):
        assert_not_too_far(town, one, other)


def assert_not_too_far(town: Town, one: int, other: int) -> None:
    """In steps of 50 ms he never jumps, and covers no more metres than the arcs that he is on allow."""
    steps = [*range(one, other, SECOND // 20), other]
    last, times, places, *shapes = town.legs.tracks
    arcs = [metre_at(times, places, *shapes, leg_at(last, times, 0, at), at)[0] for at in steps]
    points = [town.legs.position(0, at) for at in steps]
    metres = sum(math.dist(here, there) for here, there in pairwise(points))
    assert max(math.dist(here, there) for here, there in pairwise(points)) <= 0.05 * max(town.speeds) * 1.001
    assert metres <= max(town.speeds[arc] for arc in arcs) * (other - one) / SECOND * 1.001 + 0.01

"""Ways along trees: connected, as long as the tree says, the first by number of several; and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_maps import Arc, by_chance, grid, made, rush
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from swifteats_sim.streets.between import Between
from swifteats_sim.streets.congestion import HOUR, Congestion, Milliseconds, free_flow
from swifteats_sim.streets.growing import grow, inward, outward
from swifteats_sim.streets.routes import MILLISECOND, Routes
from swifteats_sim.streets.street_map import StreetMap

maps = st.builds(by_chance, st.integers(0, 2**32), st.integers(2, 40), st.integers(0, 80))
DAY = rush(h7=0.5, h8=0.3, h16=0.6, h17=0.6)


def tree(streets: StreetMap, ms: Milliseconds, root: int, back: bool) -> Milliseconds:
    """To the root, or from it."""
    graph = inward(streets, ms) if back else outward(streets, ms)
    grown: Milliseconds = grow(graph, np.array([root], dtype=np.int32))[0]
    return grown


def nodes_of(streets: StreetMap, arcs: NDArray[np.int32], start: int) -> list[int]:
    """Those that a way passes."""
    for before, after in pairwise(arcs):
        assert streets.head[before] == streets.tail[after], "a gap"
    assert not len(arcs) or streets.tail[arcs[0]] == start
    return [start, *streets.head[arcs].tolist()]


def test_the_way_home_takes_the_fast_road_and_the_way_there_the_only_one() -> None:
    """0 -> 1 -> 2 -> 0; a slow short cut leads from 1 to 0."""
    streets = made(
        [(0, 0), (100, 0), (100, 100)],
        [Arc(0, 1, 100.0), Arc(1, 2, 100.0), Arc(2, 0, 150.0, 15.0), Arc(1, 0, 100.0, 4.0)],
    )  # fmt: skip
    routes, ms = Routes(streets, free_flow()), free_flow().arc_ms(streets, 0)
    home, there = tree(streets, ms, 0, back=True), tree(streets, ms, 0, back=False)
    assert (home.tolist(), there.tolist()) == ([0, 20_000, 10_000], [0, 10_000, 20_000])
    assert nodes_of(streets, routes.to_root(home, 0, 1), 1) == [1, 2, 0]
    assert nodes_of(streets, routes.from_root(there, 0, 2), 0) == [0, 1, 2]
    assert len(routes.to_root(home, 0, 0)) == len(routes.from_root(there, 0, 0)) == 0


def test_of_ways_that_take_equally_long_the_first_arc_by_number_is_taken() -> None:
    """On a grid all ways east and north do: to the root each node goes on to its lowest neighbour; from it, back so."""
    streets = grid(3, 3)
    routes, ms = Routes(streets, free_flow()), free_flow().arc_ms(streets, 0)
    assert nodes_of(streets, routes.to_root(tree(streets, ms, 8, back=True), 0, 0), 0) == [0, 1, 2, 5, 8]
    assert nodes_of(streets, routes.from_root(tree(streets, ms, 0, back=False), 0, 8), 0) == [0, 1, 2, 5, 8]


@given(streets=maps, data=st.data())
@settings(max_examples=150, deadline=None)
def test_ways_are_connected_and_take_what_their_trees_say(streets: StreetMap, data: st.DataObject) -> None:
    root = data.draw(st.integers(0, streets.nodes - 1))
    slot = data.draw(st.integers(0, DAY.slots - 1))
    routes, ms = Routes(streets, DAY), DAY.arc_ms(streets, slot)
    home, there = tree(streets, ms, root, back=True), tree(streets, ms, root, back=False)
    for node in range(streets.nodes):
        back, forth = routes.to_root(home, slot, node), routes.from_root(there, slot, node)
        assert nodes_of(streets, back, node)[-1] == root
        assert nodes_of(streets, forth, root)[-1] == node
        assert ms[back].sum() == home[node]
        assert ms[forth].sum() == there[node]
        assert home[node] == tree(streets, ms, node, back=False)[root], "there and back are one question"


def test_a_thousand_pairs_take_what_scipy_reckons_and_fifty_what_networkx_does() -> None:
    streets, chance = by_chance(11, 2_000, 4_000), np.random.default_rng(12)
    times = DAY.arc_ms(streets, 1)
    matrix = csr_array((times.astype(float), (streets.tail, streets.head)), shape=(2_000, 2_000))
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(zip(streets.tail.tolist(), streets.head.tolist(), times.tolist(), strict=True))
    routes = Routes(streets, DAY)
    between = Between(streets, routes)
    for number, (origin, destination) in enumerate(chance.integers(0, 2_000, (1_000, 2)).tolist()):
        home = tree(streets, times, destination, back=True)
        expected = dijkstra(matrix, indices=origin)[destination]
        assert between.ms(1, origin, destination) == home[origin] == expected
        assert times[routes.to_root(home, 1, origin)].sum() == expected
        assert times[between.way(1, origin, destination)].sum() == expected
        if number < 50:
            assert nx.shortest_path_length(graph, origin, destination, weight="weight") == expected


def test_a_tree_of_another_slot_is_refused() -> None:
    streets = by_chance(5, 30, 30)
    home = tree(streets, DAY.arc_ms(streets, 2), 0, back=True)
    with pytest.raises(ValueError, match=r"this tree of made was grown from other times"):
        Routes(streets, DAY).to_root(home, 0, 17)


def test_between_keeps_few_trees_and_answers_alike() -> None:
    streets = by_chance(6, 50, 60)
    routes = Routes(streets, DAY)
    ample, scant = Between(streets, routes), Between(streets, routes, room=2)
    asked = [(slot, a, b) for a in (3, 9, 3, 27, 9, 3) for b in (1, 3, 40) for slot in (0, 2)]
    assert [scant.ms(*each) for each in asked] == [ample.ms(*each) for each in asked]
    assert [scant.way(*each).tolist() for each in asked] == [ample.way(*each).tolist() for each in asked]
    assert (len(scant._trees), len(ample._trees)) == (2, 6)
    assert list(scant._trees) == [(0, 3), (2, 3)], "the last ones asked for"


def elapsed(congestion: Congestion, streets: StreetMap, arcs: Sequence[int], depart: int) -> list[int]:
    """An independent reckoning, in Python's integers: ns after the departure."""
    after, passed = 0, []
    for arc in arcs:
        slot = congestion.slot_at(depart + after)
        after += int(congestion.arc_ms(streets, slot)[arc]) * MILLISECOND
        passed.append(after)
    return passed


def test_without_congestion_a_drive_takes_what_its_tree_says() -> None:
    streets = by_chance(7, 200, 300)
    routes, ms = Routes(streets, free_flow()), free_flow().arc_ms(streets, 0)
    home = tree(streets, ms, 0, back=True)
    for node in range(1, streets.nodes):
        passed = routes.drive(routes.to_root(home, 0, node), depart=node * HOUR // 7)
        assert passed[-1] == int(home[node]) * MILLISECOND


def test_each_arc_takes_what_it_takes_when_it_is_entered() -> None:
    """Arcs of 10 min, of 20 min from 8 to 9: entered at 7:45, 7:55, 8:15, 8:35, 8:55, 9:15."""
    street = made(
        [(6_000 * n, 0) for n in range(7)], [Arc(n, n + 1) for n in range(6)] + [Arc(n + 1, n) for n in range(6)]
    )
    arcs = np.flatnonzero(street.tail < street.head).astype(np.int32)
    minutes = Routes(street, rush(h8=0.5)).drive(arcs, depart=(7 * 60 + 45) * HOUR // 60) // (HOUR // 60)
    assert minutes.tolist() == [10, 20, 40, 60, 80, 90]
    assert Routes(street, rush(h8=0.5)).drive(arcs[:0], depart=0).tolist() == []


@given(streets=maps, start=st.integers(0, 48 * 3600), later=st.integers(0, 3600), data=st.data())
@settings(max_examples=100, deadline=None)
def test_on_an_arc_nobody_overtakes_but_at_a_border_of_slots(
    streets: StreetMap, start: int, later: int, data: st.DataObject
) -> None:
    """And there he gains no more than what the arc's two times differ by."""
    routes, far = Routes(streets, DAY), data.draw(st.integers(0, streets.nodes - 1))
    arcs = routes.to_root(tree(streets, DAY.arc_ms(streets, 0), 0, back=True), 0, far)
    departures = start * 10**9, (start + later) * 10**9
    drives = [elapsed(DAY, streets, arcs.tolist(), depart) for depart in departures]
    assert [routes.drive(arcs, depart).tolist() for depart in departures] == drives
    passed = [[depart, *(depart + after for after in drive)] for depart, drive in zip(departures, drives, strict=True)]
    for arc, first, second in zip(arcs.tolist(), pairwise(passed[0]), pairwise(passed[1]), strict=True):
        ahead, behind = sorted((first, second))
        here, there = (int(routes.all_ms[DAY.slot_at(entered), arc]) for entered, _ in (ahead, behind))
        assert behind[1] - ahead[1] >= min(there - here, 0) * MILLISECOND
        assert here != there or behind[1] - ahead[1] == behind[0] - ahead[0]

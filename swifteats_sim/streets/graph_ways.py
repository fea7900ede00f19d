"""A graph with the attribute names of OSMnx, read as ways: each edge a way of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.errors import MapError, shown
from swifteats_sim.streets.limits import FASTEST, KMH
from swifteats_sim.streets.roads import SPEEDS, Rules, rules
from swifteats_sim.streets.ways import Ways, check_degrees

if TYPE_CHECKING:
    import networkx as nx

UNKNOWN = "unclassified"
"""What a street counts as in a graph that says nothing of roads."""
AT_NODE = 1e-3
"""Degrees from a line's end to its node at most: some hundred metres, as graphs are tidied by merging nodes."""


@dataclass(frozen=True)
class _Edge:
    """One edge: its ends' rows, what it permits, its length in m (NaN: not given), and its line in degrees, or none."""

    ends: tuple[int, int]
    rules: Rules
    length: float
    line: NDArray[np.float64] | None


def ways_of(source: Path | str, graph: nx.MultiDiGraph | nx.MultiGraph, about: Mapping[str, str]) -> Ways:
    """The ways for cars in a graph: nodes with `x` and `y` in degrees, edges with `highway`, `maxspeed`, `speed_kph`,
    `oneway`, `length` (m) and `geometry` (WKT or a LineString), as far as they are there. Errors: MapError.
    """
    nodes = list(graph)
    degrees = np.array([_place(source, node, data) for node, data in graph.nodes(data=True)]).reshape(-1, 2)
    check_degrees(source, degrees, lambda row: f"node {shown(str(nodes[row]), 40)}")
    edges = list(_edges(source, graph, degrees))
    if not edges:
        raise MapError(source, f"holds no street that cars may use ({len(nodes)} nodes)")
    inner = [edge.line[1:-1] if edge.line is not None else np.empty((0, 2)) for edge in edges]
    between, number = _shared(edges, inner)
    everywhere = np.concatenate((degrees, between))
    check_degrees(source, everywhere, lambda row: "geometry")
    bounds = np.cumsum([0, *map(len, inner)]).tolist()
    points = [
        point
        for edge, (first, end) in zip(edges, pairwise(bounds), strict=True)
        for point in (edge.ends[0], *(len(degrees) + number[first:end]).tolist(), edge.ends[1])
    ]
    return Ways.of(
        everywhere, [len(line) + 2 for line in inner], np.array(points, np.int64), [edge.rules for edge in edges],
        np.array([edge.length for edge in edges]), about,
    )  # fmt: skip


def _shared(edges: list[_Edge], inner: list[NDArray[np.float64]]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The points between nodes, each once for both directions of a street, and the number of each of `inner`."""
    of = np.repeat(np.sort([edge.ends for edge in edges], axis=1), [len(line) for line in inner], axis=0)
    points, number = np.unique(np.column_stack((of, np.concatenate(inner))), axis=0, return_inverse=True)
    return points[:, 2:], number.reshape(-1)


def _place(source: Path | str, node: object, data: Mapping[str, Any]) -> tuple[float, float]:
    try:
        return float(data["x"]), float(data["y"])
    except KeyError as missing:
        raise MapError(source, f"has no {missing.args[0]}", f"node {shown(str(node), 40)}") from None
    except (TypeError, ValueError):
        raise MapError(source, "x and y must be numbers, in degrees", f"node {shown(str(node), 40)}") from None


def _edges(source: Path | str, graph: nx.MultiDiGraph | nx.MultiGraph, degrees: NDArray[np.float64]) -> Iterator[_Edge]:
    row = {node: number for number, node in enumerate(graph)}
    directed = graph.is_directed()
    for tail, head, data in graph.edges(data=True):
        allowed = _rules(data, directed)
        if allowed is None or (tail == head and "geometry" not in data):
            continue
        key = f"edge {shown(str(tail), 40)} -> {shown(str(head), 40)}"
        ends = row[tail], row[head]
        yield _Edge(ends, allowed, _length(source, key, data), _line(source, key, data, degrees[list(ends)]))


def _rules(data: Mapping[str, Any], directed: bool) -> Rules | None:
    """A directed edge permits its own direction; the other one is another edge."""
    tags = {key: _text(value) for key, value in data.items() if key != "geometry"}
    highways = re.split(r"[;|,]", tags.get("highway", UNKNOWN))
    tags["highway"] = next((name for name in map(_bare, highways) if name in SPEEDS), "")
    oneway = tags.pop("oneway", "no").lower()
    found = rules({**tags, "oneway": "no" if directed else oneway, "junction": ""})
    if found is None:
        return None
    stated = _number(tags.get("speed_kph")) * KMH
    if 0 < stated <= FASTEST:
        found = replace(found, forward=found.forward and stated, backward=found.backward and stated, tagged=True)
    return replace(found, backward=0.0) if directed else found


def _length(source: Path | str, key: str, data: Mapping[str, Any]) -> float:
    """As given; NaN where it is not, and is to be measured."""
    if data.get("length") in (None, ""):
        return np.nan
    length = _number(data["length"])
    if not 0 <= length < np.inf:
        raise MapError(source, f"length {shown(data['length'])}: must be metres, from 0 up, or left out", key)
    return length


def _line(
    source: Path | str, key: str, data: Mapping[str, Any], ends: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Its points from tail to head; None where it has no geometry. That of an undirected edge may run either way."""
    if data.get("geometry") in (None, ""):
        return None
    points = _coordinates(data["geometry"])
    if len(points) < 2:
        told = shown(str(data["geometry"]), 60)
        raise MapError(source, f"geometry {told}: must be a LINESTRING of 2 points or more", key)
    points = min(points, points[::-1], key=lambda line: float(np.abs(line[0] - ends[0]).sum()))
    if np.abs(points[[0, -1]] - ends).max() > AT_NODE:
        raise MapError(source, "geometry: must begin and end at the edge's nodes", key)
    return points


def _coordinates(geometry: object) -> NDArray[np.float64]:
    """Of a LineString, or of one as WKT, float64[points, 2]; no points where it is none."""
    import shapely

    try:
        with np.errstate(invalid="ignore"):  # NaN is refused later, with the others
            line = shapely.from_wkt(geometry) if isinstance(geometry, str) else geometry
    except shapely.errors.ShapelyError:
        line = None
    is_line = isinstance(line, shapely.LineString)
    points: NDArray[np.float64] = shapely.get_coordinates(line) if is_line else np.empty((0, 2))
    return points


def _text(value: object) -> str:
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _bare(name: str) -> str:
    return name.strip(" []'\"")


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return np.nan

"""Small streets, written as the formats that maps are built from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.sources import Form, build
from swifteats_sim.streets.street_map import StreetMap

HELSINKI = Path(__file__).parents[1] / "data/helsinki.osm.pbf"
HOME = {"highway": "residential"}
ROW = [(1, 64.0, -21.0), (2, 64.001, -21.0), (3, 64.002, -21.0)]
"""Three nodes, each 111.5 m north of the one before."""

Node = tuple[object, object, object]
Way = tuple[Iterable[int], Mapping[str, str]]


def osm(nodes: Iterable[Node], ways: Iterable[Way]) -> str:
    """An `.osm` file with these nodes (id, latitude, longitude) and ways (nodes, tags)."""
    points = "".join(f'<node id="{node}" lat="{lat}" lon="{lon}"/>' for node, lat, lon in nodes)
    lines = "".join(
        f'<way id="{number}">'
        + "".join(f'<nd ref="{node}"/>' for node in refs)
        + "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        + "</way>"
        for number, (refs, tags) in enumerate(ways, 1)
    )
    return f'<osm version="0.6">{points}{lines}</osm>'


def graphml(
    nodes: Mapping[str, Mapping[str, object]],
    edges: Iterable[tuple[str, str, Mapping[str, object]]],
    default: str = "directed",
) -> str:
    """A GraphML file with these nodes and edges, all attributes text, as OSMnx saves them."""
    edges = list(edges)
    named = {"node": {key for data in nodes.values() for key in data}, "edge": {key for *_, d in edges for key in d}}
    keys = "".join(
        f'<key id="{kind}-{key}" for="{kind}" attr.name="{key}" attr.type="string"/>'
        for kind, found in named.items()
        for key in sorted(found)
    )
    body = "".join(f'<node id="{node}">{_data("node", data)}</node>' for node, data in nodes.items())
    body += "".join(f'<edge source="{tail}" target="{head}">{_data("edge", data)}</edge>' for tail, head, data in edges)
    space = "http://graphml.graphdrawing.org/xmlns"
    return f'<graphml xmlns="{space}">{keys}<graph edgedefault="{default}">{body}</graph></graphml>'


def _data(kind: str, data: Mapping[str, object]) -> str:
    return "".join(f'<data key="{kind}-{key}">{value}</data>' for key, value in data.items())


def map_of(folder: Path, nodes: Iterable[Node], ways: Iterable[Way], **options: object) -> StreetMap:
    """The map built from an `.osm` file with these."""
    path = folder / "small.osm"
    path.write_text(osm(nodes, ways), encoding="utf-8")
    return build(Form.OSM, str(path), "small", **options)  # type: ignore[arg-type]


def directions(streets: StreetMap) -> set[tuple[tuple[float, float], tuple[float, float]]]:
    """Each arc as (latitude, longitude) of its ends."""
    ends: NDArray[np.float64] = streets.degrees[:, ::-1]
    pairs = zip(ends[streets.tail].tolist(), ends[streets.head].tolist(), strict=True)
    return {((a[0], a[1]), (b[0], b[1])) for a, b in pairs}


def seconds_between(streets: StreetMap, sources: NDArray[np.integer] | list[int]) -> NDArray[np.float64]:
    """Shortest times from these nodes to all, float64[sources, nodes], by scipy."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    size = (streets.nodes, streets.nodes)
    graph = csr_array((streets.length / streets.speed, (streets.tail, streets.head)), shape=size)
    found: NDArray[np.float64] = dijkstra(graph, indices=sources)
    return found

"""GraphML as OSMnx saves it, read by networkx."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from swifteats_sim.streets.errors import MapError, shown
from swifteats_sim.streets.graph_ways import ways_of
from swifteats_sim.streets.prologue import check_xml
from swifteats_sim.streets.reading_osm import LICENCE
from swifteats_sim.streets.street_map import COPYRIGHT
from swifteats_sim.streets.ways import Tell, Ways

if TYPE_CHECKING:
    import networkx as nx

MAKER = "OSMnx"
MOST_BYTES = 500_000_000
"""Held in memory as a whole, with all its words: a larger one is to be cut, or given as .pbf."""


def read_graphml(path: Path, tell: Tell) -> Ways:
    """The ways for cars in a GraphML file. Errors: MapError."""
    import networkx as nx

    check_xml(path, "graphml")
    if path.stat().st_size > MOST_BYTES:
        raise MapError(path, f"is larger than {MOST_BYTES // 10**6} MB: cut it, or give the .pbf it was made from")
    tell("reading the graph")
    try:
        graph = nx.read_graphml(path, force_multigraph=True)
    except ParseError as error:
        raise MapError(path, f"is no XML: {error}") from None
    except (nx.NetworkXException, KeyError, ValueError, TypeError, AttributeError) as error:
        raise MapError(path, f"cannot be read as GraphML: {shown(str(error))}") from None
    _check_nodes(path, graph)
    return ways_of(path, graph, _about(graph))


def _check_nodes(path: Path, graph: nx.MultiDiGraph | nx.MultiGraph) -> None:
    if not len(graph):
        raise MapError(path, "has 0 nodes")
    bare = next((node for node, data in graph.nodes(data=True) if not data), None)
    if bare is not None:
        raise MapError(path, "is named by an edge, and has no coordinates", f"node {shown(str(bare), 40)}")


def _about(graph: nx.MultiDiGraph | nx.MultiGraph) -> dict[str, str]:
    """Whose data it is: what OSMnx has made comes from OpenStreetMap, of other graphs nothing is known."""
    by = str(graph.graph.get("created_with", ""))
    if not by.startswith(MAKER):
        return {"attribution": ""}
    written = str(graph.graph.get("created_date", ""))
    about = {"attribution": COPYRIGHT, "licence": LICENCE, "made_with": by}
    return {**about, "source_written": written} if written else about

"""OpenStreetMap's own files, `.pbf` and `.osm`, read by osmium in two passes: ways for cars, then their nodes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.errors import MapError
from swifteats_sim.streets.prologue import check_pbf, check_xml
from swifteats_sim.streets.roads import Rules, rules
from swifteats_sim.streets.street_map import COPYRIGHT
from swifteats_sim.streets.ways import MISSING, Tell, Ways, check_degrees

if TYPE_CHECKING:
    import osmium

LICENCE = "Open Database License 1.0, https://opendatacommons.org/licenses/odbl/1-0/"
PBF, XML = "pbf", "osm"
EVERY = 65_536
"""Ways or nodes between two messages."""


def read_osm(path: Path, form: str, tell: Tell) -> Ways:
    """The ways for cars in a file of this form, `pbf` or `osm`. Errors: MapError."""
    import osmium

    (check_pbf if form == PBF else check_xml)(path)
    file = osmium.io.File(str(path), form)
    try:
        about = _about(file)
        counts, refs, found = _ways(file, tell)
        nodes = np.unique(refs)
        places = _nodes(file, nodes, tell)
    except (RuntimeError, ValueError, OSError) as error:
        raise MapError(path, f"cannot be read as .{form}: {_reason(error)}") from None
    _check(path, places, nodes, counts)
    there = ~np.isnan(places[:, 0])
    check_degrees(path, places[there], nodes[there])
    row = np.where(there, np.cumsum(there) - 1, MISSING)
    missing = str(int((~there).sum()))
    return Ways.of(
        places[there], counts, row[np.searchsorted(nodes, refs)], found, about={**about, "nodes_missing": missing}
    )


def _about(file: osmium.io.File) -> dict[str, str]:
    import osmium

    reader = osmium.io.Reader(file)
    header = reader.header()
    reader.close()
    written = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    about = {"attribution": COPYRIGHT, "licence": LICENCE}
    return {**about, "source_written": written} if written else about


def _ways(file: osmium.io.File, tell: Tell) -> tuple[list[int], NDArray[np.int64], list[Rules]]:
    """How many nodes each way for cars has, their ids, and its rules."""
    import osmium

    counts: list[int] = []
    refs: list[int] = []
    found: list[Rules] = []
    roads = osmium.FileProcessor(file, osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    for seen, way in enumerate(roads):
        if seen % EVERY == 0:
            tell(f"reading ways: {len(counts)} for cars")
        allowed = rules(dict(way.tags))
        if allowed and isinstance(way, osmium.osm.Way) and len(way.nodes) > 1:
            counts.append(len(way.nodes))
            refs.extend(node.ref for node in way.nodes)
            found.append(allowed)
    return counts, np.array(refs, np.int64), found


def _nodes(file: osmium.io.File, nodes: NDArray[np.int64], tell: Tell) -> NDArray[np.float64]:
    """Longitude and latitude of these, float64[nodes, 2]; NaN for those that the file does not hold."""
    import osmium

    places = np.full((len(nodes), 2), np.nan)
    row_of = {node: row for row, node in enumerate(nodes.tolist())}
    wanted = osmium.filter.IdFilter(nodes.tolist())
    for seen, node in enumerate(osmium.FileProcessor(file, osmium.osm.NODE).with_filter(wanted)):
        if seen % EVERY == 0:
            tell(f"reading nodes: {seen} of {len(nodes)}")
        if isinstance(node, osmium.osm.Node):
            where = node.location
            places[row_of[node.id]] = where.lon_without_check(), where.lat_without_check()
    return places


def _check(path: Path, places: NDArray[np.float64], nodes: NDArray[np.int64], counts: list[int]) -> None:
    if not counts:
        raise MapError(path, "holds no street that cars may use")
    missing = int(np.isnan(places[:, 0]).sum())
    if 2 * missing > len(nodes):
        raise MapError(path, f"{missing} of the {len(nodes)} nodes that its streets name are not in it")


def _reason(error: Exception) -> str:
    return str(error).strip().splitlines()[0].lower() if str(error).strip() else "damaged"

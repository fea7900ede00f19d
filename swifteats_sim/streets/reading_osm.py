"""OpenStreetMap's own files, `.pbf` and `.osm`, read by osmium: ways for cars with the places of their nodes."""

from __future__ import annotations

from array import array
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
UNKNOWN = 2**31 - 1
"""osmium's coordinate of a node that it has not met."""
INDEX = "sparse_mem_array"
"""Where osmium keeps the places of nodes: 16 bytes for each in the file, however large their ids."""
EVERY = 16_384
"""Ways between two messages."""


def read_osm(path: Path, form: str, tell: Tell) -> Ways:
    """The ways for cars in a file of this form, `pbf` or `osm`. Errors: MapError."""
    import osmium

    (check_pbf if form == PBF else check_xml)(path)
    file = osmium.io.File(str(path), form)
    try:
        about = _about(file)
        counts, nodes, places, found = _ways(file, tell)
    except (RuntimeError, ValueError, OSError, osmium.InvalidLocationError) as error:
        raise MapError(path, f"cannot be read as .{form}: {_reason(error)}") from None
    if not counts:
        raise MapError(path, "holds no street that cars may use")
    known, first, row = np.unique(nodes, return_index=True, return_inverse=True)
    degrees = places[first]
    there = np.isfinite(degrees[:, 0])
    if 2 * there.sum() < len(known):
        missing = len(known) - int(there.sum())
        raise MapError(path, f"{missing} of the {len(known)} nodes that its streets name are not in it before them")
    check_degrees(path, degrees[there], lambda row: f"node {known[there][row]}")
    kept = np.where(there, np.cumsum(there) - 1, MISSING)
    about["nodes_missing"] = str(int((~there).sum()))
    return Ways.of(degrees[there], counts, kept[row], found, about=about)


def _about(file: osmium.io.File) -> dict[str, str]:
    import osmium

    reader = osmium.io.Reader(file)
    header = reader.header()
    reader.close()
    written = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    about = {"attribution": COPYRIGHT, "licence": LICENCE}
    return {**about, "source_written": written} if written else about


def _ways(file: osmium.io.File, tell: Tell) -> tuple[list[int], NDArray[np.int64], NDArray[np.float64], list[Rules]]:
    """How many nodes each way for cars has, their ids and places (NaN where the file has none), and its rules."""
    import osmium

    counts: list[int] = []
    nodes, places = array("q"), array("d")
    found: list[Rules] = []
    tell("reading nodes")
    both = osmium.osm.NODE | osmium.osm.WAY
    ways = (
        osmium.FileProcessor(file, both).with_locations(INDEX).with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    )
    for seen, way in enumerate(ways.with_filter(osmium.filter.KeyFilter("highway"))):
        if seen % EVERY == 0:
            tell(f"reading ways: {len(counts)} for cars")
        allowed = rules(dict(way.tags))
        if allowed and isinstance(way, osmium.osm.Way) and len(way.nodes) > 1:
            counts.append(len(way.nodes))
            found.append(allowed)
            for node in way.nodes:
                nodes.append(node.ref)
                places.extend(_place(node.location))
    return counts, np.array(nodes, np.int64), np.array(places).reshape(-1, 2), found


def _place(location: osmium.osm.Location) -> tuple[float, float]:
    """Longitude and latitude, also those that are none on Earth; NaN where there are none."""
    known = location.x != UNKNOWN
    return (location.lon_without_check(), location.lat_without_check()) if known else (np.nan, np.nan)


def _reason(error: Exception) -> str:
    return str(error).strip().splitlines()[0].lower() if str(error).strip() else "damaged"

"""The four things that a map can be built from, and what is said of each in the map's provenance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

from swifteats_sim import __version__
from swifteats_sim.streets.building import built
from swifteats_sim.streets.errors import printable
from swifteats_sim.streets.prologue import check_file
from swifteats_sim.streets.street_map import ROADS, StreetMap
from swifteats_sim.streets.ways import Box, Tell, Ways

SERVICE = ROADS.index("service")


class Form(StrEnum):
    """Of what a map is built from; the names of `map build`'s options."""

    PBF = "pbf"
    OSM = "osm"
    GRAPHML = "graphml"
    PLACE = "place"


READERS = {Form.PBF: "osmium", Form.OSM: "osmium", Form.GRAPHML: "networkx", Form.PLACE: "osmnx"}
RECKONERS = ("numpy", "pyproj", "scipy")


def build(
    form: Form,
    source: str,
    name: str,
    box: Box | None = None,
    service: bool = False,
    attribution: str | None = None,
    tell: Tell = lambda doing: None,
) -> StreetMap:
    """A map of the streets in a file, or in a place.

    source : the file's path, or the place's name. box : to cut the map to. service : whether to keep service roads,
    which lead to yards and doors. attribution : to print with the map instead of what the source says. tell : is told
    what is being done. Errors: MapError.
    """
    if form is not Form.PLACE:
        check_file(Path(source))
    ways = _read(form, source, tell)
    if not service:
        ways = without_service(ways)
    about = {"attribution": "", **_about(form, source, service, tell), **ways.about}
    if attribution is not None:
        about["attribution"] = attribution
    return built(name, source, replace(ways, about=about), box, tell)


def without_service(ways: Ways) -> Ways:
    """The same, with no service road open to anyone."""
    public = ways.road != SERVICE
    return replace(ways, forward=ways.forward * public, backward=ways.backward * public)


def _read(form: Form, source: str, tell: Tell) -> Ways:
    if form is Form.PLACE:
        from swifteats_sim.streets.reading_place import read_place

        return read_place(source, tell)
    if form is Form.GRAPHML:
        from swifteats_sim.streets.reading_graphml import read_graphml

        return read_graphml(Path(source), tell)
    from swifteats_sim.streets.reading_osm import read_osm

    return read_osm(Path(source), form, tell)


def _about(form: Form, source: str, service: bool, tell: Tell) -> Mapping[str, str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in (READERS[form], *RECKONERS))
    about = {
        "built_by": f"swifteats-sim {__version__}",
        "libraries": libraries,
        "service_roads": "yes" if service else "no",
    }
    if form is Form.PLACE:
        return {"source": f"place: {printable(source)}", **about}
    tell("reading the file once for its fingerprint")
    with Path(source).open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return {"source": printable(Path(source).name), "sha256": digest, **about}

"""What `map` commands make of their options before any work begins."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from swifteats_sim.streets.bundled import find_map
from swifteats_sim.streets.checking import NAME_RULE, is_name
from swifteats_sim.streets.errors import MapError, shown
from swifteats_sim.streets.sources import Form, build
from swifteats_sim.streets.street_map import StreetMap
from swifteats_sim.streets.ways import Box, Tell

ENDINGS = (".pbf", ".osm", ".xml", ".graphml")


@contextmanager
def telling(quiet: bool) -> Iterator[Tell]:
    """What is being done, in one line of stderr that vanishes; nothing where that is no terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda doing: None
        return
    with console.status("starting") as status:
        yield lambda doing: status.update(doing.replace("[", r"\["))


def box_of(text: str | None) -> Box | None:
    """`W,S,E,N`. Errors: MapError."""
    if text is None:
        return None
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise MapError("--bbox", f"{shown(text)}: must be four numbers, west,south,east,north") from None
    if not (abs(west) <= 180 and abs(east) <= 180 and -90 <= south < north <= 90 and west != east):
        rule = "must be degrees, west,south,east,north, with south below north"
        raise MapError("--bbox", f"{shown(text)}: {rule}")
    return west, south, east, north


def name_of(name: str | None, form: str, source: str) -> str:
    """The map's name: what was asked for, or made of its source. Errors: MapError for one that could be no file's."""
    if name is not None:
        if not is_name(name):
            raise MapError("--name", f"{shown(name)}: {NAME_RULE}")
        return name
    stem = f"grid-{source}" if form == "grid" else source if form == "place" else Path(source).name
    while Path(stem).suffix in ENDINGS:
        stem = Path(stem).stem
    made = re.sub(r"[^\w]+", "-", stem.lower()).strip("-")[:95] or "map"
    return made if is_name(made) else f"map-{made}"


def made(
    form: str,
    source: str,
    name: str,
    area: float | None,
    box: Box | None,
    service: bool,
    attribution: str | None,
    tell: Tell,
) -> StreetMap:
    """The map that was asked for. Errors: MapError."""
    if form == "grid":
        if box is not None:
            raise MapError("--bbox", "a synthetic city lies nowhere: say --area")
        return _grid(source, area, name)
    if area is not None:
        raise MapError("--area", "goes with --grid only")
    if attribution is not None and not attribution.isprintable():
        raise MapError("--attribution", f"{shown(attribution)}: must be text on one line")
    return build(Form(form), source, name, box, service, attribution, tell)


def _grid(kind: str, area: float | None, name: str) -> StreetMap:
    from swifteats_sim.streets.grid import Density, grid_map

    if kind not in list(Density):
        raise MapError("--grid", f"{shown(kind)}: must be {' or '.join(Density)}")
    if area is None:
        raise MapError("--grid", "say how large with --area, in square kilometres")
    try:
        return replace(grid_map(kind, area), name=name)
    except ValueError as error:
        raise MapError("--area", str(error)) from None


def writable(out: Path, force: bool) -> None:
    """That this file may be written. Errors: MapError if there is one already, unless forced."""
    if out.is_dir():
        raise MapError(f"--out {out}", "is a folder: name a file")
    if out.exists() and not force:
        raise MapError(f"--out {out}", "is there already; --force overwrites it")


def copied(name: str, out: Path | None, force: bool) -> Path:
    """A bundled map, copied to a file if one is named. Errors: MapError."""
    found = find_map(name)
    if out is None:
        return found
    out = out / found.name if out.is_dir() else out
    writable(out, force)
    aside = out.with_name(f".{out.name}.part")
    try:
        shutil.copyfile(found, aside)
        aside.replace(out)
    except OSError as error:
        raise MapError(f"--out {out}", error.strerror or str(error)) from None
    finally:
        aside.unlink(missing_ok=True)
    return out

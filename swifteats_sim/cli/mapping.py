"""The commands about maps: build, show, fetch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, Optional

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, folder_ready, orderly, say

if TYPE_CHECKING:
    from swifteats_sim.streets.street_map import StreetMap


class By(StrEnum):
    """What `--by` may be: see `swifteats_sim.streets.drawing.By`, which takes longer to import than to say."""

    ROAD = "road"
    SPEED = "speed"


maps = typer.Typer(help="Build, look at and find maps of streets.", no_args_is_help=True)

Source = Annotated[Optional[Path], typer.Option(metavar="FILE", help="OpenStreetMap extract, .osm.pbf.")]  # noqa: UP045
Xml = Annotated[Optional[Path], typer.Option(metavar="FILE", help="OpenStreetMap extract, .osm (XML).")]  # noqa: UP045
Graph = Annotated[Optional[Path], typer.Option(metavar="FILE", help="GraphML as OSMnx saves it.")]  # noqa: UP045
Place = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(metavar="NAME", help="A place by its name. Needs the network: OSMnx asks OpenStreetMap's servers."),
]
Grid = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(metavar="KIND", help="A synthetic city, dense or sparse; --area says how large."),
]
Text = Optional[str]  # noqa: UP045


@contextmanager
def answering() -> Iterator[None]:
    """`orderly`, with one line and exit 2 also for a map that cannot be used."""
    from swifteats_sim.streets.errors import MapError

    with orderly():
        try:
            yield
        except MapError as error:
            say(str(error))
            raise typer.Exit(BAD_INPUT) from None


@maps.command()
def build(
    pbf: Source = None,
    osm: Xml = None,
    graphml: Graph = None,
    place: Place = None,
    grid: Grid = None,
    area: Annotated[Optional[float], typer.Option(metavar="KM2", help="With --grid: square kilometres.")] = None,  # noqa: UP045
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="FILE", help="File to write; maps/NAME.parquet unless said."),
    ] = None,
    bbox: Annotated[Text, typer.Option(metavar="W,S,E,N", help="Keep what lies in this box, in degrees.")] = None,
    name: Annotated[Text, typer.Option(help="The map's name; that of its source unless said.")] = None,
    service_roads: Annotated[
        bool, typer.Option("--service-roads", help="Keep service roads: to yards, shops, car parks.")
    ] = False,
    attribution: Annotated[Text, typer.Option(help="To print with the map, for data that do not say.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Build a map from exactly one source: a file, a place, or nothing but a density.

    Kept are streets for cars, in the largest part in which every place reaches each other one.
    """
    with answering():
        given = {"pbf": pbf, "osm": osm, "graphml": graphml, "place": place, "grid": grid}
        form, source = _only(given)
        from swifteats_sim.cli.map_building import box_of, made, name_of, telling, writable

        box, name = box_of(bbox), name_of(name, form, source)
        out = out or Path("maps") / f"{name}.parquet"
        writable(out, force)
        with folder_ready(out.parent), telling(quiet) as tell:
            streets = made(form, source, name, area, box, service_roads, attribution, tell)
            tell(f"writing {out}")
            _write(streets, out)
        _say_built(streets, out)


@maps.command()
def show(
    name: Annotated[str, typer.Argument(metavar="MAP", help="A map's name (`map fetch` lists them) or file.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the pictures.")] = Path("outputs"),
    by: Annotated[By, typer.Option(help="What colours stand for.")] = By.ROAD,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Draw a map to PNG and SVG, and print its numbers and where it comes from."""
    with answering():
        from swifteats_sim.cli.map_building import telling
        from swifteats_sim.cli.map_printing import print_map
        from swifteats_sim.streets.bundled import find_map
        from swifteats_sim.streets.errors import printable
        from swifteats_sim.streets.map_file import read_map

        streets = read_map(find_map(name))
        with folder_ready(out), telling(quiet) as tell:
            tell(f"drawing {streets.name}")
            pictures = _draw(streets, by, out)
        print_map(streets)
        for picture in pictures:
            typer.echo(f"picture: {printable(str(picture))}")


@maps.command()
def fetch(
    name: Annotated[Text, typer.Argument(metavar="[NAME]", help="A map that comes with the package.")] = None,
    out: Annotated[Optional[Path], typer.Option(metavar="FILE", help="Copy it to this file.")] = None,  # noqa: UP045
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """List the maps that come with the package, or copy one out."""
    with answering():
        from swifteats_sim.cli.map_building import copied
        from swifteats_sim.cli.map_printing import print_bundled

        if name is None:
            if out is not None:
                _refuse("--out: say which map to copy")
            print_bundled()
            return
        typer.echo(f"map: {copied(name, out, force)}")


def _only(given: dict[str, Path | str | None]) -> tuple[str, str]:
    """The one source that was given."""
    named = {key: value for key, value in given.items() if value is not None}
    if len(named) != 1:
        said = " and ".join(f"--{key}" for key in named) or "none"
        _refuse(f"map build: give exactly one of {', '.join(f'--{key}' for key in given)}; {said} given")
    ((form, source),) = named.items()
    return form, str(source)


def _write(streets: StreetMap, out: Path) -> None:
    from swifteats_sim.streets.map_file import write_map

    try:
        write_map(streets, out)
    except OSError as error:
        _refuse(f"--out {out}: {error.strerror or error}")


def _draw(streets: StreetMap, by: By, out: Path) -> tuple[Path, ...]:
    from swifteats_sim.streets import drawing

    try:
        return drawing.draw(streets, drawing.By(by.value), out)
    except OSError as error:
        _refuse(f"--out {out}: {error.strerror or error}")


def _say_built(streets: StreetMap, out: Path) -> None:
    from swifteats_sim.streets.errors import printable

    typer.echo(f"{streets.name}: {streets.nodes:,} nodes, {streets.arcs:,} arcs, {out.stat().st_size / 1e6:.1f} MB")
    if streets.provenance["attribution"]:
        typer.echo(streets.provenance["attribution"])
    typer.echo(f"map: {printable(str(out))}")


def _refuse(text: str) -> NoReturn:
    say(text)
    raise typer.Exit(BAD_INPUT)

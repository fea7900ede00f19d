"""A picture of a map, as PNG and SVG: streets by class or by speed, with scale, north and whose data it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.drawing_frame import frame
from swifteats_sim.streets.limits import KMH
from swifteats_sim.streets.statistics import has_opposite
from swifteats_sim.streets.street_map import StreetMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 200
MANY = 20_000
"""Arcs for which the pens below are as broad as they say."""


class By(StrEnum):
    """What colours stand for."""

    ROAD = "road"
    SPEED = "speed"


@dataclass(frozen=True)
class Pen:
    """How one kind of street is drawn: its name in the legend, colour, and width in points."""

    name: str
    colour: str
    width: float


ROAD_PENS = (
    Pen("motorway", "#b0304f", 1.9), Pen("trunk", "#d1495b", 1.7), Pen("primary", "#e8743b", 1.45),
    Pen("secondary", "#edae49", 1.2), Pen("tertiary", "#7a9e7e", 0.85), Pen("unclassified", "#8d99ae", 0.6),
    Pen("residential", "#5b7a99", 0.5), Pen("living street", "#6a4c93", 0.5), Pen("service", "#b8b8b8", 0.4),
    Pen("other", "#b8b8b8", 0.4),
)  # fmt: skip
"""One for each of ROADS."""
SPEED_STEPS = (20, 30, 40, 50, 60, 70, 80, 90)
"""km/h; a street is drawn with the pen of the step that it does not exceed."""
SPEED_COLOURS = ("#3b4cc0", "#5a78d8", "#7fa3e0", "#4aa3a2", "#58b368", "#e3b23c", "#ee8434", "#d1495b", "#99154e")
SPEED_WIDTHS = (0.5, 1.6)
"""Points, of the slowest and the fastest streets."""


def draw(streets: StreetMap, by: By, folder: Path) -> tuple[Path, Path]:
    """Write NAME.png and NAME.svg into a folder, and say where. Errors: OSError.

    Both are written aside first, so that what stands there is replaced, a link too, and never written through.
    """
    from matplotlib import rc_context

    figure = _figure(streets, by)
    with TemporaryDirectory(prefix=".", dir=folder) as aside:
        png, svg = (Path(aside) / f"{streets.name}.{form}" for form in ("png", "svg"))
        figure.savefig(png, dpi=DPI, metadata={"Software": None})
        with rc_context({"svg.hashsalt": streets.name, "svg.fonttype": "none"}):
            figure.savefig(svg, metadata={"Date": None, "Creator": None})
        svg.write_text(_terse(svg.read_text(encoding="utf-8")), encoding="utf-8")
        return png.replace(folder / png.name), svg.replace(folder / svg.name)


def _figure(streets: StreetMap, by: By) -> Figure:
    pens, of = _pens(streets, by)
    legend = [(pen.name, pen.colour, pen.width) for number, pen in enumerate(pens) if (of == number).any()]
    figure, axes = frame(streets, legend)
    once = ~has_opposite(streets) | (streets.tail < streets.head)
    for rank, number in enumerate(sorted(range(len(pens)), key=lambda number: pens[number].width)):
        _streets(axes, streets, once & (of == number), pens[number], rank)
    return figure


def _pens(streets: StreetMap, by: By) -> tuple[list[Pen], NDArray[np.integer]]:
    """The pens, and the number of each arc's own; broader where streets are few."""
    broader = float(np.clip((MANY / streets.arcs) ** 0.22, 0.75, 2.5))
    pens, of = (ROAD_PENS, streets.road) if by is By.ROAD else _speed_pens(streets)
    return [replace(pen, width=pen.width * broader) for pen in pens], of


def _speed_pens(streets: StreetMap) -> tuple[tuple[Pen, ...], NDArray[np.integer]]:
    """One for each step of speeds that the map has, their colours as far apart as can be."""
    steps, of = np.unique(np.searchsorted(np.array(SPEED_STEPS) * KMH + 1e-6, streets.speed), return_inverse=True)
    names = (f"to {SPEED_STEPS[0]} km/h", *(f"{low}-{high}" for low, high in pairwise(SPEED_STEPS)), "faster")
    spread = np.linspace(0, len(SPEED_COLOURS) - 1, len(steps)).round().astype(int).tolist()
    widths = np.linspace(*SPEED_WIDTHS, len(steps)).tolist()
    pens = zip(steps.tolist(), spread, widths, strict=True)
    return tuple(Pen(names[step], SPEED_COLOURS[colour], width) for step, colour, width in pens), of


def _streets(axes: Axes, streets: StreetMap, among: NDArray[np.bool_], pen: Pen, rank: int) -> None:
    """All of a kind as one path, which keeps the SVG small."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    sizes = np.diff(streets.begin)
    points = streets.shape[np.repeat(among, sizes)]
    codes = np.full(len(points), Outline.LINETO, np.uint8)
    ends = np.cumsum(sizes[among])
    codes[ends - sizes[among]] = Outline.MOVETO
    line = {"edgecolor": pen.colour, "linewidth": pen.width, "capstyle": "round", "joinstyle": "round"}
    axes.add_patch(PathPatch(Outline(points, codes), facecolor="none", zorder=2 + rank / 100, **line))


def _terse(svg: str) -> str:
    """The same with coordinates to a hundredth of a point."""
    return re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), svg)

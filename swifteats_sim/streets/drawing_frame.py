"""What stands around the streets of a picture: title, legend, scale, north, and whose data it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from swifteats_sim.streets.street_map import StreetMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAPER, INK, FAINT = "#faf8f3", "#22303c", "#6b7885"
WIDTH = 10.0
"""Inches; the height follows the map."""
FLATTEST, TALLEST = 0.45, 1.4
"""Height of the map's space over its width."""
HEADER, FOOTER, MARGIN = 0.85, 0.62, 0.35
"""Inches above, below and beside the map."""
AIR = 1.03
SCALES = tuple(step * 10**power for power in range(1, 6) for step in (1, 2, 5))
"""Metres that a scale bar may be long."""

Legend = Sequence[tuple[str, str, float]]
"""Name, colour and width in points of each kind of street."""


def frame(streets: StreetMap, legend: Legend) -> tuple[Figure, Axes]:
    """An empty picture of this map, and the space for its streets: metres, east to the right, north up."""
    from matplotlib.figure import Figure

    low, high = streets.shape.min(axis=0), streets.shape.max(axis=0)
    middle, spread = (low + high) / 2, np.maximum(high - low, 1.0) * AIR
    inner = WIDTH - 2 * MARGIN
    tall = float(np.clip(spread[1] / spread[0], FLATTEST, TALLEST)) * inner
    whole = tall + HEADER + FOOTER
    figure = Figure(figsize=(WIDTH, whole), facecolor=PAPER)
    axes = figure.add_axes((MARGIN / WIDTH, FOOTER / whole, inner / WIDTH, tall / whole))
    across = max(spread[0], spread[1] * inner / tall)
    half = np.array([across, across * tall / inner]) / 2
    axes.set(xlim=(middle[0] - half[0], middle[0] + half[0]), ylim=(middle[1] - half[1], middle[1] + half[1]))
    axes.set_aspect("equal")
    axes.axis("off")
    _title(figure, streets, whole)
    _legend(figure, legend, whole)
    _scale(figure, 2 * half[0] / inner, whole)
    _north(figure, whole)
    return figure, axes


def _title(figure: Figure, streets: StreetMap, whole: float) -> None:
    left, top = MARGIN / WIDTH, 1 - 0.28 / whole
    figure.text(left, top, streets.name, color=INK, fontsize=17, fontweight="bold", va="center")
    length = streets.length.sum() / 1000
    told = f"{streets.nodes:,} nodes, {streets.arcs:,} arcs, {length:,.0f} km of directed street"
    thanks = streets.provenance["attribution"]
    figure.text(left, 1 - 0.58 / whole, told, color=FAINT, fontsize=9, va="center")
    figure.text(1 - left, 0.2 / whole, thanks, color=FAINT, fontsize=8, ha="right", va="center", parse_math=False)


def _legend(figure: Figure, legend: Legend, whole: float) -> None:
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=colour, linewidth=2 * width, label=name) for name, colour, width in legend]
    figure.legend(
        handles=lines, loc="center right", bbox_to_anchor=(1 - (MARGIN + 0.35) / WIDTH, 1 - 0.42 / whole),
        frameon=False, ncols=(len(lines) + 1) // 2, fontsize=8, labelcolor=INK, handlelength=1.6, columnspacing=1.4,
        labelspacing=0.35,
    )  # fmt: skip


def _scale(figure: Figure, metres: float, whole: float) -> None:
    """A bar of a round length, a quarter of the picture at most. metres : of an inch."""
    from matplotlib.lines import Line2D

    most = metres * WIDTH / 4
    length = max((scale for scale in SCALES if scale <= most), default=SCALES[0])
    left, height = MARGIN / WIDTH, 0.2 / whole
    right, tick = left + length / metres / WIDTH, 0.06 / whole
    across = Line2D(
        [left, left, right, right], [height + tick, height, height, height + tick], color=INK, linewidth=1.2
    )
    figure.add_artist(across)
    told = f"{length // 1000:g} km" if length >= 1000 else f"{length:g} m"
    figure.text(right + 0.08 / WIDTH, height, told, color=INK, fontsize=8, va="center")


def _north(figure: Figure, whole: float) -> None:
    from matplotlib.patches import Polygon

    middle, foot, top = 1 - (MARGIN + 0.08) / WIDTH, 1 - 0.68 / whole, 1 - 0.34 / whole
    side = 0.075 / WIDTH
    arrow = [(middle - side, foot), (middle, top), (middle + side, foot), (middle, foot + 0.08 / whole)]
    figure.add_artist(Polygon(arrow, closed=True, facecolor=INK, transform=figure.transFigure))
    figure.text(middle, 1 - 0.22 / whole, "N", color=INK, fontsize=9, fontweight="bold", ha="center", va="center")

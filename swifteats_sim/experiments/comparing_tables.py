"""A comparison as a table: metrics that are judged first, then those that moved most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from swifteats_sim.experiments.comparing import Comparison, Contrast
from swifteats_sim.experiments.comparing_words import between, relatively, signed
from swifteats_sim.results.markdown import markdown_table
from swifteats_sim.scenario import format_value

if TYPE_CHECKING:
    from rich.table import Table

HEADER = ("metric", "A", "B", "B - A", "95 % interval", "of A")
MOST = 20
"""Rows at most, as long as there are not more metrics that are judged."""

WIDE = 120
"""Columns from which a metric's name fits a line."""


class Selection(NamedTuple):
    """What a table shows, and how many that moved it leaves out."""

    rows: tuple[Contrast, ...]
    left_out: int


def selected(comparison: Comparison, every: bool = False) -> Selection:
    """Judged metrics, then what moved beyond its interval by the size of its relative change; or all there are."""
    judged = comparison.of_targets()
    names = {each.metric for each in judged}
    others = [each for each in comparison.by_size() if each.metric not in names]
    if every:
        return Selection((*judged, *others), 0)
    moved = [each for each in others if each.stands_out]
    room = max(0, MOST - len(judged))
    return Selection((*judged, *moved[:room]), len(moved[room:]))


def comparison_markdown(rows: Sequence[Contrast]) -> str:
    """The rows as a Markdown table with aligned columns, ending in a newline."""
    return markdown_table(HEADER, [_cells(each) for each in rows])


def comparison_rich(rows: Sequence[Contrast], width: int) -> Table:
    """The rows as a table for `rich`: what moved is bold. width : columns of the terminal."""
    from rich.table import Table  # only a terminal needs it
    from rich.text import Text

    table = Table()
    for column, title in enumerate(HEADER):
        table.add_column(title, justify="right" if column else "left", no_wrap=not column)
    for each in rows:
        name, *numbers = _cells(each)
        style = "bold" if each.moved else ""
        cells = (name if width >= WIDE else _on_two_lines(name), *numbers)
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def _on_two_lines(metric: str) -> str:
    subject, quantity, statistic = metric.rsplit(".", 2)
    return f"{subject}.\n {quantity}.{statistic}"


def _cells(contrast: Contrast) -> tuple[str, ...]:
    unit, found = contrast.unit, contrast.difference
    interval = "none" if found.ci95 is None else between(*found.ci95, unit)
    values = (format_value(each.value, unit) for each in (contrast.a, contrast.b))
    return contrast.metric, *values, signed(found.value, unit), interval, relatively(contrast)

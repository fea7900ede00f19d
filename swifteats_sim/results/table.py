"""The verdict table, as Markdown for a document and as a coloured table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from swifteats_sim.results.markdown import markdown_table
from swifteats_sim.results.verdict import Judgement
from swifteats_sim.scenario.units import format_value

if TYPE_CHECKING:
    from rich.table import Table

HEADER = ("target", "value", "95 % interval", "verdict")

COLOURS = {"pass": "green", "fail": "bold red", "inconclusive": "yellow", "saturated": "bold magenta"}


def verdict_markdown(judgements: Sequence[Judgement]) -> str:
    """The verdicts as a Markdown table with aligned columns, ending in a newline."""
    return markdown_table(HEADER, [_cells(each) for each in judgements])


def verdict_rich(judgements: Sequence[Judgement]) -> Table:
    """The verdicts as a table for `rich`; the words say all that the colours do."""
    from rich.table import Table  # only a terminal needs it
    from rich.text import Text

    table = Table(*HEADER)
    for each in judgements:
        *plain, verdict = _cells(each)
        # Text, not str: a station's name is not markup.
        table.add_row(*(Text(cell) for cell in plain), Text(verdict, style=COLOURS[each.verdict]))
    return table


def _cells(judgement: Judgement) -> tuple[str, str, str, str]:
    value = "no data" if judgement.value is None else format_value(judgement.value, judgement.unit)
    return _target(judgement), value, _interval(judgement), _verdict(judgement)


def _target(judgement: Judgement) -> str:
    """As in "menu.latency p99 < 200 ms": the condition's text names the statistic."""
    return f"{judgement.target.metric.rpartition('.')[0]} {judgement.target.text}"


def _interval(judgement: Judgement) -> str:
    if judgement.ci95 is None:
        return "none"
    low, high = (format_value(end, judgement.unit) for end in judgement.ci95)
    return f"{low} to {high}"


def _verdict(judgement: Judgement) -> str:
    """The verdict, with the reason where the row does not show it."""
    if judgement.verdict in ("pass", "fail"):
        return judgement.verdict
    return f"{judgement.verdict}: {judgement.reason}"

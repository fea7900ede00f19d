"""Where an order's time goes: the parts of click-to-door over all replications, and what late orders have more of.

The deliveries of all replications are pooled: this describes them; targets are judged on `delivery.<part>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from swifteats_sim.results.markdown import markdown_table
from swifteats_sim.results.span import instants, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.why_late import PARTS, slowest, why_late
from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.units import format_value

if TYPE_CHECKING:
    from rich.table import Table

TITLE = "where an order's time goes"
HEADER = (TITLE, "mean", "p95", "share", "slowest tenth")
WHOLE = "click_to_door"


class PartOfTime(NamedTuple):
    """One part of the time from click to door.

    mean, p95 : s; share : of the mean of the whole; slowest : mean in the slowest tenth of orders, s.
    """

    part: str
    mean: float
    p95: float
    share: float
    slowest: float


def where_time_goes(runs: Sequence[Tables]) -> list[PartOfTime]:
    """The parts and their sum, of the orders delivered in the measured spans; nothing where there are none."""
    frames = [_measured(each) for each in runs]
    values = {name: np.concatenate([instants(frame, name) for frame in frames]) for name in (*PARTS, WHOLE)}
    whole = values[WHOLE]
    if not whole.sum():
        return []
    slow = slowest(whole)
    return [
        PartOfTime(
            name,
            float(each.mean()) / SECOND,
            float(np.quantile(each, 0.95)) / SECOND,
            float(each.sum() / whole.sum()),
            float(each[slow].mean()) / SECOND,
        )
        for name, each in values.items()
    ]


def parts_markdown(parts: Sequence[PartOfTime]) -> str:
    """The parts as a Markdown table with aligned columns, ending in a newline."""
    return markdown_table(HEADER, [_cells(each) for each in parts])


def parts_rich(parts: Sequence[PartOfTime]) -> Table:
    """The parts as a table for `rich`."""
    from rich.table import Table  # only a terminal needs it

    table = Table(*HEADER)
    for each in parts:
        table.add_row(*_cells(each))
    return table


def _measured(tables: Tables) -> pd.DataFrame:
    """The rows of `why_late` that were delivered in the measured span."""
    found = why_late(tables)
    return found[span_of(tables).holds(instants(found, "delivered"))]


def _cells(part: PartOfTime) -> tuple[str, ...]:
    mean, p95, slow = (format_value(each, "s") for each in (part.mean, part.p95, part.slowest))
    return part.part.replace("_", " "), mean, p95, format_value(round(part.share, 3), "ratio"), slow

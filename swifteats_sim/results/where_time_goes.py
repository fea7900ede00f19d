"""Where an order's time goes: the parts of click-to-door over all replications, and what late orders have more of.

The deliveries of all replications are pooled: this describes them; targets are judged on `delivery.<part>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swifteats_sim.results.markdown import markdown_table
from swifteats_sim.results.measure_orders import measure_orders
from swifteats_sim.results.span import instants
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.why_late import PARTS, measured_parts, slowest
from swifteats_sim.results.wording import listed, several, spell
from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.units import format_spells, format_value

if TYPE_CHECKING:
    from rich.table import Table

TITLE = "where an order's time goes"
HEADER = (TITLE, "mean", "p95", "share", "slowest tenth")
WHOLE = "click_to_door"
LONG_DEFERRAL = 60 * SECOND
"""Mean deferral from which it is said what goes on meanwhile."""


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
    frames = [measured_parts(each) for each in runs]
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


def parts_notes(runs: Sequence[Tables]) -> list[str]:
    """What must be known to read the table: of which orders it is, and what deferral is; nothing without a table."""
    told = sum(len(measured_parts(each)) for each in runs)
    if not told:
        return []
    return [f"Of {several(told, 'delivered order', 'delivered orders')}{_left_out(runs)}.", *_cooking_meanwhile(runs)]


def _left_out(runs: Sequence[Tables]) -> str:
    open_, failed, cancelled = (
        int(sum(measure_orders(each)[f"orders.{end}.count"] for each in runs))
        for end in ("in_flight", "failed", "cancelled")
    )
    others = [
        f"{count:,} {words}"
        for count, words in ((open_, "still open at the end"), (failed, "failed"), (cancelled, "cancelled"))
        if count
    ]
    return f". Not in it: {listed(others)}" if others else ""


def _cooking_meanwhile(runs: Sequence[Tables]) -> list[str]:
    """How much of the time in deferral the food was not ready: what switching it off would not save."""
    frames = [measured_parts(each) for each in runs]
    deferral = np.concatenate([instants(frame, "deferral") for frame in frames]).astype(np.float64)
    if deferral.mean() < LONG_DEFERRAL:
        return []
    cooked = np.concatenate([_not_ready(*each) for each in zip(runs, frames, strict=True)])
    meanwhile = float(np.minimum(deferral, cooked).mean())
    return [
        f"Deferral: for {spell(meanwhile / SECOND)} of its {spell(float(deferral.mean()) / SECOND)} the food was not "
        "ready yet. Without deferral a driver would be sent sooner, and wait at the restaurant."
    ]


def _not_ready(tables: Tables, parts: pd.DataFrame) -> NDArray[np.float64]:
    """From the payment until the food was ready, of each of these orders (ns)."""
    orders = tables.orders.set_index("order").loc[parts["order"]]
    cooked: NDArray[np.float64] = (instants(orders, "ready") - instants(orders, "paid")).astype(np.float64)
    return np.maximum(cooked, 0)


def _cells(part: PartOfTime) -> tuple[str, ...]:
    mean, p95, slow = format_spells((part.mean, part.p95, part.slowest))
    return part.part.replace("_", " "), mean, p95, format_value(round(part.share, 3), "ratio"), slow

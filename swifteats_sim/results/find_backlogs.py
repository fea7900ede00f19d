"""Findings about what heaps up: what still grows, what rose and stayed, and a city that is still filling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from swifteats_sim.results.evidence import Evidence, Finding
from swifteats_sim.results.filling import first_order, full_at
from swifteats_sim.results.names import backlog_words
from swifteats_sim.results.saturation import FEWEST_BLOCKS, Growth
from swifteats_sim.results.span import MINUTE, series_of, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.wording import pace, spell
from swifteats_sim.scenario.quantities import SECOND

ABOVE = 1.25
"""By which factor a level must lie above another to be another one, and by how many deviations of chance."""
CHANCE = 4.0
MATTERS = 0.05
"""Share of the span in which a city must still be filling for it to be said."""


class Hill(NamedTuple):
    """Orders of which kind there were as the span begins, at the worst minute, and at the end."""

    first: float
    worst: float
    last: float


def growing_backlogs(evidence: Evidence) -> Finding | None:
    """Which backlogs still grow, and how fast."""
    names = dict.fromkeys(backlog for each in evidence.growths for backlog in each)
    clauses = [
        _growing(backlog, growing, len(evidence.growths)) for backlog in names if (growing := evidence.growing(backlog))
    ]
    if not clauses:
        return None
    text = f"Saturated: {'; '.join(clauses)}. Values that depend on them would be others in a longer run."
    return Finding("saturation", text, ())


def _growing(backlog: str, growing: Sequence[Growth], replications: int) -> str:
    rate = pace(float(np.mean([each.per_minute for each in growing])) / 60)
    where = f" in {len(growing)} of {replications} replications" if replications > 1 else ""
    return f"{backlog_words(backlog)} grow by {rate}{where}"


def filling_city(evidence: Evidence) -> Finding | None:
    """A warm-up that is shorter than an order takes: what grows then may only be the city that fills."""
    tables, took = evidence.tables[0], evidence.mean("delivery.click_to_door.mean")
    if not tables.has_city or not len(tables.orders):
        return None
    unjudged = any(growth.filling for each in evidence.growths for growth in each.values())
    warm = max(0, tables.warmup - first_order(tables)) / SECOND
    full = max(full_at(each) - first_order(each) for each in evidence.tables) / SECOND
    short = took is not None and min(took, full) - warm > MATTERS * span_of(tables).seconds
    if not short and not unjudged:
        return None
    length = "nothing has been delivered yet" if took is None else f"an order takes {spell(took)} from click to door"
    text = (
        f"The city is still filling when the measured span begins, {spell(warm)} after the first order: {length}. Open "
        "orders grow for that alone, which is not held against the fleet. "
        f"After a warm-up of {spell(full)} the city is full."
    )
    return Finding("filling-city", text, ())


def risen_backlog(evidence: Evidence) -> Finding | None:
    """Open orders that rose in the span, and whether they came back; those that simply grow are told elsewhere."""
    if not evidence.tables[0].has_city or evidence.growing("open_orders"):
        return None
    hills = [hill for each in evidence.tables if (hill := _hills(each)) is not None]
    if not hills:
        return None
    minute = float(np.mean([each[0] for each in hills]))
    opened, bare = (Hill(*np.mean([each[kind] for each in hills], axis=0).tolist()) for kind in (1, 2))
    stays = _is_above(opened.last, opened.first)
    if not stays and not _is_above(opened.worst, max(opened.first, opened.last)):
        return None
    text = (
        f"Open orders: {opened.first:,.0f} at first, {opened.worst:,.0f} at the worst (minute {minute:,.0f}), "
        f"{opened.last:,.0f} at the end; without a driver {bare.first:,.0f}, {bare.worst:,.0f} and {bare.last:,.0f}. "
        f"{'They have not come back' if stays else 'They have come back'}."
    )
    return Finding("risen-backlog", text, ("#4",))


def _is_above(level: float, other: float) -> bool:
    return level > ABOVE * other + CHANCE * math.sqrt(max(other, 1.0))


def _hills(tables: Tables) -> tuple[float, Hill, Hill] | None:
    """The minute of the most open orders, and the levels of the open ones and of those without a driver."""
    at = series_of(tables, "at")
    inside = (at >= max(tables.warmup, full_at(tables))) & (at <= tables.end)
    opened, bare = series_of(tables, "open_orders"), series_of(tables, "unassigned_orders")
    if inside.sum() <= FEWEST_BLOCKS or not opened.size or not bare.size:
        return None
    opened, bare = opened[inside], np.maximum(bare[inside], 0)
    worst = int(opened.argmax())
    return (
        float(at[inside][worst]) / MINUTE,
        Hill(opened[0], opened[worst], opened[-1]),
        Hill(bare[0], bare[worst], bare[-1]),
    )

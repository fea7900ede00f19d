"""Metrics of orders: how many ended how, and how long each part of their life took."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swifteats_sim.results.span import Span, describe, instants, ratio, span_of, text
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND

OVERDUE = 3600 * SECOND
"""An order that is open for longer than this is not completed, whatever becomes of it (mdrplib: target 40 min).

Nor is one that is stranded, however short a time.
"""

SPELLS = (
    ("order.latency", "placed", "answered"),
    ("assignment.latency", "eligible", "assigned"),
    ("assignment.since_payment", "paid", "assigned"),
    ("delivery.click_to_door", "placed", "delivered"),
    ("delivery.preparation", "placed", "ready"),
    ("delivery.food_wait", "ready", "picked_up"),
    ("kitchen.wait", "accepted", "cooking"),
)
"""Quantities that are the time from one instant of an order to a later one."""


def measure_orders(tables: Tables) -> dict[str, float]:
    """Every order metric the tables can answer, in SI units.

    A spell counts when its last instant falls in the measured span, wherever it began: orders still under way
    when the span opens are part of what the span shows.
    """
    span = span_of(tables)
    metrics = _counts(tables.orders, span)
    taken = tables.orders[instants(tables.orders, "paid") >= 0]  # a quick refusal must not flatter a latency
    for name, first, last in SPELLS:
        metrics.update(_spell(taken, span, name, first, last))
    metrics.update(_promises(tables.orders, span))
    return metrics


def _counts(orders: pd.DataFrame, span: Span) -> dict[str, float]:
    placed, closed, state = instants(orders, "placed"), instants(orders, "closed"), text(orders, "state")
    ended, reason = span.holds(closed), text(orders, "reason")
    delivered, failed, cancelled = (
        int((ended & (state == each)).sum()) for each in ("delivered", "failed", "cancelled")
    )
    offered = int(span.holds(placed).sum())
    # An order placed in the warm-up may still be open, and so is one that closes at the very end.
    open_at_end = (placed >= 0) & (placed < span.end) & ((closed < 0) | (closed >= span.end))
    lost = open_at_end & ((placed < span.end - OVERDUE) | (instants(orders, "stranded") > 0))
    carried_in = (placed < span.start) & ((closed < 0) | (closed >= span.start))
    return {
        "orders.carried_in.count": float(carried_in.sum()),
        "orders.offered.rate": offered / span.seconds,
        "orders.placed.count": float(offered),
        "orders.delivered.count": float(delivered),
        "orders.delivered.rate": delivered / span.seconds,
        "orders.failed.count": float(failed),
        "orders.cancelled.count": float(cancelled),
        "orders.unpaid.count": float((ended & (reason == "unpaid")).sum()),
        "orders.sold_out.count": float((ended & (reason == "sold_out")).sum()),
        "orders.duplicated.count": float((span.holds(placed) & (instants(orders, "twin_of") >= 0)).sum()),
        "orders.in_flight.count": float(open_at_end.sum()),
        **ratio("orders.completion", delivered, delivered + failed + cancelled + int(lost.sum())),
    }


def _spell(orders: pd.DataFrame, span: Span, name: str, first: str, last: str) -> dict[str, float]:
    begin, finish = instants(orders, first), instants(orders, last)
    known = span.holds(finish) & (begin >= 0)
    return describe(name, (finish - begin)[known])


def _promises(orders: pd.DataFrame, span: Span) -> dict[str, float]:
    delivered, promised = instants(orders, "delivered"), instants(orders, "promised")
    known = span.holds(delivered) & (promised >= 0)
    late = np.maximum(delivered - promised, 0)[known]
    return {
        **describe("delivery.lateness", late),
        **ratio("delivery.on_time", int((late == 0).sum()), late.size),
    }

"""Metrics of the parts that an order's time from click to door is made of."""

from __future__ import annotations

from swifteats_sim.results.span import describe, instants, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.why_late import PARTS, why_late


def measure_parts(tables: Tables) -> dict[str, float]:
    """Every part of `why_late` as a distribution, over the orders delivered in the measured span."""
    parts = why_late(tables)
    delivered = span_of(tables).holds(instants(parts, "delivered"))
    metrics: dict[str, float] = {}
    for part in PARTS:
        metrics.update(describe(f"delivery.{part}", instants(parts, part)[delivered]))
    return metrics

"""Metrics of the parts that an order's time from click to door is made of."""

from __future__ import annotations

from swifteats_sim.results.span import describe, instants
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.why_late import PARTS, measured_parts


def measure_parts(tables: Tables) -> dict[str, float]:
    """Every part of `why_late` as a distribution, over the orders delivered in the measured span."""
    parts = measured_parts(tables)
    metrics: dict[str, float] = {}
    for part in PARTS:
        metrics.update(describe(f"delivery.{part}", instants(parts, part)))
    return metrics

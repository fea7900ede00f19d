"""Metrics that a run counts over its whole length: an item oversold in the warm-up is oversold."""

from __future__ import annotations

from swifteats_sim.results.span import ratio
from swifteats_sim.results.tables import Tables

TOTALS = {
    "assignment.double.count": "double_assignments",
    "assignment.rivals.count": "rivals",
    "assignment.stranded.count": "stranded",
    "assignment.lost.count": "lost_requests",
    "inventory.oversold.count": "oversold",
    "inventory.leaked.count": "leaked",
    "inventory.waited.count": "reserve_waits",
    "inventory.replenished.count": "replenished",
    "inventory.low.count": "low_stock",
}
"""The count of the record behind each metric."""


def measure_counts(tables: Tables) -> dict[str, float]:
    """Lost races, broken guards and what the platform lost track of; a record without a count has no metric of it."""
    counts = tables.counts
    return {
        **{name: float(counts[key]) for name, key in TOTALS.items() if key in counts},
        **ratio("assignment.conflict", counts.get("commit_conflicts", 0), counts.get("commit_tries", 0)),
        **ratio("inventory.conflict", counts.get("reserve_conflicts", 0), counts.get("reserve_tries", 0)),
    }

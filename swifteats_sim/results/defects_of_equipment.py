"""Defects of the equipment: work that grows with the crowd, and memory that is too small for what it keeps."""

from __future__ import annotations

from swifteats_sim.results.defect import FEW, Defect
from swifteats_sim.results.evidence import Evidence, percent

SCANNED = 0.1
"""Share of a station's work from which looking through connections matters."""
EVICTED = 0.05
"""Share of a cache's reads, each of which an entry that was thrown out might have answered."""


def scanned_connections(evidence: Evidence) -> str | None:
    """C29: every connection is looked at for every message."""
    clauses = [
        f"{percent(total['scanned'] / total['busy'])} of the work of {name}, "
        f"{total['scanned'] / total['visits'] / 1e6:,.1f} ms a message"
        for name, total in evidence.totals("stations").items()
        if total["scanned"] > SCANNED * total["busy"]
    ]
    if not clauses:
        return None
    return (
        f"To find one customer, all connections are looked through: {'; '.join(clauses)}. Twice the customers take "
        "twice the time, for each message."
    )


def evicted_entries(evidence: Evidence) -> str | None:
    """C70: a cache throws out what should still live."""
    clauses = [
        f"{name} threw out {total['evicted']:,.0f} entries before their time, for {total['reads']:,.0f} reads of which "
        f"it answered {percent(total['hits'] / total['reads'])}"
        for name, total in evidence.totals("caches").items()
        if total["reads"] >= FEW and total["evicted"] > EVICTED * total["reads"]
    ]
    return f"There is no room for what should be kept: {'; '.join(clauses)}." if clauses else None


EQUIPMENT = (
    Defect(("C29",), scanned_connections),
    Defect(("C70", "#28"), evicted_entries),
)
"""The defects of this kind."""

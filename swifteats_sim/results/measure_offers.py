"""Metrics of offers: how drivers were found, how well they fitted, and what they answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swifteats_sim.results.span import Nanoseconds, describe, instants, ratio, rows, span_of, text
from swifteats_sim.results.tables import Tables

REFUSED = ("declined", "no_answer")
ANSWERED = (*REFUSED, "accepted", "cancelled")
"""Outcomes of an offer that was decided; of a cancelled order the driver had said yes."""


def measure_offers(tables: Tables) -> dict[str, float]:
    """Every metric of the offers that were committed in the measured span, and of requests that came to none."""
    offers = tables.offers[span_of(tables).holds(instants(tables.offers, "committed"))]
    outcome, overtaken = text(offers, "outcome"), instants(offers, "overtaken")
    searched = instants(offers, "searched")
    ranked = offers[instants(offers, "nearest") >= 0]
    return {
        **ratio("assignment.declined", np.isin(outcome, REFUSED).sum(), np.isin(outcome, ANSWERED).sum()),
        **ratio("assignment.overtaken", (overtaken == 1).sum(), (overtaken >= 0).sum()),
        **_dead(tables),
        "assignment.ghosts.count": float((instants(offers, "ghost") == 1).sum()),
        "assignment.deferred_late.count": float(np.maximum(instants(offers, "deferred_late"), 0).sum()),
        **describe("assignment.search", searched[searched >= 0]),
        **describe("assignment.misfit", misfit(ranked)),
        **describe("assignment.detour", detour(ranked)),
        **describe("assignment.preparation_left", instants(ranked, "preparation_left")),
    }


def _dead(tables: Tables) -> dict[str, float]:
    """Requests that were set aside, where there is a topic of them."""
    dead = [topic["dead"] for name, topic in rows(tables, "topics") if name == "assignment"]
    return {"assignment.dead.count": sum(dead)} if dead else {}


def misfit(offers: pd.DataFrame) -> Nanoseconds:
    """By how much each chosen driver's gap between arrival and readiness exceeds the smallest of any candidate, ns."""
    gaps: Nanoseconds = np.abs(instants(offers, "slack")) - instants(offers, "best_gap")
    return gaps


def detour(offers: pd.DataFrame) -> Nanoseconds:
    """By how much each chosen driver's way to the restaurant exceeds the nearest candidate's, ns."""
    ways: Nanoseconds = instants(offers, "travel") - instants(offers, "nearest")
    return ways

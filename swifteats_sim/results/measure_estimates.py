"""Metrics of the delivery instants that the platform names: how far off they are, and when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swifteats_sim.results.span import Nanoseconds, Span, describe, instants, span_of
from swifteats_sim.results.tables import Tables

NAMED = {"eta.error": "eta", "eta.error_at_pickup": "eta_at_pickup", "eta.error_at_door": "eta_at_door"}
"""The column of the named instant behind each error."""


def measure_estimates(tables: Tables) -> dict[str, float]:
    """The errors of the orders delivered in the measured span: positive where they came later than named."""
    span, metrics = span_of(tables), dict[str, float]()
    for name, column in NAMED.items():
        metrics.update(describe(name, _errors(tables.orders, span, column), ("mean", "p50", "p95")))
    sizes = np.abs(_errors(tables.orders, span, "eta"))
    return {**metrics, **describe("eta.absolute_error", sizes, ("mean", "p50", "p90", "p95"))}


def _errors(orders: pd.DataFrame, span: Span, column: str) -> Nanoseconds:
    delivered, named = instants(orders, "delivered"), instants(orders, column)
    errors: Nanoseconds = (delivered - named)[span.holds(delivered) & (named >= 0)]
    return errors

"""Metrics of kitchens: how busy their cooks are."""

from __future__ import annotations

import numpy as np

from swifteats_sim.results.span import instants, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND


def measure_kitchens(tables: Tables) -> dict[str, float]:
    """The busy share of cooks, over kitchens; a kitchen with recorded ready times has no cooks to keep busy."""
    cooks, busy = instants(tables.kitchens, "cooks"), instants(tables.kitchens, "busy")
    staffed = cooks > 0
    if not staffed.any():
        return {}
    share = busy[staffed] / SECOND / (cooks[staffed] * span_of(tables).seconds)
    return {
        "kitchen.utilization.mean": float(np.mean(share)),
        "kitchen.utilization.max": float(np.max(share)),
    }

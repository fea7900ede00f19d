"""The times a customer and a driver feel, in one finding, held against what the recorded day promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from swifteats_sim.results.span import instants
from swifteats_sim.results.statistics import Estimate
from swifteats_sim.results.tables import Tables

SPOKEN = (
    ("delivery.click_to_door.p50", "click to door"),
    ("delivery.preparation.p50", "click to ready"),
    ("delivery.food_wait.p50", "food waits"),
    ("driver.wait.mean", "a driver waits, on average,"),
    ("assignment.since_payment.p50", "payment to driver"),
)


def times_in_words(estimates: Mapping[str, Estimate]) -> str | None:
    """Medians and means in minutes; None where nothing was delivered."""
    if "delivery.click_to_door.p50" not in estimates:
        return None
    clauses = [f"{words} {estimates[name].value / 60:,.1f} min" for name, words in SPOKEN if name in estimates]
    return f"Medians: {', '.join(clauses)}."


def promises_in_words(runs: Sequence[Tables], estimates: Mapping[str, Estimate]) -> str:
    """What a recorded day promised and what came of it; empty without promises."""
    gaps = [
        (instants(orders, "promised") - instants(orders, "placed"))[instants(orders, "promised") >= 0] / 60e9
        for orders in (tables.orders for tables in runs)
    ]
    promised = np.concatenate(gaps)
    if not promised.size or "delivery.on_time.ratio" not in estimates:
        return ""
    on_time = 100 * estimates["delivery.on_time.ratio"].value
    return f" The day promised {np.median(promised):,.1f} min after the click; {on_time:,.1f} % arrived by then."

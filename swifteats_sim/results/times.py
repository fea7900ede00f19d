"""The times a customer and a driver feel, in one finding, held against what the recorded day promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from swifteats_sim.results.span import instants
from swifteats_sim.results.statistics import Estimate
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.wording import spell
from swifteats_sim.scenario.quantities import SECOND

MEDIANS = (
    ("delivery.click_to_door.p50", "click to door"),
    ("delivery.preparation.p50", "click to ready"),
    ("delivery.food_wait.p50", "ready to picked up, hand-over included,"),
    ("assignment.since_payment.p50", "payment to driver"),
)
WAIT = "driver.wait.mean"


def times_in_words(estimates: Mapping[str, Estimate]) -> str | None:
    """Medians in one sentence, a mean in another; None where nothing was delivered."""
    if "delivery.click_to_door.p50" not in estimates:
        return None
    clauses = [f"{words} {spell(estimates[name].value)}" for name, words in MEDIANS if name in estimates]
    mean = f" A driver waits {spell(estimates[WAIT].value)} for the food on average." if WAIT in estimates else ""
    return f"Medians: {'; '.join(clauses)}.{mean}"


def promises_in_words(runs: Sequence[Tables], estimates: Mapping[str, Estimate]) -> str:
    """What a recorded day promised and what came of it; empty without promises."""
    gaps = [
        (instants(orders, "promised") - instants(orders, "placed"))[instants(orders, "promised") >= 0] / SECOND
        for orders in (tables.orders for tables in runs)
    ]
    promised = np.concatenate(gaps)
    if not promised.size or "delivery.on_time.ratio" not in estimates:
        return ""
    on_time = 100 * estimates["delivery.on_time.ratio"].value
    return f" The day promised {spell(float(np.median(promised)))} after the click; {on_time:,.1f} % arrived by then."

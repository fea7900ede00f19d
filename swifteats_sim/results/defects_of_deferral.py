"""Defects of deferral: orders are held back that should not be, or for ever."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swifteats_sim.results.defect import Defect, minutes, offers_of
from swifteats_sim.results.evidence import Evidence
from swifteats_sim.results.span import MINUTE, Nanoseconds, instants, series_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.wording import several

OUTLASTS = 0.01
"""Share of orders held back whose deferral outlasts their food by more than a minute."""
SETTLES = 5 * MINUTE
"""Time before the end of a run in which nothing needs to have come of a request yet."""


def late_deferral(evidence: Evidence) -> str | None:
    """C1: orders are held back whose driver would come after the food."""
    late = int(np.maximum(offers_of(evidence)["deferred_late"], 0).sum())
    if not late:
        return None
    return (
        f"Deferral is the wrong way round: {several(late, 'time', 'times')} an order was held back although every "
        "driver would have come after its food."
    )


def endless_deferral(evidence: Evidence) -> str | None:
    """C2: deferral goes on although the food is ready; with a preparation that never ages (C7), for ever."""
    held, beyond = _held_back(evidence)
    long = beyond[beyond > MINUTE]
    forgotten = sum(_forgotten(each) for each in evidence.tables)
    if len(long) <= OUTLASTS * held and not forgotten:
        return None
    clauses = []
    if len(long) > OUTLASTS * held:
        clauses.append(
            f"{len(long):,} of {several(held, 'assigned order was', 'assigned orders were')} still held back more than "
            f"a minute after the food was ready, for {minutes(float(long.mean()))} on average"
        )
    if forgotten:
        clauses.append(
            f"{several(forgotten, 'order is', 'orders are')} held back at the end whose food has been ready for 5 min "
            "at least, while drivers are idle"
        )
    return f"Deferral does not end: {'; '.join(clauses)}."


def _held_back(evidence: Evidence) -> tuple[int, Nanoseconds]:
    """How many offers were deferred at all, and by how much each of these outlasted its food (ns)."""
    held, beyond = 0, [np.empty(0, dtype=np.int64)]
    for tables in evidence.tables:
        offers = tables.offers[instants(tables.offers, "deferred") > 0]
        orders = pd.Series(instants(tables.orders, "ready"), index=instants(tables.orders, "order"))
        ready = orders.reindex(instants(offers, "order"), fill_value=-1).to_numpy(dtype=np.int64)
        after = instants(offers, "eligible") - np.maximum(ready, instants(offers, "taken"))
        beyond.append(np.minimum(after, instants(offers, "deferred"))[ready >= 0])
        held += len(offers)
    return held, np.concatenate(beyond)


def _forgotten(tables: Tables) -> int:
    """Open orders that are held back at the end although their food has long been ready, and drivers are idle."""
    idle = series_of(tables, "idle_drivers")
    if not idle.size or not idle[-1]:
        return 0
    held, closed, ready = (instants(tables.orders, each) for each in ("held_back", "closed", "ready"))
    return int(((held > 0) & (closed < 0) & (ready >= 0) & (ready < tables.end - SETTLES)).sum())


DEFERRAL = (
    Defect(("C1", "A32"), late_deferral),
    Defect(("C2", "C1", "C7"), endless_deferral),
)
"""The defects of this kind."""

"""Defects of order creation: messages and connections, orders made twice, stock that drains away."""

from __future__ import annotations

import numpy as np

from swifteats_sim.results.defect import Defect, counted
from swifteats_sim.results.evidence import Evidence
from swifteats_sim.results.span import instants, rows, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND

LONG = 2 * SECOND
"""How long an order takes to be answered once it is paid, from which something must have held it up."""
SHORT = SECOND
"""The longest wait at any station that cannot explain it."""
FEWEST_WAITS = 30


def held_connections(evidence: Evidence) -> str | None:
    """C30: orders hold their connection while they wait for the broker."""
    slow = [_held_up(each) for each in evidence.tables]
    pools = {name: total for name, total in evidence.totals("pools").items() if total["refused"]}
    if not sum(slow) or not pools:
        return None
    refused = ", ".join(f"{total['refused']:,.0f} times by {name}" for name, total in pools.items())
    return (
        f"{sum(slow):,} orders were held up for more than 2 s after their payment, though no station was busy: they "
        f"wait for the broker and hold their connection. Others were refused one: {refused}."
    )


def lost_requests(evidence: Evidence) -> str | None:
    """C31: the order is stored, its message is not."""
    lost = counted(evidence, "lost_requests")
    if not lost:
        return None
    return (
        f"{lost:,} assignment requests were sent while no broker took them, and nobody sent them again: their orders "
        "are stored, and no driver is looked for."
    )


def twins(evidence: Evidence) -> str | None:
    """C33: a client's second try makes a second order."""
    twin = sum(int((instants(each.orders, "twin_of") >= 0).sum()) for each in evidence.tables)
    if not twin:
        return None
    return f"{twin:,} orders were made twice: the client tried again, and nothing told the platform that it had."


def leaks(evidence: Evidence) -> str | None:
    """C36: stock and capacity are not given back."""
    leaked = counted(evidence, "leaked")
    if not leaked:
        return None
    sold_out = evidence.mean("orders.sold_out.count")
    refused = "" if not sold_out else f" {sold_out:,.0f} orders a replication were refused as sold out."
    return f"{leaked:,} portions are missing at the end that no order holds: what is taken is not given back.{refused}"


def locks_and_versions(evidence: Evidence) -> str | None:
    """C37: with row locks no version can ever differ; hot items stand in line instead."""
    waits, conflicts = counted(evidence, "reserve_waits"), counted(evidence, "reserve_conflicts")
    if waits < FEWEST_WAITS or conflicts:
        return None
    return (
        f"Stock is locked row by row: {waits:,} reservations waited for a lock, and none of "
        f"{counted(evidence, 'reserve_tries'):,} met another version: who waits first has nothing left to compare."
    )


def _held_up(tables: Tables) -> int:
    """Orders placed in the span whose answer came late after the payment, where no station made anybody wait."""
    placed, paid, answered = (instants(tables.orders, each) for each in ("placed", "paid", "answered"))
    if any(station["max_wait"] > SHORT for _, station in rows(tables, "stations")):
        return 0
    late = span_of(tables).holds(placed) & (paid >= 0) & (answered - paid > LONG)
    return int(np.count_nonzero(late))


ORDERING = (
    Defect(("C30",), held_connections),
    Defect(("C31",), lost_requests),
    Defect(("C33",), twins),
    Defect(("C36", "A16"), leaks),
    Defect(("C37", "#53"), locks_and_versions),
)
"""The defects of this kind."""

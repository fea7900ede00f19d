"""Defects of order creation: messages and connections, orders made twice, stock that drains away."""

from __future__ import annotations

import numpy as np

from swifteats_sim.results.defect import Defect, counted
from swifteats_sim.results.evidence import Evidence
from swifteats_sim.results.span import instants, span_of, text
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.wording import several, spell
from swifteats_sim.scenario.quantities import SECOND

LONG = 2 * SECOND
"""What customers must have waited for the broker, in all, for it to matter."""
FEWEST_WAITS = 30


def held_connections(evidence: Evidence) -> str | None:
    """C30: orders hold their connection while they wait for the broker.

    A pool that was held for less than customers waited for the broker is not the one that they held.
    """
    orders, waited = (counted(evidence, f"leader_{each}") for each in ("waits", "waited"))
    pools = {
        name: total["refused"]
        for name, total in evidence.totals("pools").items()
        if total["refused"] and total["held"] >= waited
    }
    if waited < LONG or not pools:
        return None
    refused = ", ".join(f"{several(times, 'time', 'times')} by {name}" for name, times in pools.items())
    return (
        f"{several(orders, 'order', 'orders')} waited for the broker, which had no leader, for "
        f"{spell(waited / orders / SECOND)} on average, with a connection in hand. Others were refused one: {refused}."
    )


def lost_requests(evidence: Evidence) -> str | None:
    """C31: the order is stored, its message is not."""
    lost = counted(evidence, "lost_requests")
    if not lost:
        return None
    return (
        f"{several(lost, 'assignment request was', 'assignment requests were')} sent while no broker took any, and "
        "nobody sent it again: the order is stored, and no driver is looked for."
    )


def twins(evidence: Evidence) -> str | None:
    """C33: a client's second try makes a second order."""
    found = [_twins(each) for each in evidence.tables]
    clicks, copies, meals = (sum(column) for column in zip(*found, strict=True))
    if not copies:
        return None
    paid = several(meals, "more meal is paid for", "more meals are paid for") if meals else "no more meal is paid for"
    return (
        f"{several(clicks, 'order was', 'orders were')} made again, {several(copies, 'time', 'times')} in all: the "
        f"client tried again, and nothing told the platform that it had; {paid}."
    )


def _twins(tables: Tables) -> tuple[int, int, int]:
    """Orders doubled in the measured span, how many doubles they have, and the meals paid for beyond one a click."""
    orders = tables.orders
    number, first = instants(orders, "order"), instants(orders, "twin_of")
    copies = (first >= 0) & span_of(tables).holds(instants(orders, "placed"))
    doubled = np.unique(first[copies])
    family = np.isin(number, doubled) | np.isin(first, doubled)
    paid = (instants(orders, "paid") >= 0) & ~np.isin(text(orders, "state"), ("failed", "cancelled"))
    root = np.where(first >= 0, first, number)[family & paid]
    return len(doubled), int(copies.sum()), len(root) - len(np.unique(root))


def leaks(evidence: Evidence) -> str | None:
    """C36: stock and capacity are not given back."""
    leaked = counted(evidence, "leaked")
    if not leaked:
        return None
    sold_out = evidence.mean("orders.sold_out.count")
    refused = "" if not sold_out else f" Refused as sold out: {several(sold_out, 'order', 'orders')} a replication."
    missing = several(leaked, "portion is", "portions are")
    return f"{missing} missing at the end that no order holds: what is taken is not given back.{refused}"


def oversold(evidence: Evidence) -> str | None:
    """A15 without its version: two orders read the same stock, and the later writes over what the earlier took."""
    portions = counted(evidence, "oversold")
    if not portions:
        return None
    return (
        f"{several(portions, 'portion was', 'portions were')} sold that were not there: what an order "
        "takes is written over what others took "
        "since it looked, and no version or lock stops it."
    )


def locks_and_versions(evidence: Evidence) -> str | None:
    """C37: with row locks no version can ever differ; hot items stand in line instead."""
    waits, conflicts = counted(evidence, "reserve_waits"), counted(evidence, "reserve_conflicts")
    if waits < FEWEST_WAITS or conflicts:
        return None
    return (
        f"Stock is locked row by row: {waits:,} reservations waited for a lock, and none of "
        f"{counted(evidence, 'reserve_tries'):,} met another version: who waits first has nothing left to compare."
    )


ORDERING = (
    Defect(("A15",), oversold),
    Defect(("C30",), held_connections),
    Defect(("C31",), lost_requests),
    Defect(("C33",), twins),
    Defect(("C36", "A16"), leaks),
    Defect(("C37", "#53"), locks_and_versions),
)
"""The defects of this kind."""

"""The finding on orders that brought no meal: why, and how many."""

from __future__ import annotations

from collections import Counter

import numpy as np

from swifteats_sim.results.evidence import Evidence, Finding, percent
from swifteats_sim.results.span import MINUTE, instants, span_of, text
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.wording import several

LEAST = 0.01
"""Share of orders from which a reason is told; one order alone is chance."""
SETTLES = 5 * MINUTE
"""How long food may stand without a driver."""

WORDS = {
    "unpaid": ("not paid, after the last attempt", "A18"),
    "sold_out": ("sold out, or no capacity left", "A15"),
    "inventory_contended": ("beaten to the items by others, each time", "A15"),
    "unavailable": ("refused, or not answered in time", "A19"),
    "no_driver": ("without a driver after the last search", "A24"),
    "left": ("given up by the customer, still without a driver", "#97"),
    "patience": ("given up by the customer", "#97"),
    "stranded": ("open, and nobody looks for a driver", "A36"),
    "bare": ("open without a driver, the food ready for 5 min or more", "#17"),
}
"""What is said of a reason, and the entry of the ledger it speaks to."""


def lost_orders(evidence: Evidence) -> Finding | None:
    """Why orders did not arrive, reason by reason, the most frequent first."""
    reasons, ended = Counter[str](), 0
    for tables in evidence.tables:
        found = _reasons(tables)
        reasons.update(found)
        ended += len(found)
    told = [(reason, count) for reason, count in reasons.most_common() if reason and count > max(1, LEAST * ended)]
    if not told:
        return None
    clauses = [f"{count:,} ({percent(count / ended)}) {_words(reason)[0]}" for reason, count in told]
    whole = several(ended, "order that ended or is stuck", "orders that ended or are stuck")
    refs = dict.fromkeys(ref for reason, _ in told if (ref := _words(reason)[1]))
    return Finding("lost-orders", f"Orders without a meal, of {whole}: {'; '.join(clauses)}.", tuple(refs))


def _words(reason: str) -> tuple[str, str]:
    return WORDS.get(reason, (reason.replace("_", " "), ""))


def _reasons(tables: Tables) -> list[str]:
    """Of each order that ended in the span or is stuck: why it brought no meal, "" where it did."""
    orders = tables.orders
    state, reason = text(orders, "state"), text(orders, "reason")
    paid, closed, ready, assigned = (instants(orders, each) for each in ("paid", "closed", "ready", "assigned"))
    ended, open_ = span_of(tables).holds(closed), (paid >= 0) & (closed < 0)
    stranded = open_ & (instants(orders, "stranded") > 0)
    bare = open_ & ~stranded & (assigned < 0) & (ready >= 0) & (ready < tables.end - SETTLES)
    left = (reason == "patience") & (paid >= 0) & (assigned < 0)
    why = np.where(left, "left", np.where(state == "delivered", "", np.where(reason == "", state, reason)))
    why = np.where(stranded, "stranded", np.where(bare, "bare", why))
    found: list[str] = why[ended | stranded | bare].tolist()
    return found

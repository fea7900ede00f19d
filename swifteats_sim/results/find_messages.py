"""Findings about messages: whether they came in order, in time, once, and at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swifteats_sim.results.evidence import Evidence, Finding, percent

REACHED = 0.99
"""The share of messages that streams must deliver for nothing to be said."""


class Loss(NamedTuple):
    """A way in which messages go wrong.

    column : of the table of topics; words : what stands after the count; refs : of the ledger.
    """

    column: str
    words: str
    refs: tuple[str, ...]


LOSSES = (
    Loss("lost", "lost", ("C46", "A26")),
    Loss("duplicates", "handled once more", ("C46",)),
    Loss("dead", "set aside as dead letters", ("A24",)),
)


def fix_order(evidence: Evidence) -> Finding | None:
    """Whether every driver's fixes arrived in the order they were sent."""
    stale = [each.flows["gps"].stale for each in evidence.tables if "gps" in each.flows]
    processed = sum(each.flows["gps"].completed for each in evidence.tables if "gps" in each.flows)
    if not processed:
        return None
    if not sum(stale):
        text = f"Each driver's fixes stayed in order: none of {processed:,} came after a newer one."
        return Finding("fix-order", text, ("F22",))
    broken = f"{sum(stale):,} of {processed:,} came after a newer one of the same driver"
    return Finding("fix-order", f"The order of fixes broke: {broken}.", ("F22", "C55", "C43"))


def lagging_topics(evidence: Evidence) -> Finding | None:
    """Topics whose consumers fall behind, and how fast."""
    topics = [name.removeprefix("lag.") for each in evidence.growths for name in each if name.startswith("lag.")]
    clauses = [clause for topic in dict.fromkeys(topics) if (clause := _lagging(evidence, topic)) is not None]
    if not clauses:
        return None
    return Finding("lagging-topics", f"Consumers fall behind: {'; '.join(clauses)}.", ("#117", "#125", "C42"))


def _lagging(evidence: Evidence, topic: str) -> str | None:
    growing = evidence.growing(f"lag.{topic}")
    if not growing:
        return None
    pace, published = (np.mean([getattr(each, name) for each in growing]) for name in ("per_minute", "arrivals"))
    most = evidence.mean(f"broker.{topic}.lag.max")
    reached = "" if most is None else f", up to {most:,.0f}"
    return f"of {published:,.1f} messages/min to {topic}, {pace:,.1f} are left behind{reached}"


def lost_messages(evidence: Evidence) -> Finding | None:
    """Messages that were lost, handled more than once, or given up."""
    totals = evidence.totals("topics")
    clauses = [clause for topic, total in totals.items() if (clause := _wrong(topic, total)) is not None]
    if not clauses:
        return None
    refs = [ref for each in LOSSES if any(total[each.column] for total in totals.values()) for ref in each.refs]
    return Finding("lost-messages", f"Messages went wrong: {'; '.join(clauses)}.", tuple(dict.fromkeys(refs)))


def _wrong(topic: str, total: dict[str, float]) -> str | None:
    counts = [f"{total[each.column]:,.0f} {each.words}" for each in LOSSES if total[each.column]]
    return f"of {total['messages']:,.0f} to {topic}, {', '.join(counts)}" if counts else None


def unreached_streams(evidence: Evidence) -> Finding | None:
    """Streams whose messages end at a process that does not hold the customer."""
    clauses = [
        f"{percent(total['delivered'] / total['sent'])} of {total['sent']:,.0f} messages on {name}"
        for name, total in evidence.totals("streams").items()
        if total["delivered"] < REACHED * total["sent"]
    ]
    if not clauses:
        return None
    text = f"Only {'; '.join(clauses)} reached the customer's process."
    return Finding("unreached-streams", text, ("C28", "C27", "C69"))

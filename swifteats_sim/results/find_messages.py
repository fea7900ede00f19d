"""Findings about messages: whether they came in order, in time, once, and at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from swifteats_sim.results.evidence import Evidence, Finding, percent
from swifteats_sim.results.wording import several

REACHED = 0.99
"""The share of messages that streams must deliver for nothing to be said."""


class Loss(NamedTuple):
    """A way in which messages go wrong.

    of : the count, of a row of the table of topics; words : what stands after the count; refs : of the ledger.
    """

    of: Callable[[dict[str, float]], float]
    words: str
    refs: tuple[str, ...]


LOSSES = (
    Loss(lambda topic: topic["lost"] - topic["unreplicated"], "lost with a consumer that had read them", ("C46",)),
    Loss(lambda topic: topic["unreplicated"], "lost with the leader that alone had them", ("A26",)),
    Loss(lambda topic: topic["duplicates"], "handled once more", ("A23", "A25")),
    Loss(lambda topic: topic["dead"], "set aside as dead letters", ("A24",)),
)
"""What comes at least once comes twice at times, however handlers and commits are (A23): that alone is no C46."""


MISSED = (
    ("elsewhere", "came to a process that does not hold the customer", "C28"),
    ("silent", "were for customers who are connected again and have subscribed to nothing", "C27"),
    ("refused", "were for customers without a slot", "C69"),
    ("away", "came while the connection was broken", "#147"),
)
"""A column of the table of streams, what stands after its count, and the entry of the ledger."""
LEAST = 0.005
"""Share of a stream's messages from which the ledger is cited for them."""


def fix_order(evidence: Evidence) -> Finding | None:
    """Whether every driver's fixes arrived in the order they were sent, and what became of those that did not.

    C43 where one driver's fixes lie in several partitions; C55 where an older one is written over a newer one.
    """
    fixes = [each.flows["gps"] for each in evidence.tables if "gps" in each.flows]
    processed, stale, overwritten = (
        sum(getattr(each, number) for each in fixes) for number in ("completed", "stale", "overwritten")
    )
    if not processed:
        return None
    if not stale:
        text = f"Each driver's fixes stayed in order: none of {processed:,} came after a newer one."
        return Finding("fix-order", text, ("F22",))
    fate = f"{overwritten:,} were written over it, and the map jumps back" if overwritten else "there they ended"
    text = f"The order of fixes broke: {stale:,} of {processed:,} came after a newer one of the same driver; {fate}."
    scattered = any(topic["scattered"] for topic in evidence.totals("topics").values())
    return Finding("fix-order", text, ("F22", *(["C55"] if overwritten else []), *(["C43"] if scattered else [])))


def lost_messages(evidence: Evidence) -> Finding | None:
    """Messages that were lost, handled more than once, or given up."""
    totals = evidence.totals("topics")
    clauses = [clause for topic, total in totals.items() if (clause := _wrong(topic, total)) is not None]
    if not clauses:
        return None
    refs = [ref for each in LOSSES if any(each.of(total) for total in totals.values()) for ref in each.refs]
    return Finding("lost-messages", f"Messages went wrong: {'; '.join(clauses)}.", tuple(dict.fromkeys(refs)))


def _wrong(topic: str, total: dict[str, float]) -> str | None:
    counts = [f"{each.of(total):,.0f} {each.words}" for each in LOSSES if each.of(total)]
    return f"of {total['messages']:,.0f} to {topic}, {', '.join(counts)}" if counts else None


def unreached_streams(evidence: Evidence) -> Finding | None:
    """Streams whose messages do not come to their customers, and why."""
    short = {
        name: total
        for name, total in evidence.totals("streams").items()
        if total["delivered"] < REACHED * total["sent"]
    }
    if not short:
        return None
    clauses = [
        f"{percent(total['delivered'] / total['sent'])} of {several(total['sent'], 'message', 'messages')} on {name} "
        f"({', '.join(f'{total[why]:,.0f} {words}' for why, words, _ in MISSED if total[why])})"
        for name, total in short.items()
    ]
    refs = [ref for why, _, ref in MISSED if any(total[why] > LEAST * total["sent"] for total in short.values())]
    return Finding("unreached-streams", f"Only {'; '.join(clauses)} reached their customers.", tuple(refs))

"""Findings about what waits in the logs: consumers who fall behind, and messages that stand behind others."""

from __future__ import annotations

import numpy as np

from swifteats_sim.results.evidence import Evidence, Finding, percent
from swifteats_sim.results.wording import pace, several

REQUESTS = "assignment"
"""The topic whose consumers keep messages in hand while nothing can be done for them."""
IN_LOG = 0.1
"""Share of the time until messages are done that they must have lain in the log for it to be the consumers' fault."""
CROWDED = 0.25
"""Share of the partitions that keys could reach, below which something else than keys chose them (C42)."""
MIXED = 0.01


def lagging_topics(evidence: Evidence) -> Finding | None:
    """Topics whose consumers fall behind, how fast, and whether they all have work (C42).

    A request for a driver that a consumer has in hand, since nobody is free or its food still cooks, is no lag of his.
    """
    topics = [name.removeprefix("lag.") for each in evidence.growths for name in each if name.startswith("lag.")]
    behind = [topic for topic in dict.fromkeys(topics) if evidence.growing(f"lag.{topic}") and _waits(evidence, topic)]
    if not behind:
        return None
    totals = evidence.totals("topics")
    crowded = [topic for topic in behind if topic in totals and _is_crowded(totals[topic])]
    said = "".join(
        f" All messages to {topic} lie in {totals[topic]['reached'] / len(evidence.tables):,.0f} of its "
        f"{totals[topic]['partitions'] / len(evidence.tables):,.0f} partitions: most of its consumers have no work."
        for topic in crowded
    )
    text = f"Consumers fall behind: {'; '.join(_lagging(evidence, topic) for topic in behind)}.{said}"
    return Finding("lagging-topics", text, ("#117", "#125", *(["C42"] if crowded else [])))


def _waits(evidence: Evidence, topic: str) -> bool:
    """Whether messages wait to be taken; what is taken and not done waits for something else, where that may be."""
    if topic != REQUESTS:
        return True
    delays = sum(each.delays[topic].total for each in evidence.tables if topic in each.delays)
    return delays > IN_LOG * evidence.totals("topics").get(topic, {}).get("waited", 0.0)


def _is_crowded(topic: dict[str, float]) -> bool:
    """Whether messages of many keys lie in a few of many partitions."""
    return topic["reached"] < CROWDED * min(topic["keys"], topic["partitions"])


def _lagging(evidence: Evidence, topic: str) -> str:
    growing = evidence.growing(f"lag.{topic}")
    grown, published = (
        float(np.mean([getattr(each, name) for each in growing])) for name in ("per_minute", "arrivals")
    )
    most = evidence.mean(f"broker.{topic}.lag.max")
    reached = "" if most is None else f", up to {several(most, 'message', 'messages')}"
    left = pace(min(grown, published) / 60)
    return f"of {pace(published / 60, 'message', 'messages')} to {topic}, {left} are left behind{reached}"


def mixed_geos(evidence: Evidence) -> Finding | None:
    """C47: geos share partitions, so that a crowd in one keeps the others waiting."""
    clauses = [
        f"{percent(total['mixed'] / total['messages'])} of the messages to {topic}"
        for topic, total in evidence.totals("topics").items()
        if total["mixed"] > MIXED * total["messages"]
    ]
    if not clauses:
        return None
    text = f"Geos share partitions, and a crowd in one keeps the others waiting: {'; '.join(clauses)} came"
    return Finding("mixed-geos", f"{text} behind one of another geo.", ("C47", "F3"))

"""Findings about the stack: where work heaps up, and what caches and retries do to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swifteats_sim.results.evidence import Evidence, Finding, percent
from swifteats_sim.results.names import backlog_words
from swifteats_sim.results.saturation import Growth
from swifteats_sim.results.span import span_of

NO_HITS = 0.05
"""The hit ratio below which hardly anybody asks for what somebody has asked for (C48)."""
MANY_ATTEMPTS = 1.5


def busiest_station(evidence: Evidence) -> Finding | None:
    """The station that would give way first."""
    busy = evidence.of_subjects("station.", "utilization.mean")
    if not busy:
        return None
    first = max(busy, key=lambda station: busy[station])
    queue = evidence.mean(f"station.{first}.queue.mean") or 0.0
    text = (
        f"The busiest station is {first}: {percent(busy[first])} of its servers busy, "
        f"{queue:,.2f} jobs waiting; {_room(busy[first], _is_whole(evidence, first))}."
    )
    return Finding("busiest-station", text, ("#54", "#117", "#125"))


def _is_whole(evidence: Evidence, station: str) -> bool:
    """Whether the station serves all that comes: nothing refused, and no queue that grows."""
    grows = any(each[f"queue.{station}"].saturated for each in evidence.growths if f"queue.{station}" in each)
    return not grows and not evidence.mean(f"station.{station}.rejected.count")


def _room(busy: float, whole: bool) -> str:
    if busy >= 1 or not whole:
        return "it has no room left"
    return f"it is full at {1 / busy:,.1f} times this load" if busy > 0 else "it has no work"


def growing_backlogs(evidence: Evidence) -> Finding | None:
    """Which backlogs still grow, and how fast."""
    names = dict.fromkeys(backlog for each in evidence.growths for backlog in each)
    clauses = [
        _growing(backlog, growing, len(evidence.growths)) for backlog in names if (growing := evidence.growing(backlog))
    ]
    if not clauses:
        return None
    text = f"Saturated: {'; '.join(clauses)}. Values that depend on them would be others in a longer run."
    return Finding("saturation", text, ())


def _growing(backlog: str, growing: Sequence[Growth], replications: int) -> str:
    rate = f"{np.mean([each.per_minute for each in growing]):,.1f}/min"
    return f"{backlog_words(backlog)} grow by {rate} in {len(growing)} of {replications} replications"


def cache_hits(evidence: Evidence) -> Finding | None:
    """How often caches answered, and what that spared those behind them."""
    read = {name: total for name, total in evidence.totals("caches").items() if total["reads"]}
    if not read:
        return None
    seconds = sum(span_of(tables).seconds for tables in evidence.tables)
    clauses = [
        f"{name} answered {percent(total['hits'] / total['reads'])} of {total['reads'] / seconds:,.1f} reads/s "
        f"and spared {total['hits'] / seconds:,.1f}/s"
        for name, total in read.items()
    ]
    alone = [name for name, total in read.items() if _never_asked_again(total)]
    said = f" Hardly anybody asks {' or '.join(alone)} for what somebody has asked for before." if alone else ""
    refs = (*(["#28"] if "menus" in read else []), *(["C48"] if alone else []))
    return Finding("cache-hits", f"Caches: {'; '.join(clauses)}.{said}", refs)


def _never_asked_again(cache: dict[str, float]) -> bool:
    """Whether a cache with room for all it was given is asked for something else each time."""
    return cache["hits"] < NO_HITS * cache["reads"] and not cache["evicted"]


def retry_load(evidence: Evidence) -> Finding | None:
    """Where retries multiply the load of those who wait."""
    attempts = {flow: mean for flow, mean in evidence.of_subjects("", "attempts.mean").items() if mean > MANY_ATTEMPTS}
    if not attempts:
        return None
    clauses = [
        f"a call of {flow} was tried {mean:,.2f} times on average{_wasted(evidence, flow)}"
        for flow, mean in attempts.items()
    ]
    return Finding("retry-load", f"Retries multiply the load: {'; '.join(clauses)}.", ("A19",))


def _wasted(evidence: Evidence, flow: str) -> str:
    wasted = evidence.mean(f"{flow}.wasted.count")
    return f", and {wasted:,.0f} attempts ended after their client had left" if wasted else ""

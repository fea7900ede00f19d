"""Findings about the stack: where work heaps up, and what caches and retries do to it."""

from __future__ import annotations

from swifteats_sim.results.evidence import Evidence, Finding, percent
from swifteats_sim.results.span import span_of
from swifteats_sim.results.wording import pace, several
from swifteats_sim.scenario.units import format_value

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
        f"{format_value(queue, '')} jobs waiting on average; {_room(busy[first], _is_whole(evidence, first))}."
    )
    return Finding("busiest-station", text, ("#54", "#117", "#125"))


def _is_whole(evidence: Evidence, station: str) -> bool:
    """Whether the station serves all that comes: nothing refused, and no queue that grows."""
    grows = any(each[f"queue.{station}"].saturated for each in evidence.growths if f"queue.{station}" in each)
    return not grows and not evidence.mean(f"station.{station}.rejected.count")


def _room(busy: float, whole: bool) -> str:
    if busy >= 1 or not whole:
        return "it has no room left"
    return f"it is full at {format_value(1 / busy, '')} times this load" if busy > 0 else "it has no work"


def cache_hits(evidence: Evidence) -> Finding | None:
    """How often caches answered, so that those behind them need not."""
    read = {name: total for name, total in evidence.totals("caches").items() if total["reads"]}
    if not read:
        return None
    seconds = sum(span_of(tables).seconds for tables in evidence.tables)
    clauses = [
        f"{name} answered {percent(total['hits'] / total['reads'])} of "
        f"{pace(total['reads'] / seconds, 'read', 'reads')}"
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
    return f", and {several(wasted, 'attempt', 'attempts')} ended after their client had left" if wasted else ""

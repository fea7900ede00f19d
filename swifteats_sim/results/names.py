"""What a metric's name says: its unit and the backlog it depends on."""

from __future__ import annotations

from collections.abc import Mapping

from swifteats_sim.scenario.metrics import metric_named, unit_of

OF_CITY = {
    "order": "unanswered_orders",
    "orders": "open_orders",
    "assignment": "open_orders",
    "delivery": "open_orders",
    "driver": "open_orders",
    "kitchen": "open_orders",
    "eta": "open_orders",
    "inventory": "open_orders",
    "location": "in_flight.gps",
}
"""The backlog behind each subject of the city."""

OF_STACK = {"station": "queue", "broker": "lag", "pool": "waiting", "cache": None, "stream": None}
"""What heaps up at each kind of part: what waits for a cache waits in the flow that came to it."""

ALWAYS_ZERO = (
    "double", "rivals", "ghosts", "deferred_late", "stranded", "duplicated", "oversold", "leaked", "stale", "lost",
    "overwritten",
)  # fmt: skip
"""Quantities that count what must never happen: no backlog excuses or endangers them."""

_WORDS = {
    "unanswered_orders": "orders without an answer",
    "open_orders": "open orders",
    "in_flight.gps": "GPS fixes in flight",
    "lag.assignment": "requests for a driver that are not done",
}
_PHRASES = {
    "queue": "jobs waiting at {}",
    "waiting": "jobs waiting for {}",
    "lag": "messages behind in {}",
    "in_flight": "jobs of {} in flight",
}


def unit_of_name(metric: str) -> str:
    """The unit of a metric by its full name: "s", "/s", "B/s", "ratio" or ""; KeyError for an unknown name."""
    return unit_of(*metric_named(metric))


def backlog_of(metric: str) -> str | None:
    """The column of `series` that first of all must not keep growing for this metric to mean anything.

    None where there is none: what must never happen, caches and streams. KeyError for an unknown name.
    """
    metric_named(metric)
    subject, quantity, _ = metric.rsplit(".", 2)
    if quantity in ALWAYS_ZERO:
        return None
    if subject in OF_CITY:
        return OF_CITY[subject]
    kind, _, part = subject.partition(".")
    if part and kind in OF_STACK:
        return f"{OF_STACK[kind]}.{part}" if OF_STACK[kind] else None
    return f"in_flight.{subject}"


def backlogs_of(metric: str, paths: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Every column of `series` that must not keep growing for this metric to mean anything, its own first.

    paths : see Tables; a flow's numbers depend on all that its jobs meet. KeyError for an unknown name.
    """
    own = backlog_of(metric)
    if own is None:
        return ()
    return tuple(dict.fromkeys((own, *paths.get(metric.rsplit(".", 2)[0], ()))))


def backlog_words(backlog: str) -> str:
    """A backlog's name as a reader says it: "open orders", "jobs waiting at gateway"."""
    if backlog in _WORDS:
        return _WORDS[backlog]
    kind, _, part = backlog.partition(".")
    return _PHRASES[kind].format(part)

"""What a metric's name says: its unit, its station, and the backlog it depends on."""

from __future__ import annotations

from swifteats_sim.scenario.metrics import catalogue, unit_of

_BACKLOGS = {
    "unanswered_orders": ("order",),
    "open_orders": ("orders", "assignment", "delivery", "driver", "kitchen", "eta", "inventory"),
    "gps_in_flight": ("gps", "location", "tracking"),
}

ALWAYS_ZERO = ("assignment.double", "inventory.oversold", "location.stale")
"""Counts of what must never happen: no backlog excuses or endangers them."""


def station_of(metric: str) -> str | None:
    """The station of a metric `station.<name>.<quantity>.<statistic>`; None for any other."""
    return metric.removeprefix("station.").rsplit(".", 2)[0] if metric.startswith("station.") else None


def unit_of_name(metric: str) -> str:
    """The unit of a metric by its full name: "s", "/s", "ratio" or ""; KeyError for an unknown name."""
    station = station_of(metric)
    known = catalogue([station] if station else [])
    return unit_of(known[metric], metric.rsplit(".", 1)[1])


def backlog_of(metric: str) -> str | None:
    """The column of `series` that must not keep growing for this metric to mean anything.

    None for a count of what must never happen. Raises KeyError for an unknown subject.
    """
    if metric.rsplit(".", 1)[0] in ALWAYS_ZERO:
        return None
    station = station_of(metric)
    if station is not None:
        return f"queue.{station}"
    subject = metric.split(".", 1)[0]
    for backlog, subjects in _BACKLOGS.items():
        if subject in subjects:
            return backlog
    raise KeyError(f"no backlog is known for metric {metric!r}")


def backlog_words(backlog: str) -> str:
    """A backlog's name as a reader says it: "open orders", "jobs waiting at gateway"."""
    if backlog.startswith("queue."):
        return f"jobs waiting at {backlog.removeprefix('queue.')}"
    words = {"unanswered_orders": "orders without an answer", "gps_in_flight": "GPS fixes in flight"}
    return words.get(backlog, backlog.replace("_", " "))

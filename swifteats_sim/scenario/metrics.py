"""The metric catalogue: every name a target may use, with its unit and meaning.

A name is `<subject>.<quantity>.<statistic>`. Subjects that depend on the scenario's stack (`<flow>`,
`station.<station>`) are written with a placeholder here; `catalogue` puts a stack's names in their place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from swifteats_sim.scenario.city_metrics import CITY
from swifteats_sim.scenario.flows import ORDER
from swifteats_sim.scenario.metric import Metric, times
from swifteats_sim.scenario.stack import Stack

WAITS = "waits for servers, pools, consumers, batches, others' fills and leaders, in the attempt that was answered"
OF_SERVED = "of those served; the longest of all who waited"


FLOW: tuple[Metric, ...] = (
    Metric("<flow>", "offered", ("rate",), "/s", "jobs born"),
    times("<flow>", "latency", "sent (by clients who are offline: later) to completion (gps #115, order #41)"),
    times("<flow>", "wait", f"of jobs completed or abandoned: {WAITS}"),
    Metric("<flow>", "wait", ("probability",), "ratio", "share of those jobs that waited at all"),
    Metric("<flow>", "throughput", ("rate",), "/s", "jobs completed in the span, whenever born"),
    Metric("<flow>", "completion", ("ratio",), "ratio", "completed, of those born"),
    Metric("<flow>", "rejected", ("ratio",), "ratio", "refused by a full queue, an empty pool or a limit"),
    Metric("<flow>", "abandoned", ("ratio",), "ratio", "gave up waiting"),
    Metric(
        "<flow>",
        "failed",
        ("ratio",),
        "ratio",
        "failed after their last attempt, or lost as messages (dead letters included)",
    ),
    Metric("<flow>", "dropped", ("ratio",), "ratio", "ended by a condition, or not delivered"),
    Metric("<flow>", "expired", ("ratio",), "ratio", "too old to go on (C54)"),
    Metric("<flow>", "stale", ("count",), "", "jobs after a newer one of the same client (C55)"),
    Metric("<flow>", "attempts", ("mean",), "", "attempts of each call that `retry` makes"),
    Metric("<flow>", "wasted", ("count",), "", "attempts that ended after their client had left"),
    Metric("<flow>", "in_flight", ("mean",), "", "jobs under way"),
    Metric("<flow>", "messages", ("rate",), "/s", "messages sent to clients, of jobs born in the span"),
    Metric("<flow>", "bytes", ("rate",), "B/s", "size of those messages"),
)
"""What every flow but `order` has."""

PARTS: tuple[Metric, ...] = (
    Metric("station.<station>", "utilization", ("mean",), "ratio", "busy share of all servers"),
    Metric("station.<station>", "queue", ("mean",), "", "jobs waiting"),
    Metric("station.<station>", "wait", ("mean", "max"), "s", f"arrival to start of service, {OF_SERVED}"),
    Metric("station.<station>", "throughput", ("rate",), "/s", "services started"),
    Metric("station.<station>", "rejected", ("count",), "", "jobs refused by a full queue"),
    Metric("pool.<pool>", "utilization", ("mean",), "ratio", "held share of all connections"),
    Metric("pool.<pool>", "wait", ("mean", "max"), "s", f"asked for until held, {OF_SERVED}"),
    Metric("pool.<pool>", "refused", ("count",), "", "waits given up at the timeout; with `timeout: 0 s` at once"),
    Metric("pool.<pool>", "in_use", ("max",), "", "most connections held at once"),
    Metric("cache.<cache>", "hit", ("ratio",), "ratio", "reads that found their entry"),
    Metric("cache.<cache>", "stale", ("ratio",), "ratio", "of those, older than a change"),
    Metric("cache.<cache>", "evicted", ("count",), "", "entries thrown out for want of room (C70)"),
    Metric("cache.<cache>", "stampede", ("count",), "", "fills begun while the same key was being filled"),
    Metric("broker.<topic>", "throughput", ("rate",), "/s", "messages logged"),
    Metric("broker.<topic>", "volume", ("rate",), "B/s", "size of those messages"),
    Metric("broker.<topic>", "lag", ("mean", "max"), "", "messages logged and not yet done"),
    times("broker.<topic>", "delay", "logged to taken by a consumer"),
    Metric("broker.<topic>", "lost", ("count",), "", "messages that no consumer will see"),
    Metric("broker.<topic>", "duplicate", ("count",), "", "messages handled again"),
    Metric("broker.<topic>", "dead", ("count",), "", "messages in the dead letter topic (A24)"),
    Metric("stream.<stream>", "delivered", ("ratio",), "ratio", "messages that reached their customer (C28)"),
)
"""What the named parts of a stack have."""

CATALOGUE: tuple[Metric, ...] = (*CITY, *FLOW, *PARTS)
CITY_SUBJECTS = tuple(dict.fromkeys(metric.subject for metric in CITY))
PART_KINDS = tuple(dict.fromkeys(metric.subject.split(".")[0] for metric in PARTS))
RESERVED = tuple(subject for subject in (*CITY_SUBJECTS, *PART_KINDS) if subject != ORDER)
"""Subjects of their own, so that no flow may be called so."""


def catalogue(stack: Stack) -> dict[str, Metric]:
    """Every metric name of a scenario with this stack; those of a city are always there."""
    flows = [name for name in stack.flows if name != ORDER]
    parts: dict[str, Iterable[str]] = {
        "station": stack.stations, "pool": stack.pools, "cache": stack.caches, "broker": stack.topics,
        "stream": stack.streams,
    }  # fmt: skip
    metrics = [*CITY, *(_of(metric, name) for name in flows for metric in FLOW)]
    for metric in PARTS:
        metrics += [_of(metric, name) for name in parts[metric.subject.split(".")[0]]]
    return {name: metric for metric in metrics for name in metric.names}


def metric_named(name: str) -> tuple[Metric, str]:
    """The metric, and the statistic of it, that a full name means in any stack; KeyError when there is none.

    A first word that is no subject of its own counts as a flow.
    """
    subject, _, rest = name.partition(".")
    if subject in PART_KINDS:
        part, _, rest = rest.partition(".")
        return _among((_of(metric, part) for metric in PARTS if metric.subject.startswith(f"{subject}.")), name)
    if subject in CITY_SUBJECTS:
        return _among(CITY, name)
    return _among((_of(metric, subject) for metric in FLOW), name)


def unit_of(metric: Metric, statistic: str) -> str:
    """The unit of one statistic: a rate of a count is per second."""
    return "/s" if statistic == "rate" and not metric.unit else metric.unit


def _of(metric: Metric, name: str) -> Metric:
    """The metric with a name in the place of its placeholder."""
    return dataclasses.replace(metric, subject=metric.subject.partition("<")[0] + name)


def _among(metrics: Iterable[Metric], name: str) -> tuple[Metric, str]:
    for metric in metrics:
        if name in metric.names and all(name.split(".")):
            return metric, name.rpartition(".")[2]
    raise KeyError(f"no metric is called {name!r}")

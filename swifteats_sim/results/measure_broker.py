"""Metrics of the broker's topics: how much passes, how far the consumers are behind, and what goes wrong."""

from __future__ import annotations

from swifteats_sim.results.span import describe_counted, rows, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND


def measure_broker(tables: Tables) -> dict[str, float]:
    """Every metric of every topic, in SI units."""
    seconds = span_of(tables).seconds
    metrics: dict[str, float] = {}
    for name, topic in rows(tables, "topics"):
        subject = f"broker.{name}"
        metrics[f"{subject}.throughput.rate"] = topic["messages"] / seconds
        metrics[f"{subject}.volume.rate"] = topic["bytes"] / seconds
        metrics[f"{subject}.lag.mean"] = topic["waited"] / SECOND / seconds
        metrics[f"{subject}.lost.count"] = topic["lost"]
        metrics[f"{subject}.duplicate.count"] = topic["duplicates"]
        metrics[f"{subject}.dead.count"] = topic["dead"]
        metrics[f"{subject}.lag.max"] = topic["most"]
        if name in tables.delays:
            metrics.update(describe_counted(f"{subject}.delay", tables.delays[name]))
    return metrics

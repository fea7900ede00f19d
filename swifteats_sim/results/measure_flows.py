"""Metrics of flows: what became of their jobs, how long that took, and what it carried."""

from __future__ import annotations

from swifteats_sim.results.span import describe_counted, ratio, span_of
from swifteats_sim.results.tables import FlowRecord, Tables
from swifteats_sim.scenario.quantities import SECOND

ENDS = {
    "completion": "completed",
    "rejected": "rejected",
    "abandoned": "abandoned",
    "failed": "failed",
    "expired": "expired",
    "dropped": "dropped",
}
"""Each a ratio of the jobs born: a job that is still under way at the end has none of these ends."""


def measure_flows(tables: Tables) -> dict[str, float]:
    """Every metric of every flow, in SI units; the flow `order` is measured by its orders."""
    seconds = span_of(tables).seconds
    metrics: dict[str, float] = {}
    for name, flow in tables.flows.items():
        if name != "order":
            metrics.update({**_pace(name, flow, seconds), **_ends(name, flow), **_times(name, flow)})
    if "gps" in tables.flows:
        metrics["location.stale.count"] = float(tables.flows["gps"].stale)
        metrics["location.overwritten.count"] = float(tables.flows["gps"].overwritten)
    return metrics


def _pace(name: str, flow: FlowRecord, seconds: float) -> dict[str, float]:
    """Per second, and the jobs in flight: their presence over the span (Little's law)."""
    return {
        f"{name}.offered.rate": flow.born / seconds,
        f"{name}.throughput.rate": flow.finished / seconds,
        f"{name}.in_flight.mean": flow.presence / SECOND / seconds,
        f"{name}.messages.rate": flow.messages / seconds,
        f"{name}.bytes.rate": flow.bytes / seconds,
    }


def _ends(name: str, flow: FlowRecord) -> dict[str, float]:
    metrics = {f"{name}.stale.count": float(flow.stale), f"{name}.wasted.count": float(flow.wasted)}
    for quantity, end in ENDS.items():
        metrics.update(ratio(f"{name}.{quantity}", getattr(flow, end), flow.born))
    if flow.calls:
        metrics[f"{name}.attempts.mean"] = flow.attempts / flow.calls
    return metrics


def _times(name: str, flow: FlowRecord) -> dict[str, float]:
    times = {**describe_counted(f"{name}.latency", flow.latency), **describe_counted(f"{name}.wait", flow.wait)}
    if flow.wait.number:
        times[f"{name}.wait.probability"] = flow.wait.share_above(0)
    return times

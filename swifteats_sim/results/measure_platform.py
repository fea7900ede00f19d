"""Metrics of the platform and the kitchens: flows, stations, and the counters of lost races."""

from __future__ import annotations

import numpy as np

from swifteats_sim.results.span import describe, instants, ratio, span_of, text
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND


def measure_platform(tables: Tables) -> dict[str, float]:
    """Every metric of flows, stations, kitchens and commits the tables can answer, in SI units."""
    return {**_gps(tables), **_tracking(tables), **_stations(tables), **_kitchens(tables), **_races(tables)}


def _gps(tables: Tables) -> dict[str, float]:
    if "gps" not in tables.flows:
        return {}
    flow = tables.flows["gps"]
    return {
        "gps.offered.rate": flow.born / span_of(tables).seconds,
        **describe("gps.latency", flow.latency),
        **ratio("gps.completion", flow.completed, flow.born),
        **ratio("gps.rejected", flow.rejected, flow.born),
        "location.stale.count": float(flow.stale),
    }


def _tracking(tables: Tables) -> dict[str, float]:
    if "tracking" not in tables.flows:
        return {}
    return describe("tracking.latency", tables.flows["tracking"].latency)


def _stations(tables: Tables) -> dict[str, float]:
    frame, seconds = tables.stations, span_of(tables).seconds
    numbers = ("servers", "visits", "busy", "wait", "max_wait", "rejected")
    columns = [instants(frame, each).tolist() for each in numbers]
    metrics: dict[str, float] = {}
    for name, servers, visits, busy, wait, max_wait, rejected in zip(
        text(frame, "station").tolist(), *columns, strict=True
    ):
        metrics[f"station.{name}.utilization.mean"] = busy / SECOND / (servers * seconds)
        metrics[f"station.{name}.queue.mean"] = wait / SECOND / seconds  # Little's law on the time spent waiting
        metrics[f"station.{name}.throughput.rate"] = visits / seconds
        metrics[f"station.{name}.rejected.count"] = float(rejected)
        if visits:
            metrics[f"station.{name}.wait.mean"] = wait / SECOND / visits
            metrics[f"station.{name}.wait.max"] = max_wait / SECOND
    return metrics


def _kitchens(tables: Tables) -> dict[str, float]:
    cooks, busy = instants(tables.kitchens, "cooks"), instants(tables.kitchens, "busy")
    staffed = cooks > 0  # a kitchen with recorded ready times has no cooks to keep busy
    if not staffed.any():
        return {}
    share = busy[staffed] / SECOND / (cooks[staffed] * span_of(tables).seconds)
    return {
        "kitchen.utilization.mean": float(np.mean(share)),
        "kitchen.utilization.max": float(np.max(share)),
    }


def _races(tables: Tables) -> dict[str, float]:
    """Lost races and broken guards over the whole run: an item oversold in the warm-up is oversold."""
    counts = tables.counts
    totals = {"assignment.double.count": "double_assignments", "inventory.oversold.count": "oversold"}
    return {
        **{name: float(counts[key]) for name, key in totals.items() if key in counts},
        **ratio("assignment.conflict", counts.get("commit_conflicts", 0), counts.get("commit_tries", 0)),
        **ratio("inventory.conflict", counts.get("reserve_conflicts", 0), counts.get("reserve_tries", 0)),
    }

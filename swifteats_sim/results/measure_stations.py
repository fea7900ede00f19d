"""Metrics of what work waits for: stations with their servers, pools with their connections."""

from __future__ import annotations

from swifteats_sim.results.span import rows, span_of
from swifteats_sim.results.tables import Tables
from swifteats_sim.scenario.quantities import SECOND


def measure_stations(tables: Tables) -> dict[str, float]:
    """Every metric of stations and pools, in SI units."""
    return {**_stations(tables), **_pools(tables)}


def _stations(tables: Tables) -> dict[str, float]:
    seconds = span_of(tables).seconds
    metrics: dict[str, float] = {}
    for name, station in rows(tables, "stations"):
        subject = f"station.{name}"
        metrics[f"{subject}.utilization.mean"] = station["busy"] / SECOND / (station["servers"] * seconds)
        metrics[f"{subject}.queue.mean"] = station["queued"] / SECOND / seconds  # Little's law on the time waited
        metrics[f"{subject}.throughput.rate"] = station["visits"] / seconds
        metrics[f"{subject}.rejected.count"] = station["rejected"]
        metrics.update(_waits(subject, station, "visits"))
    return metrics


def _pools(tables: Tables) -> dict[str, float]:
    seconds = span_of(tables).seconds
    metrics: dict[str, float] = {}
    for name, pool in rows(tables, "pools"):
        subject = f"pool.{name}"
        metrics[f"{subject}.utilization.mean"] = pool["held"] / SECOND / (pool["size"] * seconds)
        metrics[f"{subject}.refused.count"] = pool["refused"]
        metrics[f"{subject}.in_use.max"] = pool["most"]
        metrics.update(_waits(subject, pool, "takes"))
    return metrics


def _waits(subject: str, row: dict[str, float], served: str) -> dict[str, float]:
    """The mean wait of those who were served, the longest of all who waited; nothing where nobody came."""
    waits = {f"{subject}.wait.mean": row["wait"] / SECOND / row[served]} if row[served] else {}
    if row[served] or row["max_wait"]:
        waits[f"{subject}.wait.max"] = row["max_wait"] / SECOND
    return waits

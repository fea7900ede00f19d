"""Metrics of what stands near the customer: caches, and the streams that are open to them."""

from __future__ import annotations

from swifteats_sim.results.span import ratio, rows
from swifteats_sim.results.tables import Tables


def measure_caches(tables: Tables) -> dict[str, float]:
    """Every metric of caches and streams: shares and counts."""
    return {**_caches(tables), **_streams(tables)}


def _caches(tables: Tables) -> dict[str, float]:
    metrics: dict[str, float] = {}
    for name, cache in rows(tables, "caches"):
        subject = f"cache.{name}"
        metrics.update(ratio(f"{subject}.hit", cache["hits"], cache["reads"]))
        metrics.update(ratio(f"{subject}.stale", cache["stale"], cache["hits"]))
        metrics[f"{subject}.evicted.count"] = cache["evicted"]
        metrics[f"{subject}.stampede.count"] = cache["stampedes"]
    return metrics


def _streams(tables: Tables) -> dict[str, float]:
    metrics: dict[str, float] = {}
    for name, stream in rows(tables, "streams"):
        metrics.update(ratio(f"stream.{name}.delivered", stream["delivered"], stream["sent"]))
    return metrics

"""Findings: what a run shows beyond its targets, each in a sentence or two with its numbers."""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.results.evidence import Evidence, Finding
from swifteats_sim.results.find_backlogs import filling_city, growing_backlogs, risen_backlog
from swifteats_sim.results.find_city import felt_times, fleet_cycle, tighter_side, tightest_geo, waiting_drivers
from swifteats_sim.results.find_defects import DEFECTS
from swifteats_sim.results.find_evidence import too_short
from swifteats_sim.results.find_lags import lagging_topics, mixed_geos
from swifteats_sim.results.find_lost import lost_orders
from swifteats_sim.results.find_messages import fix_order, lost_messages, unreached_streams
from swifteats_sim.results.find_stack import busiest_station, cache_hits, retry_load
from swifteats_sim.results.find_warmup import warmup

__all__ = ["FINDINGS", "Evidence", "Finding", "collect_findings"]


def single_replication(evidence: Evidence) -> Finding | None:
    """A warning that one run shows no spread."""
    if len(evidence.tables) > 1:
        return None
    text = "A single replication has no interval: targets are judged on its values, which another seed may move."
    return Finding("single-replication", text, ())


FINDINGS: tuple[Callable[[Evidence], Finding | None], ...] = (
    lost_orders,
    filling_city,
    fleet_cycle,
    tightest_geo,
    busiest_station,
    tighter_side,
    growing_backlogs,
    risen_backlog,
    lagging_topics,
    mixed_geos,
    lost_messages,
    unreached_streams,
    cache_hits,
    retry_load,
    waiting_drivers,
    felt_times,
    fix_order,
    *DEFECTS,
    warmup,
    too_short,
    single_replication,
)


def collect_findings(evidence: Evidence) -> tuple[Finding, ...]:
    """Every finding the evidence supports, in a fixed order."""
    return tuple(finding for find in FINDINGS if (finding := find(evidence)) is not None)

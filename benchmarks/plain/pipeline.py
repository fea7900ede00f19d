"""The GPS pipeline of `scenarios/gps_ingest.yaml` alone, in plain SimPy.

It does what the scenario declares: 10,000 drivers at phases of their own, a token bucket each, 12 instances of 5 in
turn, a partition by driver, a consumer each of which handles one fix at a time, the guard that keeps the newest fix,
then the customer's message and a new estimate, with traffic by cell for a minute. Left out: the count of bytes, series
by the minute, sampled fixes. Its numbers are those of numpy's Generator, in no order that a second run could rely on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import simpy

from benchmarks.figures import Figures, latency, use
from benchmarks.plain.fixes import Fixes
from swifteats_sim.scenario import Scenario


def pipeline(scenario: Scenario, replication: int = 0) -> tuple[Mapping[str, float], Figures]:
    """(counts, figures by name) of one run of a scenario without a city."""
    warmup, end = scenario.warmup / 1e9, scenario.end / 1e9
    env, random = simpy.Environment(), np.random.default_rng([scenario.seed, replication]).random
    gps = scenario.stack.flows["gps"]
    assert isinstance(gps.clients, int)
    assert gps.every is not None
    fixes = Fixes(env, scenario.stack, random, warmup, gps.every / 1e9, [0] * gps.clients, ["dense"])
    fixes.start()
    env.run(until=end)
    span = end - warmup
    figures = {
        "gps.throughput.rate": len(fixes.latencies) / span,
        **latency("gps", fixes.latencies),
        **latency("tracking", fixes.tracked),
        **latency("eta_update", fixes.updated),
        **use((fixes.ingestion, fixes.location, fixes.eta), span),
    }
    return {"fixes": fixes.born, "stale": fixes.stale, "messages": fixes.messages}, figures

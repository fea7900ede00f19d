"""The simulation of a load of fixes, with what each step costs measured alone: what it says of the same load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.live.fixes.costs import FixCosts
from swifteats_sim.live.fixes.keeping import LINGER, SIZE
from swifteats_sim.live.fixes.schedule import Load
from swifteats_sim.results.metrics import measure
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.distributions import Distribution
from swifteats_sim.simulation import simulate

WARMUP = "10 s"
FULL = 1_000_000
"""Fixes that make a batch full: never as many."""


@dataclass(frozen=True)
class FixesPredicted:
    """p50, p99 : s, from when the phone sends a fix to when Redis knows it; lag : fixes on their way, on average.

    busy : share of their time for which consumers work.
    """

    p50: float
    p99: float
    lag: float
    busy: float


def predict_fixes(load: Load, costs: FixCosts, seed: int = 1) -> FixesPredicted:
    """One run of the load on a stack of these costs; nothing is fitted to a measurement of the load itself."""
    metrics = measure(simulate(scenario_of(load, costs, seed)))
    said = ("gps.latency.p50", "gps.latency.p99", "gps.in_flight.mean", "station.location.utilization.mean")
    return FixesPredicted(*(metrics[name] for name in said))


def scenario_of(load: Load, costs: FixCosts, seed: int) -> Scenario:
    """A sender; for each partition a batch that waits for others and travels; consumers who share the partitions."""
    travels = {
        "batch": {"size": FULL, "every": f"{LINGER} ms"},
        "steps": [{"delay": {"travelling": _law(costs.travelling)}}],
    }
    share = f"{100 / load.partitions:.9f} %"
    steps: list[dict[str, Any]] = [
        {"at": "sender", "service": {"sending": _law(costs.sending)}},
        {"branch": [{"share": share, "steps": [travels]}] * load.partitions},
        {"place": "fixes"},
        {"consume": "fixes", "steps": [{"at": "location", "service": {"keeping": _law(costs.keeping)}}]},
    ]
    topic = {"partitions": load.partitions, "placement": "keyed", "consumers": load.consumers, "message": f"{SIZE} B"}
    stack = {
        "stations": {"sender": {}, "location": {"instances": load.consumers, "balancing": "partition"}},
        "topics": {"fixes": topic},
        "flows": {"gps": {"clients": load.drivers, "every": f"{load.drivers / load.rate:.9f} s", "steps": steps}},
    }
    span = {"warmup": WARMUP, "duration": f"{load.seconds:g} s"}
    return Scenario.model_validate({"name": "fixes-on-real-servers", "seed": seed, "stack": stack, **span})


def _law(values: NDArray[np.float64]) -> Distribution:
    measured = tuple(sorted(values.tolist()))
    return Distribution("empirical", (), "measured alone", float(np.mean(values)), measured)

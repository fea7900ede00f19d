"""Runs of the scenarios that the project ships, shortened or bent by settings as of `--set`."""

from __future__ import annotations

import math
from pathlib import Path

from swifteats_sim.experiments import Rehearsal, rehearse
from swifteats_sim.scenario import Scenario, load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
LOCATION_ONLY = ("stack.flows.tracking=[{fail: 0 %}]", "stack.flows.eta_update=[{fail: 0 %}]")
"""A fix ends when its place is known: what follows does not act back on it, and takes half the time of a run."""
SURE = 3.29
"""Standard deviations within which 99.9 % of normal values lie."""


def shipped(name: str | Path, *settings: str) -> Scenario:
    """A scenario by its name below `scenarios/`, or a file of the test's own, with `PATH=VALUE` settings."""
    pairs = [setting.split("=", 1) for setting in settings]
    return load(SCENARIOS / name, [(key, value) for key, value in pairs])


def rehearsed(name: str | Path, *settings: str) -> Rehearsal:
    """All replications of it, judged."""
    return rehearse(shipped(name, *settings))


def values(rehearsal: Rehearsal) -> dict[str, float]:
    """The mean of each metric."""
    return {name: estimate.value for name, estimate in rehearsal.estimates.items()}


def verdicts(rehearsal: Rehearsal) -> dict[str, str]:
    """The verdict on each target's metric; a metric with several conditions has that of the last."""
    return {each.target.metric: each.verdict for each in rehearsal.judgements}


def is_binomial(share: float, probability: float, trials: int) -> bool:
    """Whether a share of `trials` independent trials fits this probability (99.9 %, normal approximation)."""
    return abs(share - probability) <= SURE * math.sqrt(probability * (1 - probability) / trials)

"""The summary of a run: what `summary.json` holds, in SI units whatever the display says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swifteats_sim.results.evidence import Finding
from swifteats_sim.results.names import unit_of_name
from swifteats_sim.results.statistics import Estimate
from swifteats_sim.results.verdict import Judgement
from swifteats_sim.results.warmup_cut import Cut
from swifteats_sim.scenario.quantities import SECOND


def build_summary(
    *,
    scenario: str,
    seed: int,
    replications: int,
    digest: str,
    sim_seconds: float,
    wall_seconds: float,
    events: int,
    estimates: Mapping[str, Estimate],
    judgements: Sequence[Judgement],
    findings: Sequence[Finding],
    cut: Cut | None = None,
) -> dict[str, Any]:
    """The summary as plain dictionaries, lists, numbers and text, ready for JSON."""
    return {
        "scenario": scenario,
        "seed": int(seed),
        "replications": int(replications),
        "digest": digest,
        "sim_seconds": float(sim_seconds),
        "wall_seconds": float(wall_seconds),
        "events": int(events),
        "metrics": {name: _metric(name, estimate) for name, estimate in estimates.items()},
        "targets": [_target(each) for each in judgements],
        "findings": [{"id": each.id, "text": each.text, "refs": list(each.refs)} for each in findings],
        "warmup_cut": None if cut is None else {"seconds": cut.at / SECOND, "backlog": cut.backlog},
    }


def _metric(name: str, estimate: Estimate) -> dict[str, Any]:
    return {"value": float(estimate.value), "unit": unit_of_name(name), "ci95": _interval(estimate.ci95)}


def _target(judgement: Judgement) -> dict[str, Any]:
    return {
        "metric": judgement.target.metric,
        "condition": judgement.target.text,
        "value": None if judgement.value is None else float(judgement.value),
        "ci95": _interval(judgement.ci95),
        "verdict": judgement.verdict,
    }


def _interval(ci95: tuple[float, float] | None) -> list[float] | None:
    return None if ci95 is None else [float(ci95[0]), float(ci95[1])]

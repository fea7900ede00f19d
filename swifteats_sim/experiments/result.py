"""What is kept of a point of a sweep: all that it measured and how it was judged, without its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

from swifteats_sim.experiments.rehearsal import Rehearsal
from swifteats_sim.results import Estimate, Judgement
from swifteats_sim.results.findings import Finding
from swifteats_sim.results.names import unit_of_name
from swifteats_sim.results.pairing import Values
from swifteats_sim.results.verdict import Verdict
from swifteats_sim.scenario import Scenario

WORST_FIRST: tuple[Verdict, ...] = ("saturated", "fail", "inconclusive", "pass")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a point.

    digest : over all that it recorded; measured : by each replication; estimates : over them, in SI units.
    """

    digest: str
    events: int
    measured: Values
    estimates: Mapping[str, Estimate]
    judgements: tuple[Judgement, ...]
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, found: Rehearsal) -> Result:
        """Of a rehearsal, whose tables can be let go."""
        return cls(found.digest, found.events, found.measured, found.estimates, found.judgements, found.findings)

    @property
    def verdict(self) -> Verdict | None:
        """The worst of its targets; None where it has none."""
        found = {each.verdict for each in self.judgements}
        return next((verdict for verdict in WORST_FIRST if verdict in found), None)


def as_data(result: Result) -> dict[str, Any]:
    """As a file holds it; times in seconds, rates a second, ratios 0..1."""
    return {
        "digest": result.digest,
        "events": result.events,
        "metrics": {name: _metric(name, each) for name, each in result.estimates.items()},
        "targets": [_target(each) for each in result.judgements],
        "findings": [{"id": each.id, "text": each.text, "refs": list(each.refs)} for each in result.findings],
        "replications": [{name: float(value) for name, value in each.items()} for each in result.measured],
    }


def from_data(data: Mapping[str, Any], scenario: Scenario) -> Result:
    """What `as_data` made of a result of the scenario; KeyError, TypeError or ValueError for anything else."""
    measured = tuple({str(name): float(value) for name, value in each.items()} for each in data["replications"])
    if len(measured) != scenario.replications:
        raise ValueError(f"{len(measured)} replications, not {scenario.replications}")
    return Result(
        str(data["digest"]),
        int(data["events"]),
        measured,
        {name: _estimate(name, each, measured) for name, each in data["metrics"].items()},
        tuple(_judgement(*pair) for pair in zip(scenario.conditions, data["targets"], strict=True)),
        tuple(Finding(each["id"], each["text"], tuple(each["refs"])) for each in data["findings"]),
    )


def _metric(name: str, found: Estimate) -> dict[str, Any]:
    return {"value": float(found.value), "unit": unit_of_name(name), "ci95": _interval(found.ci95)}


def _target(found: Judgement) -> dict[str, Any]:
    return {
        "metric": found.target.metric,
        "condition": found.target.text,
        "value": None if found.value is None else float(found.value),
        "ci95": _interval(found.ci95),
        "verdict": found.verdict,
        "reason": found.reason,
    }


def _interval(ci95: tuple[float, float] | None) -> list[float] | None:
    return None if ci95 is None else [float(ci95[0]), float(ci95[1])]


def _estimate(name: str, data: Mapping[str, Any], measured: Values) -> Estimate:
    values = tuple(each[name] for each in measured if name in each)
    return Estimate(float(data["value"]), _ends(data["ci95"]), values)


def _judgement(target: Any, data: Mapping[str, Any]) -> Judgement:
    if (data["metric"], data["condition"]) != (target.metric, target.text) or data["verdict"] not in get_args(Verdict):
        raise ValueError(f"no verdict on {target.metric} {target.text}")
    value = None if data["value"] is None else float(data["value"])
    return Judgement(
        target, value, _ends(data["ci95"]), cast(Verdict, data["verdict"]), target.unit, str(data["reason"])
    )


def _ends(ci95: Sequence[float] | None) -> tuple[float, float] | None:
    if ci95 is None:
        return None
    low, high = ci95
    return float(low), float(high)

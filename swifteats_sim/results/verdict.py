"""Verdicts: each target held against its interval, never against an average alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from swifteats_sim.results.names import backlogs_of
from swifteats_sim.results.overload import overloaded
from swifteats_sim.results.saturation import Growth
from swifteats_sim.results.statistics import Estimate
from swifteats_sim.scenario.targets import Target

Verdict = Literal["pass", "fail", "inconclusive", "saturated"]

Paths = Mapping[str, tuple[str, ...]]
NO_PATHS: Paths = MappingProxyType({})

PASSED, INCONCLUSIVE, FAILED = 0, 98, 99


@dataclass(frozen=True, slots=True)
class Judgement:
    """One target and what became of it.

    value : the metric in its SI unit, or None without data.
    ci95 : (low, high), or None with a single replication.
    unit : "s", "/s", "B/s", "ratio" or "".
    reason : why, in a clause.
    """

    target: Target
    value: float | None
    ci95: tuple[float, float] | None
    verdict: Verdict
    unit: str
    reason: str


def judge(
    targets: Iterable[Target],
    estimates: Mapping[str, Estimate],
    growths: Sequence[Mapping[str, Growth]],
    paths: Paths = NO_PATHS,
) -> tuple[Judgement, ...]:
    """Judge every target on the estimates.

    growths : the backlogs of every replication, in order; paths : see Tables.
    """
    return tuple(_judge(target, estimates.get(target.metric), growths, paths) for target in targets)


def exit_code(judgements: Iterable[Judgement]) -> int:
    """What the process says: 0 when every target passes, 99 when one fails or is saturated, otherwise 98."""
    verdicts = {each.verdict for each in judgements}
    if verdicts & {"fail", "saturated"}:
        return FAILED
    return INCONCLUSIVE if "inconclusive" in verdicts else PASSED


def _judge(
    target: Target, estimate: Estimate | None, growths: Sequence[Mapping[str, Growth]], paths: Paths
) -> Judgement:
    backlogs = () if estimate is None else backlogs_of(target.metric, paths)
    growing = _saturated(backlogs, growths)  # nothing measured, nothing to distort
    verdict, reason = growing or _measured(target, estimate, len(growths))
    if verdict == "pass" and target.operator != "==" and (may_be := _overloaded(backlogs, growths)):
        verdict, reason = "inconclusive", may_be
    value, ci95 = (None, None) if estimate is None else (estimate.value, estimate.ci95)
    return Judgement(target, value, ci95, verdict, target.unit, reason)


def _saturated(backlogs: Sequence[str], growths: Sequence[Mapping[str, Growth]]) -> tuple[Verdict, str] | None:
    """Growth comes before any value: a longer run would have shown another one. The first that grows is told."""
    for backlog in backlogs:
        growing = [each[backlog] for each in growths if backlog in each and each[backlog].saturated]
        if growing:
            worst = max(growing, key=lambda each: each.per_minute)
            where = f" in {len(growing)} of {len(growths)} replications" if len(growths) > 1 else ""
            return "saturated", f"{worst.words}{where}"
    if any(each[backlog].filling for backlog in backlogs for each in growths if backlog in each):
        return "inconclusive", "the city is still filling: its warm-up is shorter than an order takes"
    return None


def _overloaded(backlogs: Sequence[str], growths: Sequence[Mapping[str, Growth]]) -> str | None:
    """In a clause, which station of its path may be overloaded without showing it yet."""
    for backlog in backlogs:
        found = [each[backlog].load for each in growths if backlog in each]
        known = [load for load in found if load is not None]
        if known and len(known) == len(growths) and (may_be := overloaded(known)):
            return may_be
    return None


def _measured(target: Target, estimate: Estimate | None, replications: int) -> tuple[Verdict, str]:
    if estimate is None:
        return "inconclusive", "no data"
    missing = replications - len(estimate.per_replication)
    if missing > 0:  # dropping the runs in which nothing happened would flatter the rest
        return "inconclusive", f"no data in {missing} of {replications} replications"
    if target.operator == "==":
        return _exact(target, estimate)
    if estimate.ci95 is None:
        return ("pass" if target.met(estimate.value) else "fail"), "one replication: its value, no interval"
    good = [target.met(end) for end in estimate.ci95]
    if all(good):
        return "pass", "the whole interval is on the good side"
    if not any(good):
        return "fail", "the whole interval is on the bad side"
    return "inconclusive", "the interval straddles the limit"


def _exact(target: Target, estimate: Estimate) -> tuple[Verdict, str]:
    """An equality speaks of every run ("0 double assignments"), not of a mean: one exception breaks it."""
    broken = sum(not target.met(value) for value in estimate.per_replication)
    if broken:
        return "fail", f"another value in {broken} of {len(estimate.per_replication)} replications"
    return "pass", "the same value in every replication"

"""A check for programs, as JSON, and for people who look at a build, as Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from typing import Any

from swifteats_sim.experiments.checked import Checked, Held, Movement, worse
from swifteats_sim.experiments.checking_words import ENDS, details, ending, heading, severity
from swifteats_sim.experiments.saving_comparison import estimate_data
from swifteats_sim.results.inert import inert_markdown
from swifteats_sim.results.markdown import markdown_table
from swifteats_sim.results.names import unit_of_name
from swifteats_sim.results.verdict import PASSED
from swifteats_sim.scenario.units import format_value

MOST = 50
"""Rows of a scenario at most."""
HEADER = ("target", "value", "95 % interval", "verdict", "in the baseline")


def as_json(every: Sequence[Checked], baseline: str, updated: bool) -> str:
    """Everything, for a program to read; times in seconds, rates a second, ratios 0..1. All of it ASCII."""
    return json.dumps(_data(every, baseline, updated), indent=2, allow_nan=False) + "\n"


def _data(every: Sequence[Checked], baseline: str, updated: bool) -> dict[str, Any]:
    return {
        "baseline": baseline,
        "updated": updated,
        "outcome": ENDS[severity(every, updated)],
        "exit_code": severity(every, updated),
        "summary": ending(every, updated),
        "scenarios": [_scenario(each) for each in every],
    }


def as_markdown(every: Sequence[Checked], baseline: str, updated: bool) -> str:
    """How it ends, then for each scenario its targets and all that is not as it was; no name in it is markup."""
    parts = [f"## swifteats-sim check: {ending(every, updated)}", f"Compared with {inert_markdown(baseline)}."]
    for checked in every:
        parts.append(f"### {inert_markdown(heading(checked))}")
        if checked.held:
            parts.append(markdown_table(HEADER, [_row(each) for each in checked.held[:MOST]]).rstrip("\n"))
        lines = [f"- {inert_markdown(line)}" for line in details(checked)]
        more = [f"- {len(lines) - MOST} more"] if len(lines) > MOST else []
        parts += ["\n".join([*lines[:MOST], *more])] if lines else []
    return "\n\n".join(parts) + "\n"


def _row(held: Held) -> tuple[str, ...]:
    found = held.judgement
    value = "no data" if found.value is None else format_value(found.value, found.unit)
    interval = "none" if found.ci95 is None else " to ".join(format_value(end, found.unit) for end in found.ci95)
    verdict = found.verdict if held.severity == PASSED else f"**{found.verdict}**"
    target = inert_markdown(f"{found.target.metric.rpartition('.')[0]} {found.target.text}")
    return target, value, interval, verdict, held.before or "not there"


def _scenario(checked: Checked) -> dict[str, Any]:
    then = checked.entry
    return {
        "scenario": checked.name,
        "file": checked.chosen.file,
        "exit_code": checked.severity,
        "seed": checked.now.seed,
        "replications": checked.now.replications,
        "replications_compared": checked.replications if then else 0,
        "common_random_numbers": checked.common,
        "digest": {"baseline": then.digest if then else None, "now": checked.now.digest},
        "made_with": {"baseline": then.made_with if then else None, "now": checked.now.made_with},
        "differing": [each._asdict() for each in checked.differing],
        "differing_unreadable": checked.unreadable or None,
        "targets": [_target(each) for each in checked.held],
        "metrics": {each.metric: _movement(each, checked) for each in checked.movements},
    }


def _target(held: Held) -> dict[str, Any]:
    found = held.judgement
    return {
        "metric": found.target.metric,
        "condition": found.target.text,
        "value": found.value,
        "ci95": None if found.ci95 is None else list(found.ci95),
        "verdict": found.verdict,
        "reason": found.reason,
        "in_baseline": held.before or None,
        "file": held.place.file,
        "line": held.place.line,
    }


def _movement(moved: Movement, checked: Checked) -> dict[str, Any]:
    found = moved.contrast
    facts: dict[str, Any] = {"outcome": moved.outcome, "tolerance": moved.tolerance.text}
    if found is not None:
        facts |= {
            "unit": unit_of_name(found.metric),
            "baseline": estimate_data(found.a),
            "now": estimate_data(found.b),
            "difference": estimate_data(found.difference),
            "relative": found.relative if found.relative is not None and isfinite(found.relative) else None,
            "direction": worse(found.metric, found.a.value, found.b.value, checked.held) or None,
        }
    return facts

"""The folder of a comparison: `comparison.json` for programs, `comparison.md` for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from swifteats_sim.experiments.comparing import Comparison, Contrast, Side
from swifteats_sim.experiments.comparing_tables import comparison_markdown, selected
from swifteats_sim.experiments.comparing_words import only_shown, sentences
from swifteats_sim.results import Estimate
from swifteats_sim.results.folder import as_json, write_texts
from swifteats_sim.results.markdown import markdown_table
from swifteats_sim.scenario.differing import in_short


def save_comparison(comparison: Comparison, out: Path) -> Path:
    """Write `compare-<a>-<b>-<digest>/` under `out` and return it; OSError when the disk refuses."""
    texts = {"comparison.json": as_json(data(comparison)), "comparison.md": document(comparison)}
    return write_texts(out, comparison.name, texts)


def data(comparison: Comparison) -> dict[str, Any]:
    """Everything, for a program to read; times in seconds, rates a second, ratios 0..1."""
    return {
        "a": _side(comparison.a),
        "b": _side(comparison.b),
        "digest": comparison.digest,
        "replications": comparison.replications,
        "common_random_numbers": comparison.common,
        "summary": sentences(comparison),
        "differing": [each._asdict() for each in comparison.differing],
        "targets": [each._asdict() for each in comparison.verdicts],
        "metrics": {each.metric: _contrast(each) for each in comparison.contrasts},
        "only_a": list(comparison.only_a),
        "only_b": list(comparison.only_b),
        "not_in_every_replication": list(comparison.gappy),
        "findings": only_shown(comparison),
    }


def document(comparison: Comparison) -> str:
    """All of it as Markdown, to paste."""
    parts = ["# B against A", *sentences(comparison)]
    if comparison.differing:
        rows = [(each.path, in_short(each.a), in_short(each.b)) for each in comparison.differing]
        parts += ["## Scenarios", markdown_table(("value", "A", "B"), rows)]
    if comparison.verdicts:
        judged = [(*each[:2], each.a or "no target", each.b or "no target") for each in comparison.verdicts]
        parts += ["## Verdicts", markdown_table(("metric", "target", "A", "B"), judged)]
    every = selected(comparison, every=True).rows
    parts += ["## Metrics", comparison_markdown(every) if every else "They have no metric in common."]
    if found := only_shown(comparison):
        parts += ["## Findings", "\n".join(f"- {each}" for each in found)]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _side(side: Side) -> dict[str, Any]:
    return {"file": side.file, "scenario": side.scenario.name, "seed": side.scenario.seed, "digest": side.digest}


def _contrast(contrast: Contrast) -> dict[str, Any]:
    return {
        "unit": contrast.unit,
        "a": estimate_data(contrast.a),
        "b": estimate_data(contrast.b),
        "difference": estimate_data(contrast.difference),
        "relative": contrast.relative,
        "moved": contrast.moved,
    }


def estimate_data(estimate: Estimate) -> dict[str, Any]:
    """An estimate as plain values."""
    ci95 = None if estimate.ci95 is None else list(estimate.ci95)
    return {"value": estimate.value, "ci95": ci95, "per_replication": list(estimate.per_replication)}

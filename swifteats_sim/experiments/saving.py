"""The run folder of a rehearsal: tables, summary, manifest, the verdict to paste and the scenario in full."""

from __future__ import annotations

import io
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from swifteats_sim.experiments.provenance import outside, versions
from swifteats_sim.experiments.rehearsal import Rehearsal
from swifteats_sim.results import build_summary, verdict_markdown, write_run
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.manifest import FORMAT
from swifteats_sim.scenario.outside import law_files
from swifteats_sim.scenario.writing import in_full


def save(rehearsal: Rehearsal, out: Path) -> Path:
    """Write the run folder under `out` and return it; OSError when the disk refuses."""
    scenario = rehearsal.scenario
    summary = build_summary(
        scenario=scenario.name,
        seed=scenario.seed,
        replications=scenario.replications,
        digest=rehearsal.digest,
        sim_seconds=scenario.end / 1e9 * scenario.replications,
        wall_seconds=rehearsal.wall_seconds,
        events=rehearsal.events,
        estimates=rehearsal.estimates,
        judgements=rehearsal.judgements,
        findings=rehearsal.findings,
        cut=rehearsal.cut,
    )
    texts = {"scenario.yaml": as_yaml(scenario), "verdict.md": verdict_markdown(rehearsal.judgements)}
    texts |= law_files(scenario)
    return write_run(out, scenario.name, summary, _manifest(rehearsal), rehearsal.tables, texts)


def _manifest(rehearsal: Rehearsal) -> dict[str, Any]:
    scenario = rehearsal.scenario
    return {
        "format": FORMAT,
        "scenario": in_full(scenario),
        "seed": scenario.seed,
        "replications": scenario.replications,
        "digest": rehearsal.digest,
        "versions": versions(),
        "outside": [each._asdict() for each in outside(scenario)],
        "precision": None if rehearsal.reached is None else rehearsal.reached.data,
        "engine": rehearsal.engine,
        "sim_seconds": scenario.end / 1e9 * scenario.replications,
        "wall_seconds": rehearsal.wall_seconds,
        "streets": asdict(rehearsal.ready) | {"seconds": rehearsal.ready_seconds},
        "events": [tables.counts["events"] for tables in rehearsal.tables],
        "counts": [dict(tables.counts) for tables in rehearsal.tables],
    }


def as_yaml(scenario: Scenario) -> str:
    """The scenario as a file that runs as it stands."""
    text = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # as declared, not by the alphabet
    writer.width = 110
    writer.dump(in_full(scenario), text)
    return text.getvalue()

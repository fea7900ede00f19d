"""A rehearsal: all replications of a scenario, what they measure together, and the verdict on every target."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from swifteats_sim.experiments.processes import Tick
from swifteats_sim.experiments.replications import replicate
from swifteats_sim.results import (
    Estimate,
    Evidence,
    Judgement,
    Tables,
    collect_findings,
    digest,
    estimates,
    growths,
    judge,
    measure,
)
from swifteats_sim.results.findings import Finding
from swifteats_sim.results.pairing import Values
from swifteats_sim.results.saturation import Growth
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.streets import is_file
from swifteats_sim.simulation import NO_STREETS, Engine, Growing, Ready, make_ready


@dataclass(frozen=True)
class Rehearsal:
    """What came of a scenario.

    tables : one record a replication; measured : what each measures; estimates : by metric name, in SI units;
    wall_seconds : what the runs took; engine : see `simulate`; ready : its streets, made so in ready_seconds.
    """

    scenario: Scenario
    tables: tuple[Tables, ...]
    measured: Values
    estimates: Mapping[str, Estimate]
    judgements: tuple[Judgement, ...]
    findings: tuple[Finding, ...]
    digest: str
    wall_seconds: float
    engine: Engine = "compiled"
    ready: Ready = NO_STREETS
    ready_seconds: float = 0.0

    @property
    def events(self) -> int:
        """Events of all replications."""
        return sum(tables.counts["events"] for tables in self.tables)


class _Found(NamedTuple):
    """One replication: its record and what it measures, found while others run."""

    record: Tables
    measured: Mapping[str, float]
    grown: Mapping[str, Growth]


def rehearse(
    scenario: Scenario,
    workers: int = 1,
    tick: Tick = lambda replication, now: None,
    engine: Engine = "compiled",
    growing: Growing = lambda streets, grown, of: None,
) -> Rehearsal:
    """Run every replication and judge them together; neither processes nor the engine change a result.

    growing : told (map, grown, to be grown) while trees of streets are grown that no run before has grown.
    """
    began = perf_counter()
    ready = make_ready(scenario, workers, growing)
    ready_seconds, began, found = perf_counter() - began, perf_counter(), dict[int, _Found]()

    def hear(replication: int, record: Tables) -> None:
        found[replication] = _Found(record, measure(record), growths(record))

    replicate(scenario, workers, tick, engine, hear)
    wall = perf_counter() - began
    every = [found[replication] for replication in range(scenario.replications)]
    tables, grown = tuple(each.record for each in every), [each.grown for each in every]
    measured = tuple(each.measured for each in every)
    together = estimates(measured)
    return Rehearsal(
        scenario,
        tables,
        measured,
        together,
        judge(scenario.conditions, together, grown, tables[0].paths),
        collect_findings(Evidence(tables, together, grown)),
        digest(tables, declared(scenario)),
        wall,
        engine,
        ready,
        ready_seconds,
    )


def declared(scenario: Scenario) -> str:
    """The scenario as JSON with sorted keys, without the places of files: where things stand changes no result."""
    content = scenario.model_dump(mode="json", exclude={"demand": {"trace"}})
    for holder in (content["city"] or {}, *(content["city"] or {"geos": {}})["geos"].values()):
        if is_file(holder.get("map") or ""):
            holder["map"] = Path(holder["map"]).name
    return json.dumps(content, sort_keys=True, ensure_ascii=False)

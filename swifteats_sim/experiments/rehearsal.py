"""A rehearsal: all replications of a scenario, what they measure together, and the verdict on every target."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from swifteats_sim.experiments.replications import Tick, replicate
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
from swifteats_sim.scenario import Scenario
from swifteats_sim.simulation import Engine


@dataclass(frozen=True)
class Rehearsal:
    """What came of a scenario.

    tables : one record a replication; estimates : by metric name, in SI units; wall_seconds : what the runs took;
    engine : see `simulate`.
    """

    scenario: Scenario
    tables: tuple[Tables, ...]
    estimates: Mapping[str, Estimate]
    judgements: tuple[Judgement, ...]
    findings: tuple[Finding, ...]
    digest: str
    wall_seconds: float
    engine: Engine = "compiled"

    @property
    def events(self) -> int:
        """Events of all replications."""
        return sum(tables.counts["events"] for tables in self.tables)


def rehearse(
    scenario: Scenario,
    workers: int = 1,
    tick: Tick = lambda replication, now: None,
    engine: Engine = "compiled",
) -> Rehearsal:
    """Run every replication and judge them together; neither processes nor the engine change a result."""
    began = perf_counter()
    tables = replicate(scenario, workers, tick, engine)
    wall = perf_counter() - began
    together = estimates([measure(each) for each in tables])
    grown = [growths(each) for each in tables]
    return Rehearsal(
        scenario,
        tables,
        together,
        judge(scenario.conditions, together, grown, tables[0].paths),
        collect_findings(Evidence(tables, together, grown)),
        digest(tables, declared(scenario)),
        wall,
        engine,
    )


def declared(scenario: Scenario) -> str:
    """The scenario as JSON with sorted keys, without the folders of traces and maps: where they are changes nothing."""
    content = scenario.model_dump(mode="json", exclude={"demand": {"trace"}})
    city = content["city"] or {"geos": {}}
    for part in (city, *city["geos"].values()):
        if part.get("map") is not None:
            part["map"] = Path(part["map"]).name
    return json.dumps(content, sort_keys=True, ensure_ascii=False)

"""A rehearsal: all replications of a scenario, what they measure together, and the verdict on every target."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from swifteats_sim.experiments.processes import Tick
from swifteats_sim.experiments.replications import replicate
from swifteats_sim.experiments.sequential import Looked, Reached, Seen, first_count, look
from swifteats_sim.experiments.sequential_words import outcome
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
from swifteats_sim.results.find_evidence import undecided
from swifteats_sim.results.find_warmup import cut_of
from swifteats_sim.results.findings import Finding
from swifteats_sim.results.pairing import Values
from swifteats_sim.results.saturation import Growth
from swifteats_sim.results.verdict import INCONCLUSIVE, PASSED, exit_code
from swifteats_sim.results.warmup_cut import Cut
from swifteats_sim.scenario import Precision, Scenario
from swifteats_sim.scenario.streets import is_file
from swifteats_sim.simulation import NO_STREETS, Engine, Growing, Ready, make_ready


@dataclass(frozen=True)
class Rehearsal:
    """What came of a scenario.

    tables : one record a replication; measured : what each measures; estimates : by metric name, in SI units;
    cut : where one warm-up for all should end, if that can be told; wall_seconds : what the runs took;
    engine : see `simulate`; ready : its streets, made so in ready_seconds; reached : the precision asked for and found,
    where one was: the scenario then has as many replications as it took.
    """

    scenario: Scenario
    tables: tuple[Tables, ...]
    measured: Values
    estimates: Mapping[str, Estimate]
    judgements: tuple[Judgement, ...]
    findings: tuple[Finding, ...]
    digest: str
    cut: Cut | None
    wall_seconds: float
    engine: Engine = "compiled"
    ready: Ready = NO_STREETS
    ready_seconds: float = 0.0
    reached: Reached | None = None

    @property
    def exit_code(self) -> int:
        """What the process says: of the verdicts, and 98 where all pass and are not as sure as was asked."""
        code = exit_code(self.judgements)
        return INCONCLUSIVE if code == PASSED and self.reached is not None and not self.reached.sure else code

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
    precision: Precision | None = None,
    looked: Looked = lambda seen: None,
) -> Rehearsal:
    """Run every replication and judge them together; neither processes nor the engine change a result.

    growing : told (map, grown, to be grown) while trees of streets are grown that no run before has grown.
    precision : run as many replications as it takes, see `sequential`; looked : told what each round showed.
    """
    began = perf_counter()
    ready = make_ready(scenario, workers, growing)
    ready_seconds, began = perf_counter() - began, perf_counter()
    run = partial(_run, scenario, workers, tick, engine)
    if precision is None:
        every, reached = run(range(scenario.replications)), None
    else:
        every, reached = _until_sure(scenario, precision, run, looked)
        scenario = scenario.model_copy(update={"replications": len(every)})
    found = _judged(scenario, every, perf_counter() - began)
    told = found.findings if reached is None else (*found.findings, outcome(reached))
    return replace(
        found, findings=told, engine=engine, ready=ready, ready_seconds=ready_seconds, reached=reached
    )  # fmt: skip


def _run(scenario: Scenario, workers: int, tick: Tick, engine: Engine, numbers: range) -> list[_Found]:
    """The replications of these numbers, in order."""
    found = dict[int, _Found]()

    def hear(replication: int, record: Tables) -> None:
        found[replication] = _Found(record, measure(record), growths(record))

    replicate(scenario, workers, tick, engine, hear, numbers)
    return [found[number] for number in numbers]


def _until_sure(
    scenario: Scenario, precision: Precision, run: Callable[[range], list[_Found]], looked: Looked
) -> tuple[list[_Found], Reached]:
    """Round by round, as `look` says: it sees values alone, so that processes change nothing."""
    every, upto = list[_Found](), first_count(scenario, precision)
    while True:
        every += run(range(len(every), upto))
        seen = Seen([each.measured for each in every], [each.grown for each in every], every[0].record.paths)
        reached = look(scenario, precision, seen)
        looked(reached.last)
        if reached.last.next is None:
            return every, reached
        upto = reached.last.next


def _judged(scenario: Scenario, every: Sequence[_Found], wall: float) -> Rehearsal:
    tables, grown = tuple(each.record for each in every), [each.grown for each in every]
    measured = tuple(each.measured for each in every)
    together = estimates(measured)
    evidence = Evidence(tables, together, grown, tuple(each.metric for each in scenario.conditions))
    judgements = judge(scenario.conditions, together, grown, tables[0].paths)
    open_ = undecided(judgements, evidence)
    findings = (*collect_findings(evidence), *([open_] if open_ else []))
    whole = digest(tables, declared(scenario))
    return Rehearsal(
        scenario, tables, measured, together, judgements, findings, whole, cut_of(evidence), wall
    )  # fmt: skip


def declared(scenario: Scenario) -> str:
    """The scenario as JSON with sorted keys, without the places of files: where things stand changes no result."""
    content = scenario.model_dump(mode="json", exclude={"demand": {"trace"}})
    for holder in (content["city"] or {}, *(content["city"] or {"geos": {}})["geos"].values()):
        if is_file(holder.get("map") or ""):
            holder["map"] = Path(holder["map"]).name
    return json.dumps(content, sort_keys=True, ensure_ascii=False)

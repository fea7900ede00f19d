"""What is judged is a file: read, audited and measured, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from swifteats_sim.mdrp.audit import Violation, audit
from swifteats_sim.mdrp.instance import Instance
from swifteats_sim.mdrp.metrics import Performance, measure
from swifteats_sim.mdrp.solution import read_solution


@dataclass(frozen=True, slots=True)
class Judged:
    """A solution's file by its instance, what the audit says of it and, where that is nothing, what it is worth."""

    instance: str
    solution: Path
    violations: tuple[Violation, ...]
    performance: Performance | None


def solution_file(folder: Path, instance: Instance) -> Path:
    """Where an instance's solution stands in a folder of solutions."""
    return folder / f"solution-{instance.name}.tsv"


def judge(instance: Instance, path: Path) -> Judged:
    """A solution by its file; ScenarioError where it cannot be read."""
    assignments = read_solution(path)
    violations = audit(instance, assignments)
    return Judged(instance.name, path, violations, None if violations else measure(instance, assignments))


def performances(judged: Iterable[Judged]) -> dict[str, Performance]:
    """What feasible solutions are worth, by instance."""
    return {each.instance: each.performance for each in judged if each.performance is not None}

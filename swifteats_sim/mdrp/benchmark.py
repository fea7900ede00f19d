"""Instances one by one: dispatched, written down, read back, audited and measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from swifteats_sim.mdrp.audit import Violation, audit
from swifteats_sim.mdrp.dispatching import dispatch
from swifteats_sim.mdrp.instance import Instance, is_instance, read_instance
from swifteats_sim.mdrp.metrics import Performance, measure
from swifteats_sim.mdrp.policy import Policy
from swifteats_sim.mdrp.solution import read_solution, write_solution
from swifteats_sim.scenario.errors import Problem, ScenarioError, shown_path


@dataclass(frozen=True, slots=True)
class Judged:
    """A solution's file by its instance, what the audit says of it and, where that is nothing, what it is worth."""

    instance: str
    solution: Path
    violations: tuple[Violation, ...]
    performance: Performance | None


def read_instances(folder: Path) -> tuple[Instance, ...]:
    """The instance in a folder, or all those in folders within it, by name; ScenarioError with all that is wrong."""
    found = [folder] if is_instance(folder) else _within(folder)
    instances: list[Instance] = []
    problems: list[Problem] = []
    for each in found:
        try:
            instances.append(read_instance(each))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return tuple(instances)


def _within(folder: Path) -> list[Path]:
    try:
        found = sorted(each for each in folder.iterdir() if is_instance(each))
    except OSError as error:
        raise ScenarioError.of(shown_path(folder), error.strerror or "cannot be read") from None
    if not found:
        raise ScenarioError.of(shown_path(folder), "holds no instance: none of its folders has instance_parameters.txt")
    return found


def solution_file(folder: Path, instance: Instance) -> Path:
    """Where an instance's solution stands in a folder of solutions."""
    return folder / f"solution-{instance.name}.tsv"


def solve(instance: Instance, policy: Policy, folder: Path) -> Judged:
    """Dispatch a day and write the solution to a folder; what is judged is the file."""
    path = solution_file(folder, instance)
    write_solution(dispatch(instance, policy), path)
    return judge(instance, path)


def judge(instance: Instance, path: Path) -> Judged:
    """A solution by its file, whoever wrote it; ScenarioError where it cannot be read."""
    assignments = read_solution(path)
    violations = audit(instance, assignments)
    return Judged(instance.name, path, violations, None if violations else measure(instance, assignments))


def performances(judged: Iterable[Judged]) -> dict[str, Performance]:
    """What feasible solutions are worth, by instance."""
    return {each.instance: each.performance for each in judged if each.performance is not None}

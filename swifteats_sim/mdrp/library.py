"""The library as it lies on disk: a folder of instances, each a folder."""

from __future__ import annotations

from pathlib import Path

from swifteats_sim.mdrp.instance import Instance, is_instance, read_instance
from swifteats_sim.scenario.errors import Problem, ScenarioError, shown_path


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

"""A grid of scenarios: one for each choice of the values that are varied, all of them loaded before any is run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path

from swifteats_sim.scenario.errors import Problem, ScenarioError, shown
from swifteats_sim.scenario.loading import load
from swifteats_sim.scenario.scenario import Scenario
from swifteats_sim.scenario.varying import Varied, varied

MAX_POINTS = 1000
OPTION = "--vary"
Choice = tuple[tuple[str, str], ...]
"""Each path that is varied with the value that it has."""


@dataclass(frozen=True)
class Point:
    """A point of a grid. number : from 1, the last path varies fastest."""

    number: int
    choice: Choice
    scenario: Scenario


def grid_of(texts: Sequence[str], fixed: Sequence[tuple[str, str]]) -> tuple[Varied, ...]:
    """What `--vary` says, each a text, beside what is fixed; ScenarioError for what cannot be."""
    found: list[Varied] = []
    for text in texts:
        try:
            found.append(varied(text))
        except ValueError as error:
            raise ScenarioError.of(f"{OPTION} {text[:60]}", str(error)) from None
    for at, (path, _) in enumerate(found):
        if path in [each.path for each in found[:at]]:
            raise ScenarioError.of(f"{OPTION} {path}", "is varied twice: list all its values in one")
        if path in [key for key, _ in fixed]:
            raise ScenarioError.of(f"{OPTION} {path}", "is both set and varied")
    if not found:
        raise ScenarioError.of(OPTION, "name at least one value to vary, as PATH=V1,V2,... or PATH=A..B:STEP")
    if (count := prod(len(each.values) for each in found)) > MAX_POINTS:
        raise ScenarioError.of(OPTION, f"a grid has at most {MAX_POINTS:,} points, not {count:,}")
    return tuple(found)


def load_grid(
    file: Path, grid: Sequence[Varied], fixed: Sequence[tuple[str, str]], look: Callable[[Scenario], None]
) -> tuple[Point, ...]:
    """Every point of a grid over the scenario in a file; ScenarioError with the problems of all of them.

    fixed, look : as the overrides and the look of `load`. What is wrong at every point is said once, what is wrong at
    some of them with the path and the value that it comes from.
    """
    found: list[Point] = []
    problems: list[tuple[Choice, Problem]] = []
    choices: list[Choice] = list(product(*([(each.path, value) for value in each.values] for each in grid)))
    for number, choice in enumerate(choices, start=1):
        try:
            found.append(Point(number, choice, load(file, [*fixed, *choice], look)))
        except ScenarioError as error:
            problems += [(choice, problem) for problem in error.problems]
    if problems:
        raise ScenarioError(
            dict.fromkeys(_said(choice, problem, problems, len(choices)) for choice, problem in problems)
        )
    return tuple(found)


def _said(choice: Choice, problem: Problem, problems: Sequence[tuple[Choice, Problem]], points: int) -> Problem:
    for path, value in choice:
        if problem.file == f"--set {path}":
            key = "" if problem.key == path else problem.key
            return dataclasses.replace(problem, file=f"{OPTION} {path}={shown(value)[1:-1]}", key=key)
    if sum(problem == other for _, other in problems) == points:
        return problem
    where = " ".join(f"{path}={shown(value)[1:-1]}" for path, value in choice)
    return dataclasses.replace(problem, message=f"{problem.message} (with {OPTION} {where})")

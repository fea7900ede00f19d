"""Loads a scenario file: `extends` first, then `--set`, then validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from swifteats_sim.scenario.beside import TRACE, with_files_beside, with_laws_beside
from swifteats_sim.scenario.budgets import with_budgets
from swifteats_sim.scenario.errors import Problem, ScenarioError, shown
from swifteats_sim.scenario.extending import Expansion
from swifteats_sim.scenario.misnaming import by_name, unheard
from swifteats_sim.scenario.nodes import Node, descend
from swifteats_sim.scenario.overriding import overridden
from swifteats_sim.scenario.reading import trace_kind
from swifteats_sim.scenario.scenario import Scenario
from swifteats_sim.scenario.source import read_file
from swifteats_sim.scenario.validating import validated

CITY = "city."
"""Where the keys begin that a look at maps speaks of."""


def load(
    path: str | Path,
    overrides: Sequence[tuple[str, str]] = (),
    look: Callable[[Scenario], None] = lambda scenario: None,
) -> Scenario:
    """The scenario that a file declares.

    overrides : (dotted path, YAML value) pairs, as of `--set PATH=VALUE`, applied in order.
    look : at what the scenario names and does not hold, such as maps; what it says of the city is put at its line.

    Raises ScenarioError with file, line, key and rule of every problem.
    """
    path = Path(path)
    tree = Expansion().expand(read_file(path), chain=(path.resolve(),))
    spoken = []
    for key, text in overrides:
        spoken.append(unheard(tree, key))
        tree = overridden(tree, key, text)
    tree = with_budgets(with_laws_beside(with_files_beside(tree), path.parent))
    try:
        scenario = validated(tree, path.parent)
    except ScenarioError as error:
        raise by_name(error, [part for part in spoken if part is not None]) from None
    if scenario.demand.trace is not None:
        _must_be_a_trace(tree, scenario.demand.trace)
    try:
        look(scenario)
    except ScenarioError as error:
        raise ScenarioError(_at_home(tree, problem) for problem in error.problems) from None
    return scenario


def _at_home(tree: Node, problem: Problem) -> Problem:
    """The problem of a city at the line of its key, or of what should hold it."""
    if not problem.key.startswith(CITY):
        return problem
    node = descend(tree, tuple(problem.key.split(".")))[0]
    return Problem(node.file, node.line, problem.key, problem.message)


def _must_be_a_trace(tree: Node, trace: Path) -> None:
    try:
        trace_kind(trace)
    except ScenarioError as error:
        node = descend(tree, TRACE)[0]
        raise node.error(f"{error.problems[0].message} (got {shown(node.text)})", TRACE) from None

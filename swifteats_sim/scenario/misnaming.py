"""Parts that only a `--set` speaks of: where such a part is not in order, its name is probably mistyped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from swifteats_sim.scenario.errors import Problem, ScenarioError, not_called
from swifteats_sim.scenario.nodes import Node, descend
from swifteats_sim.scenario.overriding import parts_of
from swifteats_sim.scenario.validating import RULES

NAMED = {
    ("city", "geos"): "geo", ("stack", "stations"): "station", ("stack", "pools"): "pool",
    ("stack", "caches"): "cache", ("stack", "topics"): "topic", ("stack", "streams"): "stream",
    ("stack", "limits"): "limit", ("stack", "flows"): "flow",
}  # fmt: skip
"""Mappings by name, and what one of their entries is."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """A part of which no file speaks. key : its dotted path; problem : what is said if it is not in order."""

    key: str
    problem: Problem

    def holds(self, key: str) -> bool:
        """Whether a dotted path leads to this part, or into it."""
        return key == self.key or key.startswith(f"{self.key}.")

    def explains(self, problem: Problem) -> bool:
        """Whether it is wrong because this part is no other: a key is missing, or the part as a whole is refused."""
        missing = problem.message == RULES["missing"] and problem.key.rpartition(".")[0] == self.key
        return missing or problem.key == self.key


def unheard(tree: Node, path: str) -> Unheard | None:
    """The part by name that a `--set` at `path` reaches into, where the tree has none of that name."""
    parts = parts_of(path)
    where, name = tuple(parts[:2]), parts[2] if len(parts) > 3 else ""
    if not name or where not in NAMED:
        return None
    node, depth = descend(tree, where)
    known = node.value if depth == len(where) and isinstance(node.value, Mapping) else {}
    if name in known:
        return None
    said = not_called(NAMED[where], name, known)
    return Unheard(".".join(parts[:3]), Problem(f"--set {path}", None, path, said))


def by_name(error: ScenarioError, parts: Iterable[Unheard]) -> ScenarioError:
    """The error, with the name itself called wrong where one of these parts is not in order."""
    problems: list[Problem] = []
    for problem in error.problems:
        part = next((part for part in parts if part.holds(problem.key)), None)
        if part is not None:
            problems.append(part.problem)
        if part is None or not part.explains(problem):
            problems.append(problem)
    return ScenarioError(dict.fromkeys(problems))

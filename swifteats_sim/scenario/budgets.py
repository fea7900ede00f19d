"""Measured rows of the platform's budget: laws that take the place of a row wherever a service names it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from swifteats_sim.scenario.errors import Problem, ScenarioError, dotted, first_few, unknown_name
from swifteats_sim.scenario.nodes import Node

WHERE = ("stack", "budgets")
Rows = Mapping[str, Mapping[str, Node]]
"""Laws by path in the budget and row."""
LAWS = ("service", "delay")
"""Keys whose names are rows, where `budget` says of which path."""


def with_budgets(tree: Node) -> Node:
    """The tree with the laws of `stack.budgets` in place of those that its flows and effects name by path and row.

    ScenarioError where nobody names a row, so that a mistyped one does not pass for measured.
    """
    rows = _rows(tree)
    if not rows:
        return tree
    met = set[tuple[str, str]]()
    laid = _laid(tree, rows, met)
    problems = first_few(
        Problem(law.file, law.line, dotted((*WHERE, path, row)), _unknown(path, row, tree))
        for path, laws in rows.items()
        for row, law in laws.items()
        if (path, row) not in met
    )
    if problems:
        raise ScenarioError(problems)
    return laid


def _rows(tree: Node) -> Rows:
    """What is declared; a wrong kind of value is found later, when the tree is validated."""
    node = tree
    for key in WHERE:
        if not isinstance(node.value, Mapping) or key not in node.value:
            return {}
        node = node.value[key]
    paths = node.value if isinstance(node.value, Mapping) else {}
    return {path: laws.value for path, laws in paths.items() if isinstance(laws.value, Mapping)}


def _laid(node: Node, rows: Rows, met: set[tuple[str, str]]) -> Node:
    if isinstance(node.value, tuple):
        return dataclasses.replace(node, value=tuple(_laid(child, rows, met) for child in node.value))
    if not isinstance(node.value, Mapping):
        return node
    entries = {key: _laid(child, rows, met) for key, child in node.value.items()}
    path = entries["budget"].value if "budget" in entries else None
    for key in LAWS:
        named = entries.get(key)
        if isinstance(path, str) and path in rows and named is not None and isinstance(named.value, Mapping):
            met.update((path, row) for row in named.value if row in rows[path])
            laws = {row: rows[path].get(row, law) for row, law in named.value.items()}
            entries[key] = dataclasses.replace(named, value=laws)
    return dataclasses.replace(node, value=entries)


def _unknown(path: str, row: str, tree: Node) -> str:
    named = dict[str, None]()
    _named(tree, named)
    return unknown_name("row of a budget that a service names", f"{path}.{row}", list(named))


def _named(node: Node, found: dict[str, None]) -> None:
    """path.row of every row that a service names."""
    if isinstance(node.value, tuple):
        for child in node.value:
            _named(child, found)
    elif isinstance(node.value, Mapping):
        path = node.value.get("budget")
        for key in LAWS:
            named = node.value.get(key)
            if path is not None and named is not None and isinstance(named.value, Mapping):
                found.update(dict.fromkeys(f"{path.value}.{row}" for row in named.value))
        for child in node.value.values():
            _named(child, found)

"""From pydantic's errors to plain words at the right file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from swifteats_sim.scenario.errors import (
    KeyPath,
    KeyProblems,
    Problem,
    ScenarioError,
    dotted,
    shown,
    unknown_name,
)
from swifteats_sim.scenario.nodes import Node, as_written, descend, plain
from swifteats_sim.scenario.scenario import Scenario

KEY = "[key]"
"""What pydantic appends to the path of a mapping's key."""
RULES: dict[str, str] = {
    "missing": "required key is missing",
    "string_type": "must be text",
    "path_type": "must be a path",
    "int_type": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "finite_number": "must be a finite number",
    "literal_error": "must be {expected}",
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "dict_type": "must be a mapping of keys to values",
    "tuple_type": "must be a list",
    "too_short": "must not be empty",
    "too_long": "must have at most {max_length} entries",
}


def validated(tree: Node, base: Path) -> Scenario:
    """The scenario a tree declares; ScenarioError with every problem found.

    base : folder that files named in laws are relative to.
    """
    try:
        return Scenario.model_validate(plain(tree), context={"base": base, "read": {}})
    except ValidationError as error:
        problems = dict.fromkeys(_problem(tree, path, rule) for path, rule in _rules(error))
        raise ScenarioError(problems) from None


def _rules(error: ValidationError, prefix: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Path and rule of everything an error holds, errors raised inside validators included."""
    for entry in error.errors(include_url=False):
        path = (*prefix, *entry["loc"])
        cause = entry.get("ctx", {}).get("error")
        if isinstance(cause, ValidationError):
            yield from _rules(cause, path)
        elif isinstance(cause, KeyProblems):
            yield from (((*path, *below), rule) for below, rule in cause.problems)
        elif not _miscounted(entry["type"], entry["input"], entry.get("ctx", {})):
            yield path, _rule(path, entry["type"], entry.get("ctx", {}), entry["msg"])


def _miscounted(kind: str, value: Any, context: Mapping[str, Any]) -> bool:
    """Whether a list is called too short only because some of its entries, reported on their own, are refused."""
    return kind == "too_short" and len(value) >= context["min_length"]


def _rule(path: KeyPath, kind: str, context: Mapping[str, Any], message: str) -> str:
    if "error" in context:
        return str(context["error"])
    if kind == "literal_error" and path and path[-1] == KEY:
        return unknown_name("key", str(path[-2]), re.findall(r"'([^']*)'", context["expected"]))
    return RULES[kind].format(**context) if kind in RULES else message.replace("Input should be", "must be")


def _problem(tree: Node, path: KeyPath, rule: str) -> Problem:
    """The rule at its place; what is missing is looked for in the mapping that should hold it."""
    path = as_written(tree, path[:-1] if path and path[-1] == KEY else path)
    node, depth = descend(tree, path)
    known = path if rule == RULES["missing"] else path[:depth]
    return Problem(node.file, node.line, dotted(known), _with_value(rule, node, depth == len(path)))


def _with_value(rule: str, node: Node, exact: bool) -> str:
    """The rule with the value that breaks it, unless it names it already."""
    if not exact or node.text is None:
        kind = "a mapping" if isinstance(node.value, Mapping) else "a list" if isinstance(node.value, tuple) else ""
        return f"{rule} (got {kind})" if exact and kind and rule.startswith("must be") else rule
    value = shown(node.text) if isinstance(node.value, str) else shown(node.text)[1:-1] or "nothing"
    return (
        rule
        if (value in rule if isinstance(node.value, str) else rule.startswith(f"{value} "))
        else f"{rule} (got {value})"
    )

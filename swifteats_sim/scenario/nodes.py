"""Values that know where they were written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from swifteats_sim.scenario.errors import KeyPath, ScenarioError, dotted

Scalar = str | int | float | bool | None
MAX_DIGITS = 30
WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
INTEGER = re.compile(r"[-+]?[0-9]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
SPECIAL = re.compile(r"([-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))")


@dataclass(frozen=True, slots=True)
class Node:
    """A value with the place it was written.

    line : 1-based line of the key (or list entry); None for a value of `--set`, whose file is `--set PATH`.
    text : a scalar as written; None for mappings and lists.
    """

    value: Scalar | Mapping[str, Node] | tuple[Node, ...]
    file: str
    line: int | None
    text: str | None = None

    def error(self, message: str, path: KeyPath = ()) -> ScenarioError:
        """A problem with this node."""
        return ScenarioError.of(self.file, message, self.line, dotted(path))


def plain(node: Node) -> Any:
    """The node as dicts, lists and scalars."""
    if isinstance(node.value, Mapping):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(child) for child in node.value]
    return node.value


def child(node: Node, part: str | int) -> Node | None:
    """The entry of a mapping or list, if there is one."""
    if isinstance(node.value, Mapping):
        return node.value.get(str(part))
    if isinstance(node.value, tuple):
        at = position(node.value, part)
        return None if at is None else node.value[at]
    return None


def position(entries: tuple[Node, ...], part: str | int) -> int | None:
    """Where an entry of a list stands, by its number or, such as a geo, by its `name`."""
    if isinstance(part, str):
        for at, entry in enumerate(entries):
            if isinstance(entry.value, Mapping) and "name" in entry.value and entry.value["name"].value == part:
                return at
    found = re.fullmatch(r"[0-9]{1,9}", str(part))
    return int(part) if found and int(part) < len(entries) else None


def descend(node: Node, path: KeyPath) -> tuple[Node, int]:
    """The deepest node on the way, and how many parts of the path lead to it."""
    for depth, part in enumerate(path):
        deeper = child(node, part)
        if deeper is None:
            return node, depth
        node = deeper
    return node, len(path)


def as_written(node: Node, path: KeyPath) -> KeyPath:
    """The path without the parts that a short form leaves out.

    A list of steps alone has no `steps`, one visit instead of a list no number, and a law or number no names.
    """
    written: list[str | int] = []
    for part in path:
        deeper = child(node, part)
        if deeper is not None:
            node = deeper
        elif node.text is not None or isinstance(node.value, Mapping if isinstance(part, int) else tuple):
            continue
        written.append(part)
    return tuple(written)


def scalar(text: str) -> Scalar:
    """A plain scalar by the core schema of YAML 1.2: no dates, no `yes` and `no`."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text) and len(text) <= MAX_DIGITS:
        return int(text)
    if special := SPECIAL.fullmatch(text):
        return float(special[1].lower().replace(".", ""))
    return float(text) if FLOAT.fullmatch(text) else text

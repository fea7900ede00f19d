"""Lays a `--set PATH=VALUE` over a tree of nodes."""

from __future__ import annotations

from collections.abc import Mapping

from swifteats_sim.scenario.errors import ScenarioError, shown
from swifteats_sim.scenario.nodes import Node, child, position
from swifteats_sim.scenario.source import read_text

MAX_PATH = 500
MAX_PARTS = 30
UNSPLIT = ("targets",)
"""Mappings whose keys hold dots themselves."""


def overridden(tree: Node, path: str, text: str) -> Node:
    """The tree with the value at `path` replaced by the YAML value `text`; missing mappings are made."""
    file = f"--set {path}"
    if len(path) > MAX_PATH or path.count(".") > MAX_PARTS or not all(path.split(".")) or not path.isprintable():
        raise ScenarioError.of("--set", f"must be KEY.KEY...=VALUE (got {shown(path)})")
    if "\0" in text:
        raise ScenarioError.of(file, "holds a NUL character")
    value = read_text(text, file, lined=False)
    return _laid(tree, parts_of(path), value, file)


def parts_of(path: str) -> list[str]:
    """The keys of a dotted path; `targets.menu.latency.0` is targets, menu.latency, 0."""
    parts = path.split(".")
    if parts[0] not in UNSPLIT or len(parts) < 3:
        return parts
    tail = [parts.pop()] if parts[-1].isdecimal() else []
    return [parts[0], ".".join(parts[1:]), *tail]


def _laid(node: Node, parts: list[str], value: Node, file: str) -> Node:
    if not parts:
        return value
    first, *rest = parts
    deeper = child(node, first)
    if isinstance(node.value, tuple):
        index = position(node.value, first)
        if deeper is None or index is None:
            raise ScenarioError.of(file, f"{first!r} is no entry of a list of {len(node.value)} (the first is 0)")
        entries = (*node.value[:index], _laid(deeper, rest, value, file), *node.value[index + 1 :])
        return Node(entries, node.file, node.line)
    if not isinstance(node.value, Mapping):
        raise ScenarioError.of(file, f"{first!r} cannot stand below a plain value")
    empty = Node({}, file, None)
    below = _laid(empty if deeper is None or deeper.value is None else deeper, rest, value, file)
    return Node({**node.value, first: below}, node.file, node.line)

"""Reads YAML 1.2 into nodes, and refuses what a scenario has no use for.

Built on the parser's event stream rather than on composed objects, so that aliases, merges, deep nesting and
huge files are refused before they can cost anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from swifteats_sim.scenario.bounded import MAX_DEPTH, read_text_of
from swifteats_sim.scenario.errors import ScenarioError, shown
from swifteats_sim.scenario.nodes import Node, scalar

MAX_LINE = 10_000
MAX_NODES = 20_000
YAML_FAILURES = (YAMLError, ValueError, LookupError, TypeError, AttributeError, AssertionError)
"""What ruamel raises on junk, besides its own errors."""


def read_file(path: Path) -> Node:
    """The one mapping a file holds; ScenarioError for anything else."""
    file = str(path)
    text = _text(path, file)
    node = read_text(text, file)
    if not isinstance(node.value, dict):
        raise ScenarioError.of(file, "the file is empty" if node.text == "" else "must hold keys with values", 1)
    return node


def read_text(text: str, file: str, *, lined: bool = True) -> Node:
    """The value a YAML text holds; without `lined` nodes carry no line (a value of `--set`)."""
    try:
        return _Builder(file, lined).document(YAML(typ="safe", pure=True).parse(text))
    except ScenarioError:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None and lined else None
        raise ScenarioError.of(file, f"not YAML: {error.problem or error.context}", line) from None
    except YAML_FAILURES as error:
        reason = str(error).strip().split("\n", maxsplit=1)[0] or type(error).__name__
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1  # of a character that YAML does not have
        raise ScenarioError.of(file, f"not YAML: {reason}", line if lined else None) from None


def _text(path: Path, file: str) -> str:
    text = read_text_of(path)
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE:
            raise ScenarioError.of(file, f"a line is longer than {MAX_LINE:,} characters", number)
    return text


class _Builder:
    """Builds nodes from events, counting as it goes."""

    def __init__(self, file: str, lined: bool) -> None:
        self.file = file
        self.lined = lined
        self.nodes = 0

    def document(self, events: Iterator[Any]) -> Node:
        """The one document of a stream; an empty stream is an empty scalar."""
        next(events)
        if not isinstance(next(events), DocumentStartEvent):
            return Node(None, self.file, self._line(1), "")
        node = self._node(next(events), events, 0)
        next(events)
        if isinstance(after := next(events), DocumentStartEvent):
            raise self._refusal(after, "more than one document in the file")
        return node

    def _node(self, event: Any, events: Iterator[Any], depth: int, line: int | None = None) -> Node:
        """The node that starts with this event; `line` is that of its key."""
        self._refuse(event, depth)
        line = line or self._line(event.start_mark.line + 1)
        if isinstance(event, ScalarEvent):
            value = scalar(event.value) if event.style is None else event.value
            return Node(value, self.file, line, event.value)
        if isinstance(event, MappingStartEvent):
            return Node(self._mapping(events, depth, flow=bool(event.flow_style)), self.file, line)
        entries = []
        while not isinstance(entry := next(events), SequenceEndEvent):
            entries.append(self._node(entry, events, depth + 1))
        return Node(tuple(entries), self.file, line)

    def _mapping(self, events: Iterator[Any], depth: int, flow: bool) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        last = ""
        while not isinstance(event := next(events), MappingEndEvent):
            self._refuse(event, depth + 1)
            if not isinstance(event, ScalarEvent):
                raise self._refusal(event, "a key must be a plain word")
            key = event.value
            node = self._node(next(events), events, depth + 1, self._line(event.start_mark.line + 1))
            if flow and last and event.style is None and node.text == "" and _is_open(entries[last]):
                entries[last] = _continued(entries[last], key)
                continue
            if key == "<<" and event.style is None:
                raise self._refusal(event, "merge keys (<<) are not read; use `extends`")
            if key in entries:
                first = f" (first on line {entries[key].line})" if self.lined else ""
                raise self._refusal(event, f"duplicate key {shown(key)}{first}")
            entries[key] = node
            last = key
        return entries

    def _refuse(self, event: Any, depth: int) -> None:
        self.nodes += 1
        if isinstance(event, ScalarEvent) and not _is_text(event.value):
            rule = "holds a character that steers a terminal, the direction of writing or the system"
            raise self._refusal(event, f"{rule} (got {shown(event.value)})")
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise self._refusal(event, "anchors (&) and aliases (*) are not read; use `extends`")
        if event.tag is not None:
            raise self._refusal(event, "tags (!) are not read")
        if depth > MAX_DEPTH:
            raise self._refusal(event, f"nested more than {MAX_DEPTH} deep")
        if self.nodes > MAX_NODES:
            raise self._refusal(event, f"more than {MAX_NODES:,} keys and values")

    def _refusal(self, event: Any, message: str) -> ScenarioError:
        return ScenarioError.of(self.file, message, self._line(event.start_mark.line + 1))

    def _line(self, line: int) -> int | None:
        return line if self.lined else None


def _is_open(node: Node) -> bool:
    """Whether a bracket is open: YAML cuts `{service: uniform(5 ms, 10 ms)}` at the law's comma."""
    return isinstance(node.value, str) and node.value.count("(") > node.value.count(")")


def _continued(node: Node, rest: str) -> Node:
    text = f"{node.text}, {rest}"
    return Node(text, node.file, node.line, text)


def _is_text(value: str) -> bool:
    """Whether it can be printed and passed to the system; escapes can spell what UTF-8 cannot.

    Names, questions, laws and conditions come to stand in terminals, tables and pages.
    """
    return value.translate(_SPACES).isprintable()


_SPACES = str.maketrans(dict.fromkeys("\n\t\u00a0\u2009\u202f\u3000", " "))
"""What separates words in any script, or `80` from `%`."""

"""Reads a baseline, which people edit and merge: what is wrong is said with file, line, key and rule."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from swifteats_sim.results.baseline import FORMAT, GAP, Baseline, Entry, Row
from swifteats_sim.results.tolerances import Tolerance, matches, share_allowed, tolerance
from swifteats_sim.results.verdict import Verdict
from swifteats_sim.scenario.errors import KeyPath, ScenarioError, shown, unknown_name
from swifteats_sim.scenario.nodes import FLOAT, INTEGER, Node
from swifteats_sim.scenario.source import read_file, read_text

KEYS = ("format", "tolerance", "tolerances", "scenarios")
OF_ENTRY = ("seed", "replications", "digest", "made_with", "targets", "metrics", "declaration")
NAME, DIGEST = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}"), re.compile(r"[0-9a-f]{64}")
METRIC = re.compile(r"[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){1,4}")
LONGEST, LARGEST, MOST_PATTERNS = 500, 1e30, 200
"""Letters of a line of words; size of a number, so that sums of squares stay finite; patterns."""


def read_baseline(path: Path) -> Baseline:
    """The baseline of a file; ScenarioError for anything else."""
    tree = read_file(path)
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    return _baseline(tree, lines)


def baseline_of(text: str, file: str) -> Baseline:
    """The baseline that a text holds; ScenarioError for anything else."""
    return _baseline(read_text(text, file), text.split("\n"))


def _baseline(tree: Node, lines: list[str]) -> Baseline:
    parts = _keys(tree, (), KEYS, ("format", "scenarios"))
    if parts["format"].text != FORMAT:
        raise parts["format"].error(f"must be {FORMAT!r} (got {_got(parts['format'])})", ("format",))
    entries = {name: _entry(name, node) for name, node in _mapping(parts["scenarios"], ("scenarios",)).items()}
    default = parts.get("tolerance")
    patterns = _mapping(parts["tolerances"], ("tolerances",)) if "tolerances" in parts else {}
    if len(patterns) > MOST_PATTERNS:
        raise parts["tolerances"].error(f"must have at most {MOST_PATTERNS} entries", ("tolerances",))
    found = {pattern: _allowed(node, ("tolerances", pattern), tolerance) for pattern, node in patterns.items()}
    for pattern, each in found.items():
        _must_fit(pattern, each, patterns[pattern], entries)
    general = _allowed(default, ("tolerance",), share_allowed) if default else None
    return Baseline(_head(parts, lines), general, found, entries)


def _head(parts: Mapping[str, Node], lines: list[str]) -> str:
    """What stands above the scenarios, which is all that is not theirs."""
    scenarios = parts["scenarios"]
    last = scenarios.line or 1
    if not lines[last - 1].startswith("scenarios:"):
        raise scenarios.error("must begin a line", ("scenarios",))
    for key, node in parts.items():
        if (node.line or 1) > last:
            raise node.error("must stand above `scenarios`, the rest of which is written by --update", (key,))
    return "".join(f"{line}\n" for line in lines[: last - 1])


def _entry(name: str, node: Node) -> Entry:
    here: KeyPath = ("scenarios", name)
    if not NAME.fullmatch(name):
        raise node.error("is no scenario's name: a-z, 0-9, - and _, at most 64", here)
    parts = _keys(node, here, OF_ENTRY, OF_ENTRY)
    count = _whole(parts["replications"], (*here, "replications"), 1, 10_000)
    metrics = _mapping(parts["metrics"], (*here, "metrics"))
    return Entry(
        name,
        _whole(parts["seed"], (*here, "seed"), 0, 2**63 - 1),
        count,
        _text(parts["digest"], (*here, "digest"), DIGEST.fullmatch, "must be 64 hex digits"),
        " ".join(_text(parts["made_with"], (*here, "made_with"), _is_line, "must be a line of words").split()),
        {key: _verdict(each, (*here, "targets", key)) for key, each in _targets(parts, here)},
        {key: _row(each, (*here, "metrics", key), count) for key, each in metrics.items()},
        _text(parts["declaration"], (*here, "declaration"), bool, "must be the scenario as text"),
        {key: each.line for key, each in metrics.items() if each.line is not None},
    )


def _targets(parts: Mapping[str, Node], here: KeyPath) -> list[tuple[str, Node]]:
    found = _mapping(parts["targets"], (*here, "targets"))
    for key, node in found.items():
        if not _is_line(key):
            raise node.error("is no target", (*here, "targets", key))
    return list(found.items())


def _verdict(node: Node, path: KeyPath) -> str:
    known = get_args(Verdict)
    return _text(node, path, known.__contains__, f"must be {' or '.join(known)}")


def _row(node: Node, path: KeyPath, count: int) -> Row:
    if not METRIC.fullmatch(str(path[-1])):
        raise node.error("is no metric's name", path)
    words = node.text.split() if node.text is not None else []
    if len(words) != count:
        raise node.error(f"must be {count} numbers, one a replication (got {len(words)})", path)
    if all(word == GAP for word in words):
        raise node.error("must have a number", path)
    return tuple(None if word == GAP else _number(word, node, path) for word in words)


def _number(word: str, node: Node, path: KeyPath) -> float:
    value = float(word) if FLOAT.fullmatch(word) else math.nan
    if not abs(value) <= LARGEST:
        raise node.error(f"must be finite numbers, at most {LARGEST:g}, or `{GAP}` (got {shown(word)})", path)
    return value


def _allowed(node: Node, path: KeyPath, read: Callable[[str], Tolerance]) -> Tolerance:
    try:
        return read(_text(node, path, bool, "must be a tolerance, like '2 %'"))
    except ScenarioError:
        raise
    except ValueError as error:
        raise node.error(str(error), path) from None


def _must_fit(pattern: str, allowed: Tolerance, node: Node, entries: Mapping[str, Entry]) -> None:
    """An amount in seconds cannot be said of a rate."""
    if not pattern or len(pattern) > LONGEST or not pattern.isprintable():
        raise node.error("is no pattern of metrics", ("tolerances", pattern))
    for name, entry in entries.items():
        for metric in entry.rows:
            if not allowed.fits(metric) and matches(pattern, name, metric):
                raise node.error(f"{shown(allowed.text)} has not the unit of {metric}", ("tolerances", pattern))


def _keys(node: Node, path: KeyPath, known: tuple[str, ...], required: tuple[str, ...]) -> Mapping[str, Node]:
    found = _mapping(node, path)
    for key, each in found.items():
        if key not in known:
            raise each.error(unknown_name("key", key, known), (*path, key))
    for key in required:
        if key not in found:
            raise node.error("required key is missing", (*path, key))
    return found


def _mapping(node: Node, path: KeyPath) -> Mapping[str, Node]:
    if node.text == "":
        return {}
    if not isinstance(node.value, Mapping):
        raise node.error(f"must be a mapping of keys to values (got {_got(node)})", path)
    return node.value


def _whole(node: Node, path: KeyPath, least: int, most: int) -> int:
    value = int(node.text) if node.text is not None and len(node.text) < 20 and INTEGER.fullmatch(node.text) else None
    if value is None or not least <= value <= most:
        raise node.error(f"must be a whole number from {least} to {most} (got {_got(node)})", path)
    return value


def _text(node: Node, path: KeyPath, right: Callable[[str], object], rule: str) -> str:
    if node.text is None or not right(node.text):
        raise node.error(f"{rule} (got {_got(node)})", path)
    return node.text


def _is_line(text: str) -> bool:
    return 0 < len(text) <= LONGEST and text.isprintable()


def _got(node: Node) -> str:
    if node.text is None:
        return "a mapping" if isinstance(node.value, Mapping) else "a list"
    return shown(node.text) if node.text else "nothing"

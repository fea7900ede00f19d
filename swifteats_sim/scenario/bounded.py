"""Text and JSON from files that anybody may have written: size, depth and form are looked at before anything is built.

The one way to read what a user hands in: scenarios, baselines, calibrations, manifests. Whatever is wrong is a
ScenarioError with file, line and rule.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NoReturn

from swifteats_sim.scenario.errors import ScenarioError, shown

MAX_BYTES = 1_000_000
MAX_DEPTH = 30
MAX_JSON_BYTES = 20_000_000
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]|\n', re.DOTALL)
"""Words in quotes as a whole, so that a bracket in one counts for nothing."""


def read_bytes(path: Path, most: int = MAX_BYTES) -> bytes:
    """All of a plain file of at most so many bytes."""
    file = str(path)
    try:
        if path.is_dir():
            raise ScenarioError.of(file, "is a directory, not a file")
        if not path.is_file():
            raise ScenarioError.of(file, "no such file")
        with path.open("rb") as stream:
            raw = stream.read(most + 1)
    except OSError as error:
        raise ScenarioError.of(file, error.strerror or "cannot be read") from None
    if len(raw) > most:
        raise ScenarioError.of(file, f"larger than {most // 10**6} MB")
    return raw


def read_text_of(path: Path, most: int = MAX_BYTES) -> str:
    """The same as text: UTF-8 without NUL."""
    raw = read_bytes(path, most)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError.of(str(path), "not UTF-8 text", _line(raw, error.start)) from None
    if (at := raw.find(b"\0")) >= 0:
        raise ScenarioError.of(str(path), "holds a NUL character", _line(raw, at))
    return text


def read_json(path: Path, most: int = MAX_JSON_BYTES, depth: int = MAX_DEPTH) -> dict[str, Any]:
    """The JSON object in a file, without NaN, infinities and keys that stand twice, at most `depth` deep."""
    file, text = str(path), read_text_of(path, most)
    _check_depth(file, text, depth)

    def refuse(constant: str) -> NoReturn:
        raise ScenarioError.of(file, f"must hold finite numbers (got {constant})")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(key for at, (key, _) in enumerate(pairs) if key in dict(pairs[:at]))
            raise ScenarioError.of(file, f"duplicate key {shown(twice)}")
        return found

    try:
        value = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    except ScenarioError:
        raise
    except json.JSONDecodeError as error:
        raise ScenarioError.of(file, f"not JSON: {error.msg}", error.lineno) from None
    except ValueError:  # a number of thousands of digits
        raise ScenarioError.of(file, "not JSON: a number has too many digits") from None
    if not isinstance(value, dict):
        raise ScenarioError.of(file, "must hold keys with values", 1)
    return value


def _check_depth(file: str, text: str, most: int) -> None:
    depth, line = 0, 1
    for match in _STRUCTURE.finditer(text):
        token = match[0]
        line += token.count("\n")
        depth += (token in ("[", "{")) - (token in ("]", "}"))
        if depth > most:
            raise ScenarioError.of(file, f"nested more than {most} deep", line)


def _line(raw: bytes, at: int) -> int:
    return raw.count(b"\n", 0, at) + 1

"""The manifest of a run, read again: held to be anybody's, and refused in a sentence where it is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, cast, get_args

from swifteats_sim.scenario.bounded import MAX_DEPTH, read_json
from swifteats_sim.scenario.distributions import Distribution
from swifteats_sim.scenario.empirical import MAX_BYTES, MAX_VALUES
from swifteats_sim.scenario.errors import ScenarioError, shown, unknown_name
from swifteats_sim.scenario.nodes import Node
from swifteats_sim.scenario.outside import Kind, Outside, fingerprint, law_file
from swifteats_sim.scenario.rules import is_module_path
from swifteats_sim.scenario.scenario import Scenario
from swifteats_sim.scenario.source import MAX_NODES
from swifteats_sim.scenario.validating import validated

FORMAT = "swifteats-sim run 1"
MANIFEST = "manifest.json"
MAX_MANIFEST = 8_000_000
"""Bytes. Lists of empty lists take 30 times as much in memory."""
Engine = Literal["compiled", "reference"]
"""See `swifteats_sim.simulation.Engine`."""
NEEDED = ("format", "scenario", "seed", "replications", "digest", "versions", "outside", "engine")
TOLD = ("sim_seconds", "wall_seconds", "streets", "events", "counts", "precision")
"""What a manifest tells besides, and a repetition does not need."""
_HEX = frozenset("0123456789abcdef")


class NotReadable(ValueError):
    """What is no manifest; its text says why, in a clause."""


@dataclass(frozen=True)
class Recorded:
    """A run as its manifest has it.

    policy : of the user's own, with the digest of its source; the scenario has the default one then.
    """

    file: Path
    scenario: Scenario
    engine: Engine
    digest: str
    versions: Mapping[str, str]
    outside: tuple[Outside, ...]
    policy: str | None = None


def read_recorded(folder: Path) -> Recorded:
    """The run that a folder holds; ScenarioError with what is wrong, where it is none.

    Neither the original scenario file is needed nor the files of its laws: the folder has their values.
    """
    content = read_json(folder / MANIFEST, MAX_MANIFEST, 2 * MAX_DEPTH)
    try:
        return _recorded(folder, content)
    except NotReadable as error:
        raise ScenarioError.of(str(folder / MANIFEST), str(error)) from None


def _recorded(folder: Path, content: Mapping[str, Any]) -> Recorded:
    for name in content:
        if name not in (*NEEDED, *TOLD):
            raise NotReadable(unknown_name("key", name, (*NEEDED, *TOLD)))
    for name in NEEDED:
        if name not in content:
            raise NotReadable(f"{name}: required key is missing (is it a run folder of this version?)")
    _must(content["format"] == FORMAT, "format", repr(FORMAT), content["format"])
    _must(content["engine"] in get_args(Engine), "engine", "one of " + ", ".join(get_args(Engine)), content["engine"])
    _must(_is_digest(content["digest"]), "digest", "64 hex digits", content["digest"])
    named = _named(content["outside"])
    laws = _laws(folder, [each for each in named if each.kind == "law"])
    declared, policy = _without_policy(content["scenario"])
    scenario = _scenario(folder / MANIFEST, declared, laws)
    for name in ("seed", "replications"):
        _must(content[name] == getattr(scenario, name), name, "that of the scenario", content[name])
    versions = _texts(content["versions"])
    return Recorded(folder / MANIFEST, scenario, content["engine"], content["digest"], versions, named, policy)


def _without_policy(scenario: Any) -> tuple[Any, str | None]:
    """A scenario without the policy of the user's own that it was given, and that policy."""
    assignment: object = scenario.get("assignment") if isinstance(scenario, dict) else None
    if not isinstance(assignment, dict):
        return scenario, None
    policy = assignment.get("policy")
    if not isinstance(policy, str) or not is_module_path(policy.partition(" ")[0]):
        return scenario, None
    rest = {key: value for key, value in assignment.items() if key != "policy"}
    return scenario | {"assignment": rest}, policy


def _scenario(file: Path, content: object, laws: Mapping[str, Distribution]) -> Scenario:
    _must(isinstance(content, dict), "scenario", "a mapping of keys to values", content)
    tree = _Tree(str(file), laws).node(content, 0)
    try:
        return validated(tree, file.parent)
    except ScenarioError as error:
        raise NotReadable("; ".join(f"scenario.{each.key}: {each.message}" for each in error.problems[:5])) from None


class _Tree:
    """Makes nodes of plain values, within the limits of scenario files; texts of laws in files become those laws."""

    def __init__(self, file: str, laws: Mapping[str, Distribution]) -> None:
        self._file, self._laws, self._left = file, laws, MAX_NODES

    def node(self, value: Any, depth: int) -> Node:
        """A value with all that it holds."""
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            raise NotReadable(
                f"scenario: nested more than {MAX_DEPTH} deep, or more than {MAX_NODES:,} keys and values"
            )
        if isinstance(value, dict):
            return Node({key: self.node(each, depth + 1) for key, each in value.items()}, self._file, None)
        if isinstance(value, list):
            return Node(tuple(self.node(each, depth + 1) for each in value), self._file, None)
        if isinstance(value, str):
            if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                raise NotReadable("scenario: holds a NUL character or half a surrogate pair")
            return Node(cast(str, self._laws.get(value, value)), self._file, None, value)
        return Node(value, self._file, None, str(value))


def _laws(folder: Path, named: Sequence[Outside]) -> dict[str, Distribution]:
    """The laws whose values the folder holds, by their texts."""
    found = {}
    for number, each in enumerate(named):
        values = _values(folder / law_file(number))
        if fingerprint(values) != each.sha256:
            raise NotReadable(f"{law_file(number)} does not hold the values that the run had for {shown(each.name)}")
        found[each.name] = Distribution("empirical", (), each.name, sum(values) / len(values), values)
    return found


def _values(file: Path) -> tuple[float, ...]:
    """A law's values, ascending, as `law_files` writes them."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        values = tuple(float(line) for line in raw.split())
    except OSError as error:
        raise NotReadable(f"{file.name} cannot be read, which holds a law's values: {error.strerror}") from None
    except ValueError:
        raise NotReadable(f"{file.name} does not hold a number in each line") from None
    good = 0 < len(values) <= MAX_VALUES and values[0] >= 0 and all(map(math.isfinite, values))
    if len(raw) > MAX_BYTES or not good or any(one > other for one, other in pairwise(values)):
        raise NotReadable(f"{file.name} does not hold values that ascend, at most {MAX_VALUES:,}, none below 0")
    return values


def _named(content: object) -> tuple[Outside, ...]:
    rule = "a list of kind, name, place and sha256"
    _must(isinstance(content, list), "outside", rule, content)
    for each in cast(list[Any], content):
        _must(isinstance(each, dict) and set(each) == set(Outside._fields), "outside", rule, each)
        _must(all(isinstance(value, str) for value in each.values()), "outside", rule, each)
        _must(each["kind"] in get_args(Kind) and _is_digest(each["sha256"]), "outside", rule, each)
    return tuple(Outside(**each) for each in cast(list[Any], content))


def _texts(content: object) -> dict[str, str]:
    good = isinstance(content, dict) and len(content) <= 100 and all(isinstance(each, str) for each in content.values())
    _must(good, "versions", "a mapping of names to versions", content)
    return cast(dict[str, str], content)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= _HEX


def _must(holds: bool, key: str, rule: str, value: object) -> None:
    if not holds:
        raise NotReadable(f"{key}: must be {rule} (got {shown(value)})")

"""What differs between two scenarios, by dotted path.

Both are compared as they are after validation, with every default: the same value in another unit, or in another place
of a file, is the same; a file of measured values is what it holds, not what it is called.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

from swifteats_sim.scenario.distributions import Distribution
from swifteats_sim.scenario.errors import KeyPath, dotted, shown
from swifteats_sim.scenario.scenario import Scenario
from swifteats_sim.scenario.writing import in_full

OF_THE_RUN = ("name", "question", "seed", "replications")
"""Keys that say how a scenario is called and how often it is run, not what it is."""
SERVICE = "service"
LAW = {field.name for field in dataclasses.fields(Distribution)}


class Differing(NamedTuple):
    """A value that two scenarios do not share, as JSON has it; None where one of them has nothing there."""

    path: str
    a: Any
    b: Any


class _Law(str):
    """A law as its author wrote it, and as it was understood."""

    meant: Distribution


def differing(a: Scenario, b: Scenario) -> tuple[Differing, ...]:
    """Every value that differs, at the deepest path that both have; in the order of A, then what only B has."""
    return tuple(_between(_content(a), _content(b), ()))


def in_short(value: Any, most: int = 60) -> str:
    """A value of a scenario as a sentence has it: "12 ms", "none", "{"catalogue": ..."."""
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if not text.isprintable():
        return shown(text, most)
    return text if len(text) <= most else f"{text[: most - 4]} ..."


def _content(scenario: Scenario) -> dict[str, Any]:
    whole = _understood(in_full(scenario), scenario.model_dump(exclude_none=True))
    return {key: value for key, value in whole.items() if key not in OF_THE_RUN}


def _understood(told: Any, meant: Any) -> Any:
    """What was told, in which laws know what they mean."""
    if isinstance(meant, Mapping) and set(meant) == LAW:
        law = _Law(told)
        law.meant = Distribution(**{**meant, "text": ""})
        return law
    if isinstance(told, dict):
        return {key: _understood(each, meant[key]) for key, each in told.items()}
    if isinstance(told, list):
        return [_understood(*pair) for pair in zip(told, meant, strict=True)]
    return told


def _between(a: Any, b: Any, path: KeyPath) -> Iterator[Differing]:
    if _of_one_part(a, path) and _of_one_part(b, path):
        yield from _between(a[SERVICE], b[SERVICE], path)
    elif isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in dict.fromkeys([*a, *b]):
            yield from _between(a.get(key), b.get(key), (*path, key))
    elif isinstance(a, list) and isinstance(b, list):
        for index, (one, other) in enumerate(zip_longest(a, b)):
            yield from _between(one, other, (*path, index))
    elif isinstance(a, _Law) and isinstance(b, _Law):
        if a.meant != b.meant:
            yield Differing(dotted(path), *(_unlike(a, b) if a == b else (str(a), str(b))))
    elif a != b:
        yield Differing(dotted(path), a, b)


def _of_one_part(value: Any, path: KeyPath) -> bool:
    """Whether it is a service that its author wrote without naming its only part."""
    return path[-1:] == (SERVICE,) and isinstance(value, Mapping) and set(value) == {SERVICE}


def _unlike(*laws: _Law) -> Iterator[str]:
    """Two files of one name: their means tell them apart."""
    return (f"{law}, mean {law.meant.mean:.6g}" for law in laws)

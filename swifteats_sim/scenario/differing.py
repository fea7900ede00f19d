"""What differs between two scenarios, by dotted path, as `--set` would say it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

from swifteats_sim.scenario.errors import KeyPath, dotted, shown
from swifteats_sim.scenario.scenario import Scenario
from swifteats_sim.scenario.writing import in_full

OF_THE_RUN = ("name", "question", "seed", "replications")
"""Keys that say how a scenario is called and how often it is run, not what it is."""

SERVICE = "service"


class Differing(NamedTuple):
    """A value that two scenarios do not share; None where one of them has nothing there."""

    path: str
    a: Any
    b: Any


def differing(a: Scenario, b: Scenario) -> tuple[Differing, ...]:
    """Every value that differs, at the deepest path that both have; in the order of A, then what only B has."""
    one, other = (
        {key: value for key, value in in_full(each).items() if key not in OF_THE_RUN} for each in (a, b)
    )  # fmt: skip
    return tuple(_between(one, other, ()))


def in_short(value: Any, most: int = 60) -> str:
    """A value of a scenario as a sentence has it: "12 ms", "none", "{catalogue: ..."."""
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if not text.isprintable():
        return shown(text, most)
    return text if len(text) <= most else f"{text[: most - 4]} ..."


def _between(a: Any, b: Any, path: KeyPath) -> Iterator[Differing]:
    if _of_one_part(a, path) and _of_one_part(b, path):
        yield from _between(a[SERVICE], b[SERVICE], path)
    elif isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in dict.fromkeys([*a, *b]):
            yield from _between(a.get(key), b.get(key), (*path, key))
    elif isinstance(a, list) and isinstance(b, list):
        for index, (one, other) in enumerate(zip_longest(a, b)):
            yield from _between(one, other, (*path, index))
    elif a != b:
        yield Differing(dotted(path), a, b)


def _of_one_part(value: Any, path: KeyPath) -> bool:
    """Whether it is a service that its author wrote without naming its only part."""
    return path[-1:] == (SERVICE,) and isinstance(value, Mapping) and set(value) == {SERVICE}

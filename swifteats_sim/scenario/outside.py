"""What a scenario names and does not hold: measured laws, maps, recorded days; known again by their content."""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from swifteats_sim.scenario.differing import LAW
from swifteats_sim.scenario.scenario import Scenario

Kind = Literal["law", "map", "trace"]


class Outside(NamedTuple):
    """Something outside.

    name : as the scenario has it; place : where it was; sha256 : of its bytes, and of a law's values as doubles.
    """

    kind: Kind
    name: str
    place: str
    sha256: str


def empirical_laws(scenario: Scenario) -> dict[str, tuple[float, ...]]:
    """The measured values of each law in a file, in SI units and ascending, by the law's text and in its order."""
    return dict(sorted(_empirical(scenario.model_dump())))


def law_files(scenario: Scenario) -> dict[str, str]:
    """These values, one a line, by the name of the file that a run folder has.

    With them a folder that was moved can be run again.
    """
    laws = enumerate(empirical_laws(scenario).values())
    return {law_file(number): "".join(f"{value!r}\n" for value in values) for number, values in laws}


def law_file(number: int) -> str:
    """The file of a law, by its number from 0 among those of its scenario."""
    return f"law-{number + 1}.txt"


def fingerprint(values: Sequence[float]) -> str:
    """SHA-256 of a law's values as little-endian doubles."""
    doubles = array("d", values)
    if sys.byteorder == "big":
        doubles.byteswap()
    return hashlib.sha256(doubles.tobytes()).hexdigest()


def _empirical(content: Any) -> Iterator[tuple[str, tuple[float, ...]]]:
    if isinstance(content, Mapping):
        if set(content) == LAW and content["law"] == "empirical":
            yield content["text"], content["values"]
        else:
            for each in content.values():
                yield from _empirical(each)
    elif isinstance(content, list | tuple):
        for each in content:
            yield from _empirical(each)

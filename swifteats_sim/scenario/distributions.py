"""Laws of random durations and lengths, as text such as `lognormal(median=1.4 km, p95=3.6 km)`.

A law keeps its text, and holds canonical parameters in seconds or metres, from which the engine draws.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from swifteats_sim.scenario.empirical import read_values
from swifteats_sim.scenario.errors import shown, unknown_name
from swifteats_sim.scenario.laws import LAWS, canonical
from swifteats_sim.scenario.quantities import DURATION, LENGTH, SECOND, Quantity

MAX_TEXT = 500
SHORTEST, SHORTEST_WORDS = 1e-6, "1 us"
"""Seconds: the shortest mean of what repeats itself for ever, so that a run ends."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A law with its parameters in seconds or metres.

    law and parameters : deterministic (value,), uniform (low, high), exponential (mean,), erlang (k, mean),
        hyperexponential (p, mean1, mean2), lognormal (mu, sigma), gamma (shape, scale), empirical ().
    text : as its author wrote it.
    values : of an empirical law, ascending.
    """

    law: str
    parameters: tuple[float, ...]
    text: str
    mean: float
    values: tuple[float, ...] = ()

    def __str__(self) -> str:
        """As its author wrote it."""
        return self.text


Read = dict[tuple[Path, str], tuple[float, ...]]
"""Values of files that have been read for a scenario, by file and quantity."""
MAX_VALUES = 3_000_000
"""Of all files of a scenario."""


def duration_law(text: str, base: Path | None = None) -> Distribution:
    """A law of durations in seconds; ValueError naming the rule that the text breaks.

    base : folder that `empirical(file)` is relative to; the current one when None.
    """
    return _law(text, DURATION, base, {})


def length_law(text: str, base: Path | None = None) -> Distribution:
    """A law of lengths in metres; ValueError naming the rule that the text breaks."""
    return _law(text, LENGTH, base, {})


def _law(text: object, quantity: Quantity, base: Path | None, read: Read) -> Distribution:
    if not isinstance(text, str):
        raise ValueError(f"must be {quantity.name} or a law of one, like {quantity.examples[0]!r}, not {shown(text)}")
    if len(text) > MAX_TEXT:
        raise ValueError(f"a law has at most {MAX_TEXT} characters, this one {len(text)}")
    match = re.fullmatch(r"\s*([A-Za-z_]+)\s*\((.*)\)\s*", text, re.DOTALL)
    name, inner = (match[1], match[2]) if match else ("deterministic", text)
    if name == "empirical":
        return _empirical(text, (base or Path()) / inner.strip(), quantity, read)
    if name not in LAWS:
        raise ValueError(unknown_name("law", name, [*LAWS, "empirical"]))
    parameters, mean = canonical(name, _arguments(inner), quantity)
    return _within_reach(Distribution(name, parameters, text, mean), quantity)


def _arguments(inner: str) -> Sequence[tuple[str | None, str]]:
    """Positional (None, text) and keyword (name, text) arguments."""
    if not inner.strip():
        return []
    pairs = []
    for part in inner.split(","):
        key, equals, value = part.partition("=")
        pairs.append((key.strip(), value.strip()) if equals else (None, key.strip()))
    return pairs


def _empirical(text: str, file: Path, quantity: Quantity, read: Read) -> Distribution:
    if re.search(r"\(\s*\)", text):
        raise ValueError("empirical needs a file: empirical(times.txt)")
    key = file, quantity.name
    if key not in read:
        read[key] = read_values(file, quantity)
    if sum(map(len, read.values())) > MAX_VALUES:
        raise ValueError(f"the files of a scenario hold more than {MAX_VALUES:,} values together")
    values = read[key]
    return Distribution("empirical", (), text, sum(values) / len(values), values)


def _within_reach(law: Distribution, quantity: Quantity) -> Distribution:
    number, unit = quantity.reach
    if not law.mean <= number * quantity.size(unit) / (SECOND if quantity.whole else 1):
        raise ValueError(f"{shown(law.text)} has a mean out of reach: at most {number} {unit}")
    return law


@dataclass(frozen=True, slots=True)
class LawText:
    """Marks a field as a law of a quantity, written as text."""

    quantity: Quantity

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read text; a `Distribution` passes as it is."""
        return core_schema.with_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json")
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Text; the forms are in the description."""
        example, other = self.quantity.examples[:2]
        forms = [f"{name}({', '.join(form)})" for name, law in LAWS.items() for form in law.forms]
        forms.append("empirical(file)")
        return {
            "type": "string",
            "examples": [example, f"exponential({example})", f"lognormal(median={other}, p95={example})"],
            "x-unit": f"{self.quantity.name} in {self.quantity.accepted}, or a law: {', '.join(forms)}",
        }

    def _read(self, value: Any, info: core_schema.ValidationInfo) -> Distribution:
        context = info.context or {}
        if isinstance(value, Distribution):
            return value
        return _law(value, self.quantity, context.get("base"), context.get("read", {}))


DurationLaw = Annotated[Distribution, LawText(DURATION)]
"""Seconds."""
LengthLaw = Annotated[Distribution, LawText(LENGTH)]
"""Metres."""

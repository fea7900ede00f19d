"""The annotated types of a scenario's quantities, and how numbers are shown to people.

`Duration` is an int of nanoseconds and `Size` one of bytes; `Rate` (per second), `Ratio` (0..1), `Length` (m),
`Area` (km2) and `Speed` (m/s) are floats. In files all are text with a unit; `model_dump(mode="json")` gives such
text back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from swifteats_sim.scenario.errors import shown
from swifteats_sim.scenario.quantities import (
    AREA,
    DURATION,
    LENGTH,
    NUMBER,
    RATE,
    RATIO,
    SIZE,
    SPEED,
    Quantity,
    parse,
    written,
)

BOUNDS = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
Steps = tuple[tuple[float, float, str], ...]
"""Units to show a number in: from which magnitude on, the unit's size, the unit."""
TIME_STEPS: Steps = (
    (48 * 3600, 86_400, " day"), (7200, 3600, " h"), (120, 60, " min"), (1, 1, " s"),
    (1e-3, 1e-3, " ms"), (0, 1e-6, " us"),
)  # fmt: skip
RATE_STEPS: Steps = ((20, 1, "/s"), (1 / 60, 1 / 60, "/min"), (0, 1 / 3600, "/h"))
BYTE_RATE_STEPS: Steps = ((1e9, 1e9, " GB/s"), (1e6, 1e6, " MB/s"), (1e3, 1e3, " kB/s"), (0, 1, " B/s"))
STEPS: dict[str, tuple[Steps, str]] = {
    "s": (TIME_STEPS, "0 s"), "/s": (RATE_STEPS, "0/min"), "B/s": (BYTE_RATE_STEPS, "0 B/s"),
}  # fmt: skip
"""By a metric's unit: the units to show it in, and its zero."""


@dataclass(frozen=True, slots=True)
class WithUnit:
    """Marks a number as written with a unit; bounds of the field are checked, and named, with that unit."""

    quantity: Quantity
    signed: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read text, then check the field's own bounds on the number."""
        return core_schema.no_info_wrap_validator_function(
            self._read,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(self._write, when_used="json-unless-none"),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Text with a pattern; `x-unit` becomes part of the description in `scenario_schema`."""
        units = "|".join(unit for unit, _ in self.quantity.units)
        return {
            "type": "string",
            "pattern": rf"^\s*{NUMBER}\s*({units})\s*$",
            "examples": list(self.quantity.examples),
            "x-unit": f"{self.quantity.name} in {self.quantity.accepted}",
        }

    def _read(self, value: Any, check: ValidatorFunctionWrapHandler) -> Any:
        exact = parse(value, self.quantity, signed=self.signed)
        try:
            return check(int(exact) if self.quantity.whole else float(exact))
        except ValidationError as error:
            limits = error.errors()[0].get("ctx", {})
            rules = [f"{BOUNDS[op]} {written(limit, self.quantity)}" for op, limit in limits.items() if op in BOUNDS]
            raise ValueError(f"{shown(value)} must be {' and '.join(rules) or self.quantity.name}") from None

    def _write(self, value: float) -> str:
        return written(value, self.quantity)


Duration = Annotated[int, WithUnit(DURATION)]
PositiveDuration = Annotated[int, Field(gt=0), WithUnit(DURATION)]
Rate = Annotated[float, WithUnit(RATE)]
Ratio = Annotated[float, WithUnit(RATIO)]
SignedRatio = Annotated[float, WithUnit(RATIO, signed=True)]
Length = Annotated[float, WithUnit(LENGTH)]
Area = Annotated[float, WithUnit(AREA)]
Speed = Annotated[float, WithUnit(SPEED)]
Size = Annotated[int, WithUnit(SIZE)]


def format_duration(nanoseconds: int) -> str:
    """A duration exactly, in the largest unit that leaves it whole: `90 min`."""
    return f"-{written(-nanoseconds, DURATION)}" if nanoseconds < 0 else written(nanoseconds, DURATION)


def format_value(value: float | None, unit: str) -> str:
    """A metric for people, to about three digits; units as in the catalogue (s, /s, B/s, ratio or none)."""
    if value is None or math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if unit in STEPS:
        return _scaled(value, *STEPS[unit])
    return _percent(value) if unit == "ratio" else _digits(value)


def format_spells(seconds: Sequence[float]) -> list[str]:
    """Times for people that are to be compared: all in the unit of the largest, which is minutes at most."""
    longest = max((abs(each) for each in seconds), default=0.0)
    if not longest:
        return ["0 s"] * len(seconds)
    size, unit = next((size, unit) for least, size, unit in TIME_STEPS[2:] if longest >= least)
    return [f"{_digits(each / size)}{unit}" for each in seconds]


def _scaled(value: float, steps: Steps, zero: str) -> str:
    """In the unit of the first step that the magnitude reaches (from, size, unit)."""
    if value == 0:
        return zero
    size, unit = next((size, unit) for least, size, unit in steps if abs(value) >= least)
    return _digits(value / size) + unit


def _digits(value: float) -> str:
    """Three significant digits, whole numbers in full, thousands separated."""
    if value == 0 or float(value).is_integer():
        return f"{value:,.0f}"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(decimals, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(ratio: float) -> str:
    """Two decimals, or as many as it takes not to claim 100 % or 0 % of what is only nearly so."""
    percent = round(ratio * 100, 10)
    for decimals in range(2, 10):
        text = f"{percent:.{decimals}f}"
        if float(text) not in (0.0, 100.0) or percent in (0.0, 100.0):
            break
    return (text.rstrip("0").rstrip(".") or "0") + " %"

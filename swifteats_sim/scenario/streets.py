"""The streets that a city lies on: which map, which part of it for a geo, and how traffic flows by the hour."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)

from swifteats_sim.scenario.errors import KeyPath, KeyProblems, shown, shown_path, unknown_name
from swifteats_sim.scenario.frozen import Frozen
from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.units import Ratio

STRAIGHT, GRID = "straight", "grid"
SUFFIX = ".parquet"
ROADS = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service",
    "other",
)  # fmt: skip
"""Classes of roads, as maps have them; `all` in a scenario means every one that is not named."""
ALL_ROADS = "all"
WORDS = ("all", "dense", "sparse")
"""Parts of a map that have a name; any other is a list of h3 cells."""
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_CELL = re.compile(r"[0-9a-f]{15}")


def is_file(name: str) -> bool:
    """Whether a map is named by its file, not by the name of one that comes with the package."""
    return name.endswith(SUFFIX) or "/" in name


def _there(name: str) -> str:
    try:
        missing = is_file(name) and not Path(name).is_file()
    except OSError:  # longer than any file's name
        missing = True
    if missing:
        raise ValueError(f"{shown_path(name)}: no such file")
    return str(Path(name).resolve()) if is_file(name) else name  # so that what a run writes down can be run elsewhere


def _time_of_day(text: Any, check: Any) -> int:
    rule = "a time of the day is written 'HH:MM', like '17:30'"
    if not isinstance(text, str):  # 8 would be eight nanoseconds past midnight
        raise ValueError(rule)
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f"{shown(text)} is none: {rule}")
    return (int(match[1]) * 60 + int(match[2])) * 60 * SECOND


def _part_of_a_map(value: Any, check: Any) -> Any:
    """One message for what is neither a word nor cells; what only the map can tell of a cell, it tells later."""
    if not isinstance(value, list | tuple):
        if value not in WORDS:
            raise ValueError(f"must be {', '.join(map(repr, WORDS))}, or a list of h3 cells")
        return check(value)
    wrong = list[tuple[KeyPath, str]]()
    for at, cell in enumerate(value):
        if not (isinstance(cell, str) and _CELL.fullmatch(cell)):
            wrong.append(((at,), "must be the name of an h3 cell, like '88075dd483fffff'"))
        elif cell in value[:at]:
            wrong.append(((at,), "stands twice"))
    if not value:
        wrong.append(((), "must not be empty"))
    if wrong:
        raise KeyProblems(wrong)
    return check(value)


def _written(instant: int) -> str:
    minutes = instant // (60 * SECOND)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


MapName = Annotated[str, AfterValidator(_there)]
"""`straight`, `grid`, the name of a map that comes with the package, or a file: a name with `/` or `.parquet`."""
TimeOfDay = Annotated[
    int,
    WrapValidator(_time_of_day),
    PlainSerializer(_written, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _CLOCK.pattern, "examples": ["17:30"]}),
]
"""ns since midnight, written HH:MM."""
Cells = Annotated[
    Literal["all", "dense", "sparse"] | Annotated[tuple[str, ...], Field(strict=False, min_length=1)],
    WrapValidator(_part_of_a_map),
]


class Rush(Frozen):
    """Hours of the day in which traffic is slower, or faster, than the map's speeds."""

    hours: tuple[int, ...] = Field(strict=False, min_length=1, description="of the day, 0 to 23")
    speeds: dict[str, Ratio] = Field(
        min_length=1, description="share of the map's speed by class of road; `all` for those that are not named"
    )

    @model_validator(mode="after")
    def _hours_and_roads_exist(self) -> Rush:
        wrong: list[tuple[KeyPath, str]] = []
        for at, hour in enumerate(self.hours):
            if not 0 <= hour < 24:
                wrong.append((("hours", at), "must be an hour of the day, 0 to 23"))
        known = (*ROADS, ALL_ROADS)
        for road, share in self.speeds.items():
            if road not in known:
                wrong.append((("speeds", road), unknown_name("road", road, known)))
            elif not 0.01 <= share <= 3:
                wrong.append((("speeds", road), "must be from 1 % to 300 %"))
        if wrong:
            raise KeyProblems(wrong)
        return self

    def of(self, road: str) -> float:
        """The share of the map's speed on roads of a class."""
        return self.speeds.get(road, self.speeds.get(ALL_ROADS, 1.0))

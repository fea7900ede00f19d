"""What a sweep varies: a dotted path and its values, as lists and ranges, `PATH=V1,V2,...` and `PATH=A..B:STEP`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from swifteats_sim.scenario.errors import shown

MAX_VALUES = 1000
OPENING, CLOSING, QUOTES = "([{", ")]}", "\"'"
_NUMBER, _UNIT = r"([+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?)", r"(\s*[^\s\d.:,][^\s:,]*)?"
RANGE = re.compile(rf"\s*{_NUMBER}{_UNIT}\s*\.\.\s*{_NUMBER}{_UNIT}(?:\s*:\s*{_NUMBER}{_UNIT})?\s*")


class Varied(NamedTuple):
    """A path and the values that it takes, as their author writes them."""

    path: str
    values: tuple[str, ...]


def varied(text: str) -> Varied:
    """What `PATH=V1,V2,...` says; ValueError naming the rule that it breaks.

    A comma within brackets or quotes belongs to its value, such as `uniform(5 ms, 10 ms)`. `1..4` is 1, 2, 3, 4, and
    `400..600/min:50` is 400/min, 450/min and so on: a unit that is missing is that of the end.
    """
    path, _, listed = text.partition("=")
    if not path.strip() or not listed.strip():
        raise ValueError("write PATH=V1,V2,... or PATH=A..B:STEP")
    values = tuple(value for part in _parts(listed) for value in _ranged(part))
    for at, value in enumerate(values):
        if not value:
            raise ValueError("a value is empty: two commas, or one at an end")
        if value in values[:at]:
            raise ValueError(f"{shown(value)} stands twice")
    if len(values) > MAX_VALUES:
        raise ValueError(f"at most {MAX_VALUES:,} values, not {len(values):,}")
    return Varied(path.strip(), values)


def _parts(text: str) -> Iterator[str]:
    """The text between commas that stand in no bracket and in no quotes."""
    depth, quote, begun = 0, "", 0
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in QUOTES:
            quote = letter
        elif letter in OPENING or letter in CLOSING:
            depth += 1 if letter in OPENING else -1
        elif letter == "," and depth <= 0:
            yield text[begun:at].strip()
            begun = at + 1
    yield text[begun:].strip()


def _ranged(text: str) -> tuple[str, ...]:
    """The values of a range, or the one value that it is."""
    match = RANGE.fullmatch(text)
    if match is None:
        return (text,)
    first, unit_first, last, unit_last, by, unit_by = match.groups()
    unit = unit_last or unit_first or ""
    if any(each and each.strip() != unit.strip() for each in (unit_first, unit_by)):
        raise ValueError(f"{shown(text)}: both ends and the step have one unit")
    low, high, step = Decimal(first), Decimal(last), Decimal(by or 1)
    if by is None and (low % 1 or high % 1):
        raise ValueError(f"{shown(text)}: say by which step, as in {first}..{last}{unit}:0.1")
    if low > high or step <= 0:
        raise ValueError(f"{shown(text)}: a range goes up, by a step above 0")
    count = int((high - low) / step) + 1
    if count > MAX_VALUES:
        raise ValueError(f"{shown(text)}: at most {MAX_VALUES:,} values, not {count:,}")
    return tuple(f"{(low + step * each).normalize():f}{unit}" for each in range(count))

"""Measured values in a text file: one value a line with its unit, or bare under a first line `# unit: ms`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from swifteats_sim.scenario.errors import shown, shown_path
from swifteats_sim.scenario.quantities import NUMBER, SECOND, Quantity, parse

MAX_VALUES = 1_000_000
MAX_BYTES = 32_000_000
MAX_LINE = 200


def read_values(path: Path, quantity: Quantity) -> tuple[float, ...]:
    """The file's values ascending, in seconds or metres; ValueError naming file, line and rule."""
    try:
        if not path.is_file():
            raise ValueError(f"{shown_path(path)}: no such file")
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"{shown_path(path)}: more than {MAX_BYTES // 10**6} MB")
        with path.open(encoding="utf-8-sig") as lines:
            values = _values(path, iter(partial(lines.readline, MAX_LINE + 1), ""), quantity)
    except UnicodeDecodeError:
        raise ValueError(f"{shown_path(path)}: not UTF-8 text") from None
    except OSError as error:
        raise ValueError(f"{shown_path(path)}: {error.strerror}") from None
    if not values:
        raise ValueError(f"{shown_path(path)}: holds no value")
    return tuple(sorted(values))


def _values(path: Path, lines: Iterable[str], quantity: Quantity) -> list[float]:
    read: Callable[[str], float] = lambda text: _number(text, quantity)  # noqa: E731
    values: list[float] = []
    for line, text in enumerate(lines, start=1):
        content = text.strip()
        if len(text) > MAX_LINE:
            raise ValueError(f"{shown_path(path)}, line {line}: longer than {MAX_LINE} characters")
        try:
            if line == 1 and (header := re.fullmatch(r"#\s*unit:\s*(\S+)", content)):
                read = _in_unit(header[1], quantity)
            elif content and not content.startswith("#"):
                values.append(read(content))
        except ValueError as error:
            raise ValueError(f"{shown_path(path)}, line {line}: {error}") from None
        if len(values) > MAX_VALUES:
            raise ValueError(f"{shown_path(path)}: more than {MAX_VALUES:,} values")
    return values


def _in_unit(unit: str, quantity: Quantity) -> Callable[[str], float]:
    """A fast reader of bare numbers, for files of a million lines."""
    size = float(parse(f"1 {unit}", quantity)) / (SECOND if quantity.whole else 1)
    number, home = quantity.reach
    largest = float(number * quantity.size(home)) / (SECOND if quantity.whole else 1)

    def read(text: str) -> float:
        try:
            value = float(text if text.isascii() and "_" not in text else "") * size
        except ValueError:
            raise ValueError(f"{shown(text)} is no number (the unit stands in line 1)") from None
        if not 0 <= value <= largest or not math.isfinite(value):
            raise ValueError(f"{shown(text)} must be from 0 to {number} {home}")
        return value

    return read


def _number(text: str, quantity: Quantity) -> float:
    if re.fullmatch(NUMBER, text):
        raise ValueError(
            f"{shown(text)} has no unit: write it, or start the file with '# unit: {quantity.units[0][0]}'"
        )
    return float(parse(text, quantity) / (SECOND if quantity.whole else 1))

"""Reads the rows of a trace's files, and collects what is wrong with them: file, line, column, value."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.scenario.errors import Problem, ScenarioError, shown

MAX_PROBLEMS = 20
MAX_BYTES = 32_000_000
"""A day of 300,000 orders: 500 a minute for ten hours."""
MAX_TEXT = 200


class Table:
    """The columns of one file, as text until asked for as numbers.

    Problems are collected, so that one reading reports them all; `check` raises them.
    """

    def __init__(self, path: Path, columns: Sequence[str], delimiter: str) -> None:
        """Read the named columns; ScenarioError when the file cannot be read or lacks a column or rows."""
        self.file = str(path)
        self.problems: list[Problem] = []
        self.lines: list[int] = []
        self.columns: dict[str, list[str]] = {column: [] for column in columns}
        try:
            if path.stat().st_size > MAX_BYTES:
                raise ScenarioError.of(self.file, f"larger than {MAX_BYTES // 10**6} MB")
            with path.open(encoding="utf-8-sig", newline="") as stream:
                self._read(csv.reader(stream, delimiter=delimiter))
        except UnicodeDecodeError:
            raise ScenarioError.of(self.file, "not UTF-8 text") from None
        except csv.Error as error:
            raise ScenarioError.of(self.file, str(error), len(self.lines) + 2) from None
        except OSError as error:
            raise ScenarioError.of(self.file, error.strerror or "cannot be read") from None

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.lines)

    def _numbers(self, column: str, read: Callable[[str], float], dtype: type[Any]) -> NDArray[Any]:
        """The column as numbers; what `read` refuses with a ValueError becomes a problem."""
        values: NDArray[Any] = np.zeros(len(self), dtype)
        for row, text in enumerate(self.columns[column]):
            try:
                values[row] = read(text)
            except ValueError as error:
                self.refuse(row, column, str(error))
        return values

    def instants(self, column: str, read: Callable[[str], float]) -> NDArray[np.int64]:
        """The column as int64 nanoseconds."""
        return self._numbers(column, read, np.int64).astype(np.int64)

    def metres(self, column: str, read: Callable[[str], float]) -> NDArray[np.float64]:
        """The column as float64, of whatever unit `read` gives."""
        return self._numbers(column, read, np.float64).astype(np.float64)

    def unique(self, column: str) -> tuple[str, ...]:
        """The column as names, each of which may stand once."""
        first: dict[str, int] = {}
        for row, name in enumerate(self.columns[column]):
            if not name:
                self.refuse(row, column, "must not be empty")
            elif name in first:
                self.refuse(row, column, f"stands twice, first on line {self.lines[first[name]]}")
            first.setdefault(name, row)
        return tuple(self.columns[column])

    def refuse(self, row: int, column: str, rule: str) -> None:
        """Note a problem; the first few are enough, and reading goes no further."""
        value = self.columns[column][row]
        self.problems.append(Problem(self.file, self.lines[row], column, f"{rule} (got {shown(value)})"))
        if len(self.problems) >= MAX_PROBLEMS:
            raise ScenarioError(self.problems)

    def check(self) -> None:
        """Raise the problems noted so far."""
        if self.problems:
            raise ScenarioError(self.problems)

    def _read(self, rows: Any) -> None:
        header: list[str] = [name.strip() for name in next(rows, [])]
        missing = [column for column in self.columns if column not in header]
        if missing:
            message = f"missing columns: {', '.join(missing)}" if any(header) else "the file is empty"
            raise ScenarioError.of(self.file, message, 1)
        places = [(values, header.index(column)) for column, values in self.columns.items()]
        met: dict[str, str] = {}  # days repeat themselves: each text is kept once
        for row in rows:
            if not row:
                continue
            line = rows.line_num
            if len(row) < len(header):
                raise ScenarioError.of(self.file, f"has {len(row)} columns, not {len(header)}", line)
            self.lines.append(line)
            for values, place in places:
                text = row[place].strip()
                values.append(met.setdefault(text, text))
                if len(text) > MAX_TEXT or not text.isprintable():
                    rule = f"must be printable text of at most {MAX_TEXT} characters (got {shown(text)})"
                    raise ScenarioError.of(self.file, rule, line, header[place])
        if not self.lines:
            raise ScenarioError.of(self.file, "holds no row", 1)


def _is_plain(text: str) -> bool:
    """Without what Python reads besides: `1_000`, digits of other scripts."""
    return text.isascii() and "_" not in text


def number(low: float, high: float, unit: str = "") -> Callable[[str], float]:
    """A reader of finite numbers from `low` to `high`."""

    def read(text: str) -> float:
        try:
            value = float(text if _is_plain(text) else "")
        except ValueError:
            raise ValueError("must be a number") from None
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError(f"must be from {low:g} to {high:g}{unit}")
        return value

    return read

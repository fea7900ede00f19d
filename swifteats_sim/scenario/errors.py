"""What is wrong with an input, said once and in one form: file, line, key, rule."""

from __future__ import annotations

import difflib
import heapq
import operator
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

KeyPath = tuple[str | int, ...]
"""The way to a value: mapping keys and list indices."""
Findings = Iterator[tuple[KeyPath, str]]
"""Messages, each with the path of the value it is about."""

MAX_LINES = 50
"""Problems that are printed."""
MOST_COMPARED, MOST_OFFERED = 100, 40
"""Names that a mistyped one is held against, and that are listed instead: more take seconds, and nobody reads them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input.

    file : the file, or `--set PATH` when the value came from the command line.
    line : 1-based; None where a line makes no sense.
    key : dotted path or column; "" where the file as a whole is meant.
    """

    file: str
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        """`file:line: key: message`."""
        where = brief(self.file) if self.line is None else f"{brief(self.file)}:{self.line}"
        named = not self.key or self.file == f"--set {self.key}"
        return printable(f"{where}: {self.message}" if named else f"{where}: {self.key}: {self.message}")


class ScenarioError(ValueError):
    """An input that cannot be used; its text has one line for each problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """An error that holds these problems."""
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @classmethod
    def of(cls, file: str, message: str, line: int | None = None, key: str = "") -> ScenarioError:
        """A single problem."""
        return cls([Problem(file, line, key, message)])

    def __str__(self) -> str:
        """One line for each problem."""
        lines = [str(problem) for problem in self.problems[:MAX_LINES]]
        if len(self.problems) > MAX_LINES:
            lines.append("and more problems")
        return "\n".join(lines)


class KeyProblems(ValueError):
    """Raised inside a model: each message with the path, from that model, of the value it is about."""

    def __init__(self, problems: Iterable[tuple[KeyPath, str]]) -> None:
        """An error that holds these (path, message) pairs."""
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{dotted(path)}: {text}" if path else text for path, text in self.problems))


def dotted(path: KeyPath) -> str:
    """The dotted form of a path, with unprintable or huge parts made harmless."""
    return ".".join(_harmless(str(part)) for part in path)


def shown(value: object, most: int = 80) -> str:
    """A value as it may stand in a message: escaped and at most about `most` characters."""
    text = repr(value if not isinstance(value, str) else value[: 2 * most])
    return text if len(text) <= most else text[: most - 4] + "..." + text[0]


def shown_path(path: object) -> str:
    """A path in a message: escaped, and long enough to keep the file's own name."""
    return shown(str(path), most=1000)


def unknown_name(what: str, name: str, known: Iterable[str]) -> str:
    """The message for a name that is none of `known`, with the closest ones offered."""
    return f"unknown {what} {shown(name)}; {_offered(name, known)}"


def not_called(what: str, name: str, known: Iterable[str]) -> str:
    """The message for a part spoken of by a name that none of its kind has, with the closest ones offered."""
    return f"no {what} is called {shown(name)}; {_offered(name, known)}"


def first_few(found: Iterable[T]) -> list[T]:
    """As many as are ever printed and one more, and no others looked for: thousands are one mistake."""
    return list(islice(found, MAX_LINES + 1))


def brief(text: str, most: int = 1000) -> str:
    """A text without its middle, where it is longer than anybody reads."""
    return text if len(text) <= most else f"{text[: most * 2 // 3]}...{text[-most // 3 :]}"


def printable(text: str) -> str:
    """The same on one line, with nothing in it that a terminal obeys or that turns the direction of writing."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def _offered(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = sorted(
        names if len(names) <= MOST_COMPARED else heapq.nlargest(MOST_COMPARED, names, partial(_shared, name))
    )
    close = difflib.get_close_matches(name[:100], near, n=2, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(map(repr, close))}?"
    more = [f"and {len(names) - MOST_OFFERED} more"] if len(names) > MOST_OFFERED else []
    return f"known: {', '.join([*sorted(names)[:MOST_OFFERED], *more]) or 'none'}"


def _shared(one: str, other: str) -> int:
    """How many letters two names have in the same place."""
    return sum(map(operator.eq, one, other))


def _harmless(part: str) -> str:
    return part if part.isprintable() and len(part) <= 80 else shown(part)

"""What is wrong with an input, said once and in one form: file, line, key, rule."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
"""The way to a value: mapping keys and list indices."""
Findings = Iterator[tuple[KeyPath, str]]
"""Messages, each with the path of the value it is about."""

MAX_LINES = 50


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
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        named = not self.key or self.file == f"--set {self.key}"
        return f"{where}: {self.message}" if named else f"{where}: {self.key}: {self.message}"


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
            lines.append(f"and {len(self.problems) - MAX_LINES} more problems")
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


def _offered(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name[:100], names, n=2, cutoff=0.6)
    return f"did you mean {' or '.join(map(repr, close))}?" if close else f"known: {', '.join(names) or 'none'}"


def _harmless(part: str) -> str:
    return part if part.isprintable() and len(part) <= 80 else shown(part)

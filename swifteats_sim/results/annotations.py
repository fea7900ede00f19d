"""Lines that GitHub shows beside a line of a file, when a step of a workflow prints them.

The form is that of "Workflow commands for GitHub Actions": `::error file=F,line=N,title=T::message`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, NamedTuple

from swifteats_sim.results.inert import inert

Level = Literal["error", "warning"]
MOST = 10
"""Annotations of a level that GitHub shows of one step."""
IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
IN_PROPERTY = {**IN_MESSAGE, ":": "%3A", ",": "%2C"}


class Annotation(NamedTuple):
    """Something to be said of a line. line : 1-based; None where the file as a whole is meant."""

    level: Level
    file: str
    line: int | None
    title: str
    message: str

    def text(self, root: Path) -> str:
        """The line to print. root : of the files of a repository, from which their names are counted."""
        where = {"file": _from(root, self.file), "line": str(self.line or 1), "title": self.title}
        named = ",".join(f"{key}={_escaped(value, IN_PROPERTY)}" for key, value in where.items())
        return f"::{self.level} {named}::{_escaped(self.message, IN_MESSAGE)}"


def _from(root: Path, file: str) -> str:
    """Told by names alone: a file's name may be none that the system accepts."""
    path, home = (Path(os.path.normpath(Path(each).absolute())) for each in (file, root))
    return str(path.relative_to(home)) if path.is_relative_to(home) else file


def _escaped(text: str, letters: dict[str, str]) -> str:
    return "".join(letters.get(letter, letter) for letter in inert(text))

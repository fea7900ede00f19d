"""A mutant: one bug, as a change of one text in one file of the package, and the part of the suite that must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One seeded bug.

    bug : what goes wrong, in words; where : the file, inside the package; old, new : its text, which stands there
    exactly once, and what stands there instead. tests : a file of tests, inside tests/; only : those of its tests that
    pytest's `-k` takes, by default all. lasting : whether the hunt takes so long that it is left to the long tests.
    """

    bug: str
    where: str
    old: str
    new: str
    tests: str
    only: str = ""
    lasting: bool = False

    @property
    def name(self) -> str:
        """The bug, as the name of a test."""
        return self.bug.replace(" ", "-")

    def seeded(self, text: str) -> str:
        """The file with the bug in it; ValueError where the old text does not stand there once: it has rotted."""
        times = text.count(self.old)
        if times != 1:
            raise ValueError(f"{self.bug}: {self.where} has this text {times} times, not once: {self.old!r}")
        return text.replace(self.old, self.new)

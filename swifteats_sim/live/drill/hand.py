"""One line of work: what it does is noted in a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from swifteats_sim.domain.effects import Name, Outcome, Read, Record, Rule
from swifteats_sim.live.clients import Step
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.history.deeds import Deed, Scribe, read_histories
from swifteats_sim.live.history.noting import noted
from swifteats_sim.live.runner import Performer


class Hand:
    """A client's, or a service's. geo : of all that it does."""

    def __init__(self, number: int, folder: Path, geo: int, mortal: bool = False) -> None:
        """mortal : each line is with the system at once, so that nothing that was heard is lost with who heard it."""
        path = folder / f"client{number}.jsonl"
        self._file = path.open("a", buffering=1 if mortal else -1, encoding="utf-8", newline="\n")
        self._scribe, self._geo = Scribe(number, self._file), geo

    def do(self, rule: Rule[Any]) -> Step:
        """A step of a script."""
        return self.noted(rule), self._geo

    def noted(self, rule: Rule[Outcome]) -> Rule[Outcome]:
        """The rule, written down while it runs."""
        return noted(rule, self._scribe, MONOTONIC)

    def close(self) -> None:
        """All is written."""
        self._file.close()


class Watched:
    """A runner whose rules a hand writes down."""

    def __init__(self, runner: Performer, hand: Hand) -> None:
        self._runner, self._hand = runner, hand

    def perform(self, rule: Rule[Outcome], geo: int = 0) -> Outcome:
        """As the runner does."""
        return self._runner.perform(self._hand.noted(rule), geo)


def histories(folder: Path) -> list[Deed]:
    """Of all hands."""
    return read_histories(sorted(folder.glob("client*.jsonl")))


def look(*names: Name) -> Rule[tuple[Record | None, ...]]:
    """Records as they stand."""
    seen: tuple[Record | None, ...] = yield Read(names, newest=True)
    return seen

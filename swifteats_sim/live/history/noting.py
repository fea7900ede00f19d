"""A rule that is noted while it runs: the same effects, and a line before and after each that touches records.

It goes around the rule, so that every runner can perform it, in real or in virtual time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from swifteats_sim.domain.effects import (
    COMMITTED,
    CompareAndSet,
    Delete,
    Effect,
    Insert,
    Put,
    Read,
    Record,
    Rule,
    Transaction,
    Unavailable,
    Update,
    Write,
)
from swifteats_sim.live.history.deeds import Scribe, Written, put, sight, written

Outcome = TypeVar("Outcome")
Clock = Callable[[], int]
"""Now, in ns, of the clock that all clients share."""


def noted(rule: Rule[Outcome], scribe: Scribe, now: Clock) -> Rule[Outcome]:
    """The rule, and its deeds in the scribe's file. An effect that ends in Unavailable may have been applied."""
    try:
        effect = next(rule)
        while True:
            note = _Note(scribe, now, effect)
            try:
                outcome = yield note.effect
            except Unavailable as refusal:
                note.unanswered()
                effect = rule.throw(refusal)
            else:
                note.answered(outcome)
                effect = rule.send(outcome)
    except StopIteration as stop:
        result: Outcome = stop.value
        return result


class _Note:
    """One effect on its way. effect : what is to be performed in its place."""

    def __init__(self, scribe: Scribe, now: Clock, effect: Effect) -> None:
        self._scribe, self._now = scribe, now
        self._began, self._number = now(), 0
        self._asked = self.effect = effect
        if isinstance(effect, Update):
            self.effect = effect._replace(change=lambda records: self._changed(effect, records))
        elif writes := _written(effect):
            self._number = scribe.begin(self._began, writes)

    def answered(self, outcome: Any) -> None:
        """What came of it."""
        if isinstance(self._asked, Read):
            seen = zip(self._asked.records, outcome, strict=True)
            self._scribe.saw(self._began, self._now(), (sight(name, record) for name, record in seen))
        elif self._number:
            self._scribe.end(self._number, self._now(), _is_applied(self._asked, outcome))

    def unanswered(self) -> None:
        """Nobody knows what came of it: the connection broke."""
        if self._number:
            self._scribe.end(self._number, self._now(), None)

    def _changed(self, effect: Update, records: tuple[Record | None, ...]) -> tuple[Write, ...] | None:
        """Asked under the locks, before anything is written; asked again, where the time before came to nothing."""
        if self._number:
            self._scribe.end(self._number, self._now(), applied=False)
            self._number = 0
        seen = tuple(sight(name, record) for name, record in zip(effect.records, records, strict=True))
        writes = effect.change(records)
        if writes:
            self._number = self._scribe.begin(self._began, map(written, writes), seen)
        else:
            self._scribe.saw(self._began, self._now(), seen)
        return writes


def _written(effect: Effect) -> tuple[Written, ...]:
    match effect:
        case CompareAndSet() | Insert() | Delete():
            return (written(effect),)
        case Transaction():
            return tuple(map(written, effect.writes))
        case Put():
            return (put(effect),)
    return ()


def _is_applied(effect: Effect, outcome: Any) -> bool:
    """A single write receives bool, several the first that failed, and one that looks at no version nothing."""
    if isinstance(effect, Transaction | Update):
        return bool(outcome == COMMITTED)
    return isinstance(effect, Put) or bool(outcome)

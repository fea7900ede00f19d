"""Changes of what a key stands for: a renewal chain of each key, looked at only when somebody asks."""

from __future__ import annotations

from typing import NamedTuple

from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Stream

NEVER = -1


class Invalidation(NamedTuple):
    """A change removes the cached value `delay` ns later, but for a share `failures` of all changes (C49, C50)."""

    delay: int
    failures: float
    stream: Stream


class Changes:
    """When keys change, from 0 on. Questions about one key must come in order of time.

    The gap before change `k` of a key is drawn at (key, k); whether its invalidation fails, of the invalidation's
    stream at (key, k).
    """

    def __init__(self, law: Law, stream: Stream, invalidation: Invalidation | None = None) -> None:
        """law : of the gap between changes of one key (s). ValueError where it takes no time."""
        if law.mean <= 0.0:
            raise ValueError("changes need a law that takes time")
        self.law, self.stream, self.invalidation = law, stream, invalidation
        self._changed: dict[int, tuple[int, int, int]] = {}
        self._removed: dict[int, tuple[int, int, int]] = {}

    def latest(self, key: int, now: int) -> int:
        """The last change of a key at or before `now` (ns), or NEVER."""
        number, coming, last = self._changed.get(key) or (0, self._gap(key, 0), NEVER)
        while coming <= now:
            number, coming, last = number + 1, coming + self._gap(key, number + 1), coming
        self._changed[key] = number, coming, last
        return last

    def removal(self, key: int, now: int) -> int:
        """The last invalidation of a key that worked, at or before `now` (ns), or NEVER."""
        if self.invalidation is None:
            return NEVER
        delay, failures, stream = self.invalidation
        number, coming, last = self._removed.get(key) or (0, self._gap(key, 0) + delay, NEVER)
        while coming <= now:
            if stream.uniform(key, number) >= failures:
                last = coming
            number, coming = number + 1, coming + self._gap(key, number + 1)
        self._removed[key] = number, coming, last
        return last

    def _gap(self, key: int, number: int) -> int:
        return self.law.draw_ns(self.stream, key, number)

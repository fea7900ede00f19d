"""The past of the database's records, for replicas that lag."""

from __future__ import annotations

from collections import deque

from swifteats_sim.domain.effects import Name, Record
from swifteats_sim.engine.clock import Clock


class History:
    """Versions that have been written over, for as long as a replica may still show them."""

    def __init__(self, clock: Clock, reach: int) -> None:
        """Nothing written over. reach : ns that the farthest replica is behind; no version is kept longer."""
        self._clock, self._reach = clock, reach
        self._past: dict[Name, deque[tuple[int, Record | None]]] = {}
        self._order: deque[tuple[int, Name]] = deque()

    def supersede(self, name: Name, record: Record | None) -> None:
        """A write lands now: until now the record stood like this, None where there was none."""
        now = self._clock.instant
        self._past.setdefault(name, deque()).append((now, record))
        self._order.append((now, name))
        while self._order[0][0] < now - self._reach:
            _, expired = self._order.popleft()
            self._past[expired].popleft()
            if not self._past[expired]:
                del self._past[expired]

    def before(self, name: Name, lag: int, newest: Record | None) -> Record | None:
        """The record as it stood `lag` ns ago, at most the reach; a write is there from its very instant."""
        instant = self._clock.instant - min(lag, self._reach)
        return next((record for until, record in self._past.get(name, ()) if until > instant), newest)

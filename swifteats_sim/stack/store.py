"""The database's content: versioned records, written all or nothing, their past, and the locks of transactions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Any

import simpy

from swifteats_sim.domain.effects import COMMITTED, CompareAndSet, Delete, Insert, Key, Record, Write
from swifteats_sim.engine.clock import Clock

Name = tuple[str, Key]
Watcher = Callable[[Key, Record], None]


class Store:
    """Tables of records. Every write raises the version by one; a table's watcher hears of each."""

    def __init__(self) -> None:
        """No tables."""
        self._records: dict[Name, Record] = {}
        self._watchers: dict[str, Watcher] = {}
        self._history: History | None = None

    def remember(self, clock: Clock, reach: int) -> None:
        """From now on, keep past versions for `reach` ns."""
        self._history = History(clock, reach)

    def watch(self, table: str, watcher: Watcher) -> None:
        """Call `watcher(key, record)` at every write to the table but deletions."""
        self._watchers[table] = watcher

    def read(self, name: Name) -> Record | None:
        """The record as it stands."""
        return self._records.get(name)

    def read_past(self, name: Name, lag: int) -> Record | None:
        """The record as a replica shows it that is `lag` ns behind; as it stands where nothing is remembered."""
        newest = self._records.get(name)
        return newest if self._history is None else self._history.before(name, lag, newest)

    def apply(self, writes: Iterable[Write]) -> int:
        """All writes or none: COMMITTED, or the index of the first that does not hold.

        ValueError where two writes name one record: the later would undo the earlier unseen.
        """
        writes = tuple(writes)
        if len(writes) > 1 and len(names_of(writes)) < len(writes):
            raise ValueError(f"two writes of one record: {writes}")
        for index, write in enumerate(writes):
            if not self._holds(write):
                return index
        for write in writes:
            self._write(write)
        return COMMITTED

    def _holds(self, write: Write) -> bool:
        record = self._records.get((write.table, write.key))
        if isinstance(write, Insert):
            return record is None
        return record is not None and record.version == write.version

    def _write(self, write: Write) -> None:
        name = (write.table, write.key)
        if self._history is not None:
            self._history.supersede(name, self._records.get(name))
        if isinstance(write, Delete):
            del self._records[name]
            return
        if isinstance(write, CompareAndSet):
            old = self._records[name]
            record = Record(old.version + 1, {**old.fields, **write.changes})
        else:
            record = Record(1, write.fields)
        self._records[name] = record
        watcher = self._watchers.get(write.table)
        if watcher is not None:
            watcher(write.key, record)


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


class Locks:
    """Record locks: one holder each, waiters first come, first served."""

    def __init__(self, clock: Clock) -> None:
        """Every record free."""
        self._clock = clock
        self._queues: dict[Name, deque[simpy.Event]] = {}

    def is_held(self, name: Name) -> bool:
        """Whether some transaction holds the record now."""
        return name in self._queues

    def acquire(self, names: Iterable[Name]) -> Generator[simpy.Event, Any, None]:
        """Wait for all records, in one total order, so that no two holders can wait for each other.

        Who is interrupted keeps none of them.
        """
        taken = list[Name]()
        for name in sorted(names):
            queue = self._queues.get(name)
            if queue is None:
                self._queues[name] = deque()
            else:
                turn = self._clock.event()
                queue.append(turn)
                try:
                    yield turn
                except simpy.Interrupt:
                    if turn in queue:
                        queue.remove(turn)
                    else:  # handed over in this very instant
                        taken.append(name)
                    self.release(taken)
                    raise
            taken.append(name)

    def release(self, names: Iterable[Name]) -> None:
        """Hand each record to its next waiter."""
        for name in names:
            queue = self._queues[name]
            if queue:
                queue.popleft().succeed()
            else:
                del self._queues[name]


def names_of(writes: Iterable[CompareAndSet | Insert | Delete]) -> list[Name]:
    """The records that a transaction touches, each once."""
    return list(dict.fromkeys((write.table, write.key) for write in writes))

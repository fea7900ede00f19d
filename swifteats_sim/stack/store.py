"""The database's content: versioned records, written all or nothing. Who watches a table hears of its writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from swifteats_sim.domain.effects import COMMITTED, CompareAndSet, Fields, Insert, Key, Name, Record, Write, names_of
from swifteats_sim.engine.clock import Clock
from swifteats_sim.stack.history import History

Watcher = Callable[[Key, Record, Record | None], None]
"""Told of a write: the key, the record as it is now, and as it was before; None where there was none."""
Gone = Callable[[Key, Record], None]
"""Told of a deletion: the key, and the record as it was."""


class Store:
    """Tables of records. A write raises the version by one, unless it asks not to."""

    def __init__(self) -> None:
        """No tables."""
        self._records: dict[Name, Record] = {}
        self._watchers: dict[str, list[Watcher]] = {}
        self._mourners: dict[str, list[Gone]] = {}
        self._history: History | None = None

    def remember(self, clock: Clock, reach: int) -> None:
        """From now on, keep past versions for `reach` ns."""
        self._history = History(clock, reach)

    def watch(self, table: str, watcher: Watcher, gone: Gone | None = None) -> None:
        """Call `watcher(key, record, before)` at every write to the table, `gone(key, before)` at every deletion.

        A table may have several watchers; they are called in the order in which they came.
        """
        self._watchers.setdefault(table, []).append(watcher)
        if gone is not None:
            self._mourners.setdefault(table, []).append(gone)

    def read(self, name: Name) -> Record | None:
        """The record as it stands."""
        return self._records.get(name)

    def read_all(self, names: Iterable[Name]) -> tuple[Record | None, ...]:
        """These records as they stand."""
        return tuple(map(self._records.get, names))

    def read_past(self, name: Name, lag: int) -> Record | None:
        """The record as a replica shows it that is `lag` ns behind; as it stands where nothing is remembered."""
        newest = self._records.get(name)
        return newest if self._history is None else self._history.before(name, lag, newest)

    def apply(self, writes: Sequence[Write], names: Sequence[Name] | None = None) -> int:
        """All writes or none: COMMITTED, or the index of the first that does not hold.

        ValueError where two writes name one record: the later would undo the earlier unseen. names : of all records.
        """
        if len(writes) == 1:
            return self._apply_one(writes[0])
        names = names_of(writes) if names is None else names
        if len(names) < len(writes):
            raise ValueError(f"two writes of one record: {writes}")
        before = self.read_all(names)
        for index, (write, record) in enumerate(zip(writes, before, strict=True)):
            if not _holds(write, record):
                return index
        for write, name, record in zip(writes, names, before, strict=True):
            self._write(write, name, record)
        return COMMITTED

    def _apply_one(self, write: Write) -> int:
        """The same of one write, as most are."""
        name = write[:2]
        record = self._records.get(name)
        if not _holds(write, record):
            return 0
        self._write(write, name, record)
        return COMMITTED

    def put(self, name: Name, changes: Fields) -> None:
        """Write over the record, whatever its version; where there is none, make one."""
        old = self._records.get(name)
        self._write(Insert(*name, changes) if old is None else CompareAndSet(*name, old.version, changes), name, old)

    def expire(self, name: Name, record: Record) -> None:
        """Remove this very record, unless it was written over or removed before."""
        if self._records.get(name) is record:
            self._remove(name)

    def _write(self, write: Write, name: Name, before: Record | None) -> None:
        if type(write) is CompareAndSet:
            assert before is not None
            record = Record(before.version + write.bump, {**before.fields, **write.changes})
        elif type(write) is Insert:
            record = Record(1, write.fields)
        else:
            self._remove(name)
            return
        if self._history is not None:
            self._history.supersede(name, before)
        self._records[name] = record
        for watcher in self._watchers.get(name[0], ()):
            watcher(name[1], record, before)

    def _remove(self, name: Name) -> None:
        record = self._records.pop(name)
        if self._history is not None:
            self._history.supersede(name, record)
        for gone in self._mourners.get(name[0], ()):
            gone(name[1], record)


def _holds(write: Write, record: Record | None) -> bool:
    """Whether a write may be done to the record as it stands."""
    if isinstance(write, Insert):
        return record is None
    return record is not None and record.version == write.version

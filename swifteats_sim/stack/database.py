"""The database: when an effect reads the records, when it writes them, and whom it waits for or loses to.

An effect reads when its first service begins and writes when all is done. A read of a replica sees the records as they
were a while ago; a read of the newest ones goes where writes land. A transaction takes its locks before it is served
and gives them back at its commit; an update takes them before it reads. A compare-and-set outside a transaction never
waits: on a locked record it fails. A put asks for nothing and lands. Who is interrupted leaves nothing behind but busy
servers: what was not committed is not written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache, partial

from swifteats_sim.domain import effects as e
from swifteats_sim.engine.clock import SECOND, Clock, to_ns
from swifteats_sim.stack.locks import Locks
from swifteats_sim.stack.service import NEWEST, Caller, Process, Service
from swifteats_sim.stack.store import Store

REACH = 100
"""Times its mean lag, the farthest that a replica is behind: past versions are kept so long and no longer."""
ROUND_TRIP = SECOND // 1000
"""How long a write takes that costs nothing and is lost: who tries it again must not do so for ever in one instant."""


class Database:
    """Performs the effects that touch records. counts : see Runner."""

    def __init__(self, clock: Clock, store: Store, service: Service, counts: Counter[str]) -> None:
        """No lock held. The store remembers past versions only if reads lag."""
        self._clock, self._store, self.locks = clock, store, Locks(clock)
        self._service, self._counts = service, counts
        self.lags = service.lag is not None
        if service.lag is not None:
            store.remember(clock, to_ns(REACH * service.lag[0].mean))

    def see(self, effect: e.Read, caller: Caller, number: int) -> tuple[e.Record | None, ...]:
        """The records as the primary, or its replica, shows them now."""
        newest = self._store.read_all(effect.records)
        if self._service.lag is None or effect.newest:
            return newest
        lag = self._service.draw(*self._service.lag, caller, number)
        seen = tuple([self._store.read_past(name, lag) for name in effect.records])
        self._counts["stale_reads"] += any(old is not new for old, new in zip(seen, newest, strict=True))
        return seen

    def compare_and_set(self, effect: e.CompareAndSet) -> bool:
        """Whether it holds, now that it has been served."""
        return not self.locks.is_held((effect.table, effect.key)) and self._store.apply((effect,)) == e.COMMITTED

    def put(self, effect: e.Put) -> None:
        """Over whatever is there."""
        self._store.put((effect.table, effect.key), effect.changes)

    def insert(self, effect: e.Insert) -> bool:
        """Whether there was none."""
        return self._commit((effect,)) == e.COMMITTED

    def transaction(self, effect: e.Transaction, caller: Caller, number: int) -> Process:
        """COMMITTED, or the index of the write that did not hold."""
        names, began = e.names_of(effect.writes), self._clock.instant
        waited = not self.locks.grab(names) and (yield from self.locks.acquire(names))
        try:
            yield from self._service.take("transaction", caller, number)
            outcome = self._commit(effect.writes, names)
        finally:
            self.locks.release(names)
        self._count("tries", names, effect.purpose)
        if waited:
            self._count("waits", names, effect.purpose)
        if outcome != e.COMMITTED:
            self._count("conflicts", e.names_of(effect.writes[outcome : outcome + 1]), effect.purpose)
            if self._clock.instant == began:
                yield self._clock.sleep(ROUND_TRIP)
        return outcome

    def update(self, effect: e.Update, caller: Caller, number: int) -> Process:
        """COMMITTED, or None where nothing is to be changed.

        Only a put can come between the locked read and the write: it is read again then.
        """
        store = self._store
        waited, outcome = (yield from self.locks.acquire(effect.records)), None
        try:
            while outcome != e.COMMITTED:
                seen = yield from self._service.take(NEWEST, caller, number, partial(store.read_all, effect.records))
                writes = effect.change(seen)
                if writes is None:
                    break
                if not set(e.names_of(writes)) <= set(effect.records):
                    raise ValueError(f"an update writes what it has not locked: {writes}")
                yield from self._service.take("transaction", caller, number)
                outcome = self._commit(writes)
        finally:
            self.locks.release(effect.records)
        self._count("tries", effect.records, effect.purpose)
        if waited:
            self._count("waits", effect.records, effect.purpose)
        return outcome

    def _count(self, what: str, names: Iterable[e.Name], purpose: str | None) -> None:
        """One more of `what` for each table of these records, and for each by what its transaction was for."""
        for counted in _counted(what, tuple([table for table, _ in names]), purpose):
            self._counts[counted] += 1

    def _commit(self, writes: tuple[e.Write, ...], names: list[e.Name] | None = None) -> int:
        """Apply them; what was inserted for a while only is gone when that is over. names : of the records."""
        outcome = self._store.apply(writes, names)
        if outcome == e.COMMITTED:
            for write in writes:
                if type(write) is e.Insert and write.ttl is not None:
                    self._clock.process(self._expire((write.table, write.key), write.ttl))
        return outcome

    def _expire(self, name: e.Name, ttl: int) -> Process:
        """This very record vanishes; a process begins at once, before anything else happens."""
        record = self._store.read(name)
        assert record is not None
        yield self._clock.sleep(ttl)
        self._store.expire(name, record)


@cache
def _counted(what: str, tables: tuple[str, ...], purpose: str | None) -> tuple[str, ...]:
    """What is counted of records of these tables."""
    kinds = ("",) if purpose is None else ("", f"{purpose}_")
    return tuple(f"{kind}{table}_{what}" for table in dict.fromkeys(tables) for kind in kinds)

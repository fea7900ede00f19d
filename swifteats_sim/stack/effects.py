"""The effect runner: performs what the rules yield, in virtual time.

An effect costs visits to stations and delays, one after the other: it reads when its first service begins and
writes when all is done. A read of a replica sees the records as they were a while ago; a read of the newest ones goes
where writes land. A transaction takes its locks before it is served and gives them back at its commit; an update takes
them before it reads. A compare-and-set outside a transaction never waits: on a locked record it fails. A put asks for
nothing and lands. Who is interrupted leaves nothing behind but busy servers: what was not committed is not written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import simpy

from swifteats_sim.domain import effects as e
from swifteats_sim.engine.clock import SECOND, Clock, to_ns
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.station import ABANDONED, REJECTED
from swifteats_sim.engine.streams import Stream
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.costs import Cost, Costs, Delay, at_primary
from swifteats_sim.stack.locks import Locks
from swifteats_sim.stack.store import Store, names_of

Process = Generator[simpy.Event, Any, Any]


PART = 1 << 20
"""Stride of the step word: a rule has effects, and an effect is made of parts, each with draws of its own."""
REACH = 100
"""Times its mean lag, the farthest that a replica is behind: past versions are kept so long and no longer."""
NEWEST = "read the newest"
"""A read that goes to the primary, whatever other reads do."""
ROUND_TRIP = SECOND // 1000
"""How long a write takes that costs nothing and is lost: who tries it again must not do so for ever in one instant."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The address of a rule's draws. occasion : which rule, and which time it runs for this entity.

    place : of the step on the path of orders that asks, 0 for all who are not on that path.
    """

    entity: int
    occasion: int = 0
    place: int = 0


class Runner:
    """Performs effects against one store, one broker, and the stations that `costs` names.

    costs : by kind of effect; search : what FindDrivers finds for an order now; pays : whether a payment succeeds;
    reading : what it takes to read whether one driver is available, drawn once a search, where that is asked of all
    members one after the other (C11). counts : transactions that touched a table, that were lost at one of its records,
    that waited for a lock; reads that saw an old version; messages that no broker took.
    """

    def __init__(
        self,
        clock: Clock,
        loop: Loop,
        store: Store,
        topics: Mapping[str, Topic],
        costs: Mapping[str, Costs],
        search: Callable[[int], e.Candidates],
        pays: Callable[[int, int], bool],
        reading: tuple[Law, Stream] | None = None,
    ) -> None:
        """A runner with no lock held and nothing counted. The store remembers past versions only if reads lag."""
        self.clock, self.store, self.locks = clock, store, Locks(clock)
        self.counts: Counter[str] = Counter()
        self._loop, self._topics, self._costs = loop, topics, {**costs, NEWEST: at_primary(costs)}
        self._search, self._pays, self._reading = search, pays, reading
        visits = [cost for cost in costs.get("read", ()) if isinstance(cost, Cost)]
        self._lag = next((cost.lag for cost in visits if cost.lag is not None), None)
        if self._lag is not None:
            store.remember(clock, to_ns(REACH * self._lag[0].mean))
        self._handlers: dict[type, Callable[[Any, Caller, int], Process]] = {
            e.Read: self._read,
            e.CompareAndSet: self._compare_and_set,
            e.Insert: self._insert,
            e.Transaction: self._transaction,
            e.Put: self._put,
            e.Update: self._update,
            e.Publish: self._publish,
            e.CallPayment: self._call_payment,
            e.FindDrivers: self._find_drivers,
            e.Sleep: self._sleep,
        }

    def perform(self, rule: e.Rule[Any], caller: Caller, again_after: int | None = None) -> Process:
        """Run a rule to its end, and return what it returns.

        again_after : ns until an effect that met a full queue is tried again; None throws Unavailable into the rule.
        """
        number = 0
        try:
            effect = next(rule)
            while True:
                try:
                    outcome = yield from self._handlers[type(effect)](effect, caller, number)
                except e.Unavailable as refusal:
                    if again_after is None:
                        effect = rule.throw(refusal)
                    else:
                        yield self.clock.sleep(again_after)
                else:
                    effect = rule.send(outcome)
                number += 1
        except StopIteration as stop:
            return stop.value

    def insist(self, rule: e.Rule[Any], caller: Caller) -> Process:
        """The same for a client that does not give up, and tries again after a second: an app, a consumer."""
        return self.perform(rule, caller, again_after=SECOND)

    def advance(self) -> None:
        """Let the flows catch up, before something is touched that they touch too."""
        self._loop.advance(self.clock.instant)

    def visit(self, cost: Cost, caller: Caller, number: int = 0, look: Callable[[], Any] | None = None) -> Process:
        """Pass a visit; returns what `look` sees as the service begins.

        Unavailable by a full queue at once, and when the caller's patience is over.
        """
        now = self.clock.instant
        if cost.shared:
            self._loop.advance(now)
        service = self._draw(cost.law, cost.stream, caller, number)
        if cost.extra is not None:
            service += cost.extra()
        patience = None if cost.patience is None else self._draw(*cost.patience, caller, number)
        start, departure = cost.station.visit(now, service, patience=patience)
        if start == REJECTED:
            raise e.Unavailable(cost.station.name)
        if start == ABANDONED:
            yield self.clock.sleep(departure - now)
            raise e.Unavailable(cost.station.name)
        seen = None
        if look is not None:
            if start > now:
                yield self.clock.sleep(start - now)
            seen, now = look(), start
        yield self.clock.sleep(departure - now)
        return seen

    def _draw(self, law: Law, stream: Stream, caller: Caller, number: int) -> int:
        return law.draw_ns(stream, caller.entity, caller.occasion, number, caller.place)

    def _pass(self, kind: str, caller: Caller, number: int, look: Callable[[], Any] | None = None) -> Process:
        """Let an effect take its time; returns what `look` sees as its first service begins."""
        seen = None
        for part, cost in enumerate(self._costs[kind]):
            address = part * PART + number
            if isinstance(cost, Delay):
                yield self.clock.sleep(self._draw(cost.law, cost.stream, caller, address))
            elif look is None:
                yield from self.visit(cost, caller, address)
            else:
                seen = yield from self.visit(cost, caller, address, look)
                look = None
        return seen

    def _read(self, effect: e.Read, caller: Caller, number: int) -> Process:
        kind = NEWEST if effect.newest else "read"
        return self._pass(kind, caller, number, lambda: self._records(effect, caller, number))

    def _records(self, effect: e.Read, caller: Caller, number: int) -> tuple[e.Record | None, ...]:
        """What the database, or its replica, shows now."""
        newest = tuple([self.store.read(name) for name in effect.records])
        if self._lag is None or effect.newest:
            return newest
        lag = self._draw(*self._lag, caller, number)
        seen = tuple([self.store.read_past(name, lag) for name in effect.records])
        self.counts["stale_reads"] += any(old is not new for old, new in zip(seen, newest, strict=True))
        return seen

    def _compare_and_set(self, effect: e.CompareAndSet, caller: Caller, number: int) -> Process:
        began = self.clock.instant
        yield from self._pass("compare_and_set", caller, number)
        holds = not self.locks.is_held((effect.table, effect.key)) and self.store.apply((effect,)) == e.COMMITTED
        if not holds:
            yield from self._lost(began)
        return holds

    def _put(self, effect: e.Put, caller: Caller, number: int) -> Process:
        yield from self._pass("compare_and_set", caller, number)
        self.store.put((effect.table, effect.key), effect.changes)

    def _insert(self, effect: e.Insert, caller: Caller, number: int) -> Process:
        yield from self._pass("insert", caller, number)
        return self._commit((effect,)) == e.COMMITTED

    def _transaction(self, effect: e.Transaction, caller: Caller, number: int) -> Process:
        names, began = names_of(effect.writes), self.clock.instant
        waited = yield from self.locks.acquire(names)
        try:
            yield from self._pass("transaction", caller, number)
            outcome = self._commit(effect.writes)
        finally:
            self.locks.release(names)
        self._count(names, waited)
        if outcome != e.COMMITTED:
            self.counts[f"{effect.writes[outcome].table}_conflicts"] += 1
            yield from self._lost(began)
        return outcome

    def _update(self, effect: e.Update, caller: Caller, number: int) -> Process:
        """Only a put can come between the locked read and the write: it is read again then."""
        waited, outcome = (yield from self.locks.acquire(effect.records)), None
        try:
            while outcome != e.COMMITTED:
                seen = yield from self._read(e.Read(effect.records, newest=True), caller, number)
                writes = effect.change(seen)
                if writes is None:
                    break
                if not set(names_of(writes)) <= set(effect.records):
                    raise ValueError(f"an update writes what it has not locked: {writes}")
                yield from self._pass("transaction", caller, number)
                outcome = self._commit(writes)
        finally:
            self.locks.release(effect.records)
        self._count(effect.records, waited)
        return outcome

    def _count(self, names: Iterable[e.Name], waited: bool) -> None:
        """A transaction that touched these records is over."""
        for table in dict.fromkeys(table for table, _ in names):
            self.counts[f"{table}_tries"] += 1
            if waited:
                self.counts[f"{table}_waits"] += 1

    def _commit(self, writes: tuple[e.Write, ...]) -> int:
        """Apply them; what was inserted for a while only is gone when that is over."""
        outcome = self.store.apply(writes)
        if outcome == e.COMMITTED:
            for write in writes:
                if isinstance(write, e.Insert) and write.ttl is not None:
                    self.clock.process(self._expire((write.table, write.key), write.ttl))
        return outcome

    def _expire(self, name: e.Name, ttl: int) -> Process:
        """This very record vanishes; a process begins at once, before anything else happens."""
        record = self.store.read(name)
        assert record is not None
        yield self.clock.sleep(ttl)
        self.store.expire(name, record)

    def _lost(self, began: int) -> Process:
        """A write did not hold: let some time pass, if none has since it began."""
        if self.clock.instant == began:
            yield self.clock.sleep(ROUND_TRIP)

    def _publish(self, effect: e.Publish, caller: Caller, number: int) -> Process:
        if effect.forget:
            self.clock.process(self._try_to_publish(effect, caller, number))
            return
        yield from self._pass("publish", caller, number)
        topic, now = self._topics[effect.topic], self.clock.instant
        ready = topic.leaders.ready(now)
        if ready > now:
            yield self.clock.sleep(ready - now)
        topic.append(ready, effect.geo, effect.key, effect.message)

    def _try_to_publish(self, effect: e.Publish, caller: Caller, number: int) -> Process:
        """Nobody waits for it: with a full queue, or no leader there, the message is lost (C31)."""
        topic = self._topics[effect.topic]
        try:
            yield from self._pass("publish", caller, number)
        except e.Unavailable:
            self.counts["lost_requests"] += 1
            topic.miss(effect.message)
            return
        now = self.clock.instant
        if topic.leaders.ready(now) > now:
            self.counts["lost_requests"] += 1
            topic.miss(effect.message)
        else:
            topic.append(now, effect.geo, effect.key, effect.message)

    def _call_payment(self, effect: e.CallPayment, caller: Caller, number: int) -> Process:
        yield from self._pass("call_payment", caller, number)
        return self._pays(effect.order, effect.attempt)

    def _find_drivers(self, effect: e.FindDrivers, caller: Caller, number: int) -> Process:
        found = yield from self._pass("find_drivers", caller, number, lambda: self._search(effect.order))
        if self._reading is not None:
            yield self.clock.sleep(found.members * self._draw(*self._reading, caller, number))
        return found

    def _sleep(self, effect: e.Sleep, caller: Caller, number: int) -> Process:
        yield self.clock.sleep(effect.duration)

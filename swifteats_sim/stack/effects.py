"""The effect runner: performs what the rules yield, in virtual time.

An effect occupies its station for its service time: it reads when service begins and writes when it is
complete. A transaction takes its locks before it is served and gives them back at its commit. A
compare-and-set outside a transaction never waits: on a locked record it fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

import simpy

from swifteats_sim.domain import effects as e
from swifteats_sim.engine.clock import SECOND, Clock
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.station import REJECTED, Station
from swifteats_sim.engine.streams import Stream
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.store import Locks, Store, names_of

Process = Generator[simpy.Event, Any, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """The address of a rule's draws. occasion : which rule, and which time it runs for this entity."""

    entity: int
    occasion: int = 0


@dataclass(frozen=True)
class Cost:
    """What a kind of effect, or a step of a flow, costs. shared : flows use the station too."""

    station: Station
    law: Law
    stream: Stream
    shared: bool


class Runner:
    """Performs effects against one store, one broker, and the stations that `costs` names.

    costs : by kind of effect; search : what FindDrivers finds for an order now; pays : whether a payment
    succeeds.
    """

    def __init__(
        self,
        clock: Clock,
        loop: Loop,
        store: Store,
        topics: Mapping[str, Topic],
        costs: Mapping[str, Cost],
        search: Callable[[int], e.Candidates],
        pays: Callable[[int, int], bool],
    ) -> None:
        """A runner with no lock held and nothing counted."""
        self.clock, self.store, self.locks = clock, store, Locks(clock)
        self.counts: Counter[str] = Counter()
        self._loop, self._topics, self._costs = loop, topics, costs
        self._search, self._pays = search, pays
        self._handlers: dict[type, Callable[[Any, Caller, int], Process]] = {
            e.Read: self._read,
            e.CompareAndSet: self._compare_and_set,
            e.Insert: self._insert,
            e.Transaction: self._transaction,
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

    def visit(self, cost: Cost, caller: Caller, number: int) -> tuple[int, int]:
        """Waiting and service time (ns) of a visit that begins now; Unavailable by a full queue."""
        now = self.clock.instant
        if cost.shared:
            self._loop.advance(now)
        service = cost.law.draw_ns(cost.stream, caller.entity, caller.occasion, number)
        start, departure = cost.station.visit(now, service)
        if start == REJECTED:
            raise e.Unavailable(cost.station.name)
        return start - now, departure - start

    def _read(self, effect: e.Read, caller: Caller, number: int) -> Process:
        wait, service = self.visit(self._costs["read"], caller, number)
        if wait:
            yield self.clock.sleep(wait)
        records = tuple([self.store.read(name) for name in effect.records])
        yield self.clock.sleep(service)
        return records

    def _compare_and_set(self, effect: e.CompareAndSet, caller: Caller, number: int) -> Process:
        wait, service = self.visit(self._costs["compare_and_set"], caller, number)
        yield self.clock.sleep(wait + service)
        return not self.locks.is_held((effect.table, effect.key)) and self.store.apply((effect,)) == e.COMMITTED

    def _insert(self, effect: e.Insert, caller: Caller, number: int) -> Process:
        wait, service = self.visit(self._costs["insert"], caller, number)
        yield self.clock.sleep(wait + service)
        return self.store.apply((effect,)) == e.COMMITTED

    def _transaction(self, effect: e.Transaction, caller: Caller, number: int) -> Process:
        names = names_of(effect.writes)
        yield from self.locks.acquire(names)
        try:
            wait, service = self.visit(self._costs["transaction"], caller, number)
            yield self.clock.sleep(wait + service)
            outcome = self.store.apply(effect.writes)
        finally:
            self.locks.release(names)
        table = effect.writes[0].table
        self.counts[f"{table}_tries"] += 1
        self.counts[f"{table}_conflicts"] += outcome != e.COMMITTED
        return outcome

    def _publish(self, effect: e.Publish, caller: Caller, number: int) -> Process:
        wait, service = self.visit(self._costs["publish"], caller, number)
        yield self.clock.sleep(wait + service)
        self._topics[effect.topic].append(self.clock.instant, effect.geo, effect.key, effect.message)

    def _call_payment(self, effect: e.CallPayment, caller: Caller, number: int) -> Process:
        wait, service = self.visit(self._costs["call_payment"], caller, number)
        yield self.clock.sleep(wait + service)
        return self._pays(effect.order, effect.attempt)

    def _find_drivers(self, effect: e.FindDrivers, caller: Caller, number: int) -> Process:
        wait, service = self.visit(self._costs["find_drivers"], caller, number)
        if wait:
            yield self.clock.sleep(wait)
        found = self._search(effect.order)
        yield self.clock.sleep(service)
        return found

    def _sleep(self, effect: e.Sleep, caller: Caller, number: int) -> Process:
        yield self.clock.sleep(effect.duration)

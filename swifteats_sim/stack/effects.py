"""The effect runner: performs what the rules yield, in virtual time.

An effect costs visits to stations and delays, one after the other; what it does to records is the database's affair,
what it publishes the producer's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from swifteats_sim.domain import effects as e
from swifteats_sim.engine.clock import SECOND, Clock
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.streams import Stream
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.costs import Costs
from swifteats_sim.stack.database import Database
from swifteats_sim.stack.producer import Producer
from swifteats_sim.stack.service import Caller, Process, Service
from swifteats_sim.stack.store import Store


class Runner:
    """Performs effects against one store, one broker, and the stations that `costs` names.

    costs : by kind of effect; search : what FindDrivers finds for an order now; pays : whether a payment succeeds;
    reading : what it takes to read whether one driver is available, drawn once a search, where that is asked of all
    members one after the other (C11). counts : transactions that touched a table, that were lost at one of its records,
    that waited for a lock; reads that saw an old version; messages that no broker took. visit : see Service.
    """

    def __init__(
        self,
        clock: Clock,
        loop: Plane,
        store: Store,
        topics: Mapping[str, Topic],
        costs: Mapping[str, Costs],
        search: Callable[[int], e.Candidates],
        pays: Callable[[int, int], bool],
        reading: tuple[Law, Stream] | None = None,
    ) -> None:
        """A runner with no lock held and nothing counted. The store remembers past versions only if reads lag."""
        self.clock, self.store, self._loop = clock, store, loop
        self.counts: Counter[str] = Counter()
        self._service = Service(clock, loop, costs)
        self.visit = self._service.visit
        self._search, self._pays, self._reading = search, pays, reading
        database = Database(clock, store, self._service, self.counts)
        self.locks = database.locks
        self._handlers: dict[type, Callable[[Any, Caller, int], Process]] = {
            e.Read: database.read,
            e.CompareAndSet: database.compare_and_set,
            e.Insert: database.insert,
            e.Transaction: database.transaction,
            e.Put: database.put,
            e.Update: database.update,
            e.Publish: Producer(clock, topics, self._service, self.counts).publish,
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

    def _call_payment(self, effect: e.CallPayment, caller: Caller, number: int) -> Process:
        yield from self._service.take("call_payment", caller, number)
        return self._pays(effect.order, effect.attempt)

    def _find_drivers(self, effect: e.FindDrivers, caller: Caller, number: int) -> Process:
        found = yield from self._service.take("find_drivers", caller, number, lambda: self._search(effect.order))
        if self._reading is not None:
            yield self.clock.sleep(found.members * self._service.draw(*self._reading, caller, number))
        return found

    def _sleep(self, effect: e.Sleep, caller: Caller, number: int) -> Process:
        yield self.clock.sleep(effect.duration)

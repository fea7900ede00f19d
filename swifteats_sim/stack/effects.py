"""The effect runner: performs what the rules yield, in virtual time.

An effect costs visits to stations and delays, one after the other; what it does to records is the database's affair,
what it publishes the producer's. What is one visit, as most effects are, is performed on the spot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from swifteats_sim.domain import effects as e
from swifteats_sim.engine.clock import SECOND, Clock
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.streams import Stream
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.costs import Cost, Costs
from swifteats_sim.stack.database import ROUND_TRIP, Database
from swifteats_sim.stack.producer import Producer
from swifteats_sim.stack.service import NEWEST, Caller, Process, Service
from swifteats_sim.stack.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of effect that takes its time, and then is done.

    sees : its outcome as the first service begins, given the effect, its caller and number; else the outcome is what
    `lands` says when all is done. pauses : who has lost, and no time by it, waits for a round trip.
    """

    name: str
    sees: Callable[[Any, Caller, int], Any] | None = None
    lands: Callable[[Any], Any] | None = None
    pauses: bool = False


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
        database = Database(clock, store, self._service, self.counts)
        self.locks = database.locks
        self._handlers: dict[type, Callable[[Any, Caller, int], Process]] = {
            e.Transaction: database.transaction,
            e.Update: database.update,
            e.Publish: Producer(clock, topics, self._service, self.counts).publish,
            e.Sleep: self._sleep,
        }
        self._visits: dict[type, tuple[Kind, Cost] | None] = dict.fromkeys(self._handlers)
        self._learn(e.Read, Kind("read", sees=database.see), whole=not database.lags)
        self._learn(e.CompareAndSet, Kind("compare_and_set", lands=database.compare_and_set, pauses=True))
        self._learn(e.Put, Kind("compare_and_set", lands=database.put))
        self._learn(e.Insert, Kind("insert", lands=database.insert))
        self._learn(e.CallPayment, Kind("call_payment", lands=lambda effect: pays(effect.order, effect.attempt)))
        finds = Kind("find_drivers", sees=lambda effect, caller, number: search(effect.order))
        self._learn(e.FindDrivers, finds, whole=reading is None)
        if reading is not None:
            self._handlers[e.FindDrivers] = partial(self._read_one_by_one, finds, reading)

    def _learn(self, effect: type, kind: Kind, whole: bool = True) -> None:
        """Perform effects of this type so. whole : its visits are all that it takes."""
        cost = self._service.only_visit(kind.name)
        if whole and cost is not None:
            self._visits[effect] = kind, cost
        else:
            self._visits[effect], self._handlers[effect] = None, partial(self._at_length, kind)

    def perform(self, rule: e.Rule[Any], caller: Caller, again_after: int | None = None) -> Process:
        """Run a rule to its end, and return what it returns.

        again_after : ns until an effect that met a full queue is tried again; None throws Unavailable into the rule.
        """
        clock, visits, number = self.clock, self._visits, 0
        entity, occasion, place = caller
        try:
            effect = next(rule)
            while True:
                visit = visits[type(effect)]
                try:
                    if visit is None:
                        outcome = yield from self._handlers[type(effect)](effect, caller, number)
                    else:
                        (kind, cost), now = visit, clock.instant
                        start, departure = cost.enter(now, entity, occasion, number, place)
                        if start < now:
                            yield from self._service.turn_away(cost, start, departure)
                        if kind.sees is not None:
                            if start > now:
                                yield clock.sleep(start - now)
                            outcome = kind.sees(effect, caller, number)
                            yield clock.sleep(departure - start)
                        else:
                            yield clock.sleep(departure - now)
                            assert kind.lands is not None
                            outcome = kind.lands(effect)
                            if kind.pauses and departure == now and not outcome:
                                yield clock.sleep(ROUND_TRIP)
                except e.Unavailable as refusal:
                    if again_after is None:
                        effect = rule.throw(refusal)
                    else:
                        yield clock.sleep(again_after)
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

    def _at_length(self, kind: Kind, effect: e.Effect, caller: Caller, number: int) -> Process:
        """An effect that is more than one visit, or none."""
        began, sees = self.clock.instant, kind.sees
        name = NEWEST if isinstance(effect, e.Read) and effect.newest else kind.name
        if sees is not None:
            return (yield from self._service.take(name, caller, number, lambda: sees(effect, caller, number)))
        assert kind.lands is not None
        yield from self._service.take(name, caller, number)
        outcome = kind.lands(effect)
        if kind.pauses and self.clock.instant == began and not outcome:
            yield self.clock.sleep(ROUND_TRIP)
        return outcome

    def _read_one_by_one(
        self, finds: Kind, reading: tuple[Law, Stream], effect: e.FindDrivers, caller: Caller, number: int
    ) -> Process:
        """A search that then asks of each driver inside the radius whether he is available (C11)."""
        found = yield from self._at_length(finds, effect, caller, number)
        yield self.clock.sleep(found.members * self._service.draw(*reading, caller, number))
        return found

    def _sleep(self, effect: e.Sleep, caller: Caller, number: int) -> Process:
        yield self.clock.sleep(effect.duration)

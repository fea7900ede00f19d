"""The same closed load in virtual time: the same script and rules, on processors that work as fast as was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from swifteats_sim.domain import effects as e
from swifteats_sim.domain.messages import DRIVERS
from swifteats_sim.domain.states import DriverState
from swifteats_sim.engine.clock import Clock, to_ns
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.streams import Streams
from swifteats_sim.live.calibration.load import ClosedLoad, Town, orders_of, script
from swifteats_sim.live.calibration.machine import Machine, Samples
from swifteats_sim.live.calibration.measured import ORDER, Measured, Tally, together
from swifteats_sim.live.calibration.processor import Processor
from swifteats_sim.live.calibration.profile import LARGE, kind_of
from swifteats_sim.live.places import CITY_SPEED, metres_between
from swifteats_sim.stack.database import Database
from swifteats_sim.stack.service import PART, Caller, Process, Service
from swifteats_sim.stack.store import Store

CLIENTS_FAVOUR_SHORT, SERVERS_FAVOUR_SHORT = False, True
"""How processors are shared: see Processor. A scheduler does something between the two; that servers let who was just
woken go first, while a long transaction waits with its locks, and clients take turns, came nearest to what was measured
(order by order: how long the parts take beside each other, and how often they meet)."""


class _Draws:
    """Durations of one kind, each at the address of who asks."""

    def __init__(self, name: str, seconds: Samples, streams: Streams) -> None:
        values = tuple(map(float, np.asarray(seconds)))
        self._law, self._stream = Law([("empirical", (), values)], float(np.mean(values))), streams(name)

    def draw(self, caller: Caller, number: int) -> int:
        """ns."""
        return self._law.draw_ns(self._stream, caller.entity, caller.occasion, number, caller.place)


class _Part:
    """What an effect of one kind takes: its client's work, each trip's server, and the rest."""

    def __init__(self, kind: str, machine: Machine, streams: Streams) -> None:
        demand = machine.demands[kind]
        self.half = _Draws(f"client.{kind}", demand.half, streams)
        self.trips = [_Draws(f"server.{kind}.{trip}", each, streams) for trip, each in enumerate(demand.trips)]
        self.rest = _Draws(f"rest.{kind}", demand.rest, streams)


class _Shared(Service):
    """Round trips on shared processors: in between the client works, at last nobody does."""

    def __init__(self, clock: Clock, machine: Machine, streams: Streams) -> None:
        super().__init__(clock, Loop((), {}), {})
        self.clients = Processor(clock, CLIENTS_FAVOUR_SHORT)
        self.servers = Processor(clock, SERVERS_FAVOUR_SHORT)
        self.parts = {kind: _Part(kind, machine, streams) for kind in machine.demands}

    def take(self, kind: str, caller: Caller, number: int, look: Callable[[], Any] | None = None) -> Process:
        """From the first trip on; what `look` sees as the last one is served. Large transactions: see _caller."""
        part, seen = self.parts[LARGE if caller.place else kind], None
        for trip, served in enumerate(part.trips):
            if trip:
                yield from self.clients.work(2 * part.half.draw(caller, number + 2 * trip * PART))
            if look is not None and trip == len(part.trips) - 1:
                seen = look()
            yield from self.servers.work(served.draw(caller, number))
        yield self._clock.sleep(part.rest.draw(caller, number))
        return seen


class _Stage:
    """One load in virtual time, a processor for all clients and one for all servers."""

    def __init__(self, load: ClosedLoad, machine: Machine, end: int) -> None:
        self.town, self.end, self.clock, self.store = Town(load), end, Clock(), Store()
        streams = Streams(load.seed, 0)
        self._shared = _Shared(self.clock, machine, streams)
        self._between = _Draws("client.between", machine.between, streams)
        self._database = Database(self.clock, self.store, self._shared, Counter())
        self._free: dict[int, int] = {}
        self.store.watch(DRIVERS, self._driver_changed)
        for driver in range(load.drivers):
            self.store.apply((e.Insert(DRIVERS, driver, {"state": DriverState.AVAILABLE, "order": None}),))

    def _driver_changed(self, driver: e.Key, record: e.Record, before: e.Record | None) -> None:
        assert isinstance(driver, int)
        self._free.pop(driver, None)
        if record.fields["state"] == DriverState.AVAILABLE:
            self._free[driver] = record.version

    def _search(self, order: int) -> e.Candidates:
        """As the live search does it, without a server."""
        errand = self.town.errand(order)
        away = sorted((metres_between(self.town.place(driver), errand.restaurant), driver) for driver in self._free)
        metres = np.array([each for each, _ in away])
        nothing = np.zeros(len(away), dtype=np.int64)
        return e.Candidates(
            drivers=np.array([driver for _, driver in away], dtype=np.int64),
            versions=np.array([self._free[driver] for _, driver in away], dtype=np.int64),
            travel=np.array([CITY_SPEED.travel(each) for each in metres], dtype=np.int64),
            preparation_left=errand.ready, onward=0, orders=nothing, idle=nothing, members=len(away), distance=metres,
            trip=0.0,
        )  # fmt: skip

    def client(self, number: int, counts: int, tally: Tally) -> Process:
        """One client: order after order."""
        for order in orders_of(number):
            began = self.clock.instant
            if began >= self.end:
                return
            seen = tally if began >= counts else None
            if (yield from self._carry(order, seen)) and seen is not None:
                seen.task(ORDER, self.clock.instant - began)

    def _carry(self, order: int, tally: Tally | None) -> Process:
        playing, outcome, occasion = script(self.town, order), None, 0
        try:
            while True:
                kind, rule = playing.send(outcome)
                began, occasion = self.clock.instant, occasion + 1
                outcome = yield from self._perform(rule, order, occasion, tally)
                if tally is not None:
                    tally.task(kind, self.clock.instant - began)
        except StopIteration:
            return kind == "finish"

    def _perform(self, rule: e.Rule[Any], order: int, occasion: int, tally: Tally | None) -> Process:
        """Effect after effect, each after what the client works from an answer to the next question."""
        number = 0
        try:
            effect = next(rule)
            while True:
                caller = _caller(effect, order, occasion)
                yield from self._shared.clients.work(self._between.draw(caller, number))
                outcome = yield from self._effect(effect, caller, number)
                if tally is not None:
                    tally.effect(effect, outcome)
                effect, number = rule.send(outcome), number + 1
        except StopIteration as stop:
            return stop.value

    def _effect(self, effect: e.Effect, caller: Caller, number: int) -> Process:
        """To the server and back; what no server takes part in is done at once."""
        kind = kind_of(effect)
        if kind is None:
            if isinstance(effect, e.Sleep):
                yield self.clock.sleep(effect.duration)
            return isinstance(effect, e.CallPayment) or None
        clients, half = self._shared.clients, self._shared.parts[kind].half
        yield from clients.work(half.draw(caller, number))
        outcome = yield from self._served(kind, effect, caller, number)
        yield from clients.work(half.draw(caller, number + PART))
        return outcome

    def _served(self, kind: str, effect: e.Effect, caller: Caller, number: int) -> Process:
        """As the stack's database does it."""
        database, take = self._database, self._shared.take
        if isinstance(effect, e.Transaction):
            return (yield from database.transaction(effect, caller, number))
        if isinstance(effect, e.Read):
            return (yield from take(kind, caller, number, lambda: database.see(effect, caller, number)))
        if isinstance(effect, e.FindDrivers):
            return (yield from take(kind, caller, number, lambda: self._search(effect.order)))
        yield from take(kind, caller, number)
        if isinstance(effect, e.CompareAndSet):
            return database.compare_and_set(effect)
        return database.insert(effect) if isinstance(effect, e.Insert) else None


def _caller(effect: e.Effect, order: int, occasion: int) -> Caller:
    """place : 1 of a large transaction, of which the database knows but the one kind."""
    return Caller(order, occasion, int(kind_of(effect) == LARGE))


def simulate_load(load: ClosedLoad, machine: Machine, seconds: float, warmup: float) -> Measured:
    """What the load comes to, after `warmup` s."""
    counts, end = to_ns(warmup), to_ns(warmup + seconds)
    stage = _Stage(load, machine, end)
    tallies = [Tally() for _ in range(load.clients)]
    for number, tally in enumerate(tallies):
        stage.clock.process(stage.client(number, counts, tally))
    stage.clock.run(until=end)
    return together(tallies, seconds)

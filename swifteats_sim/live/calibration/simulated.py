"""The same closed load in virtual time: the same script and rules, on stations that work as fast as was measured."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from swifteats_sim.domain import effects as e
from swifteats_sim.domain.messages import DRIVERS
from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.domain.states import DriverState
from swifteats_sim.engine.clock import Clock, to_ns
from swifteats_sim.engine.entrance import Errand
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.engine.usage import Usage
from swifteats_sim.live.calibration.load import ClosedLoad, Town, orders_of, script
from swifteats_sim.live.calibration.machine import Demand, Machine, Samples
from swifteats_sim.live.calibration.measured import ORDER, Measured, Tally, together
from swifteats_sim.live.calibration.profile import LARGE, kind_of
from swifteats_sim.live.calibration.site import PARTITIONS
from swifteats_sim.live.places import CITY_SPEED, metres_between
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.costs import Cost, Costs, cost
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.service import Caller, Process
from swifteats_sim.stack.store import Store

CLIENTS, SERVERS, NOBODY = "clients", "servers", "nobody"


QUANTUM = 10e-6
"""s that a processor works for one process, about, when others wait. So short that all who are ready share it: to those
who have little to do it gives an answer soon, and to the others late, as the system's scheduler does."""
LOCKING = ("transaction", LARGE)
"""Effects that hold what they touch from their first trip to their last; others look, or write, with their last one."""
MANY = 1 << 20


class _Way(NamedTuple):
    """What an effect takes: before the trip that does it, for doing it, and when its answer is there."""

    before: tuple[Cost, ...]
    effect: tuple[Cost, ...]
    after: tuple[Cost, ...]


class _Stage:
    """One load in virtual time."""

    def __init__(self, load: ClosedLoad, machine: Machine, end: int) -> None:
        self.load, self.machine, self.town, self.end = load, machine, Town(load), end
        self.clock, self.store, self._streams, self._loop = Clock(), Store(), Streams(load.seed, 0), Loop((), {})
        servers = {CLIENTS: machine.clients, SERVERS: machine.servers, NOBODY: MANY}
        self._stations = {
            name: Station(name, 1, count, "shared", None, Usage(0, end)) for name, count in servers.items()
        }
        self._plain = _Way(self._visits(CLIENTS, "client.other", machine.between), (), ())
        self._ways = {kind: self._way(kind, demand) for kind, demand in machine.demands.items()}
        self._large = set[Caller]()
        costs: dict[str, Costs] = {kind: way.effect for kind, way in self._ways.items()}
        pairs = zip(self._ways["transaction"].effect, self._ways[LARGE].effect, strict=True)
        costs["transaction"] = tuple(self._either(small, large) for small, large in pairs)
        costs["call_payment"] = self._visits(NOBODY, "call_payment", (0.0,))
        topic = Topic(REQUESTS, (PARTITIONS,), "round_robin", traffic=Traffic(0, end))
        self.runner = Runner(
            self.clock, self._loop, self.store, {REQUESTS: topic}, costs, self._search, lambda order, attempt: True
        )
        self.store.watch(DRIVERS, self._driver_changed)
        self._free: dict[int, int] = {}
        for driver in range(load.drivers):
            self.store.apply((e.Insert(DRIVERS, driver, {"state": DriverState.AVAILABLE, "order": None}),))

    def _visits(self, station: str, name: str, seconds: Samples, turns: int | None = None) -> tuple[Cost, ...]:
        """In turns of about a quantum each: see QUANTUM."""
        count = _turns(seconds) if turns is None else turns
        law = _law(np.asarray(seconds) / count)
        streams = (self._streams(f"{name}.{turn}") for turn in range(count))
        return tuple(cost(self._loop, Errand(self._stations[station], law, stream, shared=False)) for stream in streams)

    def _way(self, kind: str, demand: Demand) -> _Way:
        """Trip after trip: the client's work, the server's, and the client's again; then what nobody works for."""
        like = self.machine.demands[LARGE] if kind in LOCKING else demand
        parts = [*self._visits(CLIENTS, "client.between", self.machine.between)]
        begins = 0
        for trip, served in enumerate(demand.trips):
            work, its = (demand.half * 2, like.half * 2) if trip else (demand.half, like.half)
            parts += self._visits(CLIENTS, f"client.{kind}.{trip}", work, _turns(its))
            begins = len(parts) if trip == 0 or kind not in LOCKING else begins
            parts += self._visits(SERVERS, f"server.{kind}.{trip}", served, _turns(like.trips[trip]))
        parts += self._visits(NOBODY, f"rest.{kind}", demand.rest, 1)
        after = self._visits(CLIENTS, f"client.{kind}.after", demand.half)
        return _Way(tuple(parts[:begins]), tuple(parts[begins:]), after)

    def _either(self, small: Cost, large: Cost) -> Cost:
        """A part of a transaction, small or large: the runner knows but one kind of them."""

        def enter(now: int, entity: int, index: int, step: int, attempt: int) -> tuple[int, int]:
            chosen = large if Caller(entity, index, attempt) in self._large else small
            return chosen.enter(now, entity, index, step, attempt)

        return Cost(small.errand, enter)

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
        seen = None
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
        """Effect after effect, each with the work that the client has with it."""
        number = 0
        try:
            effect = next(rule)
            while True:
                caller = Caller(order, occasion, number)
                kind = kind_of(effect)
                way = self._plain if kind is None else self._ways[kind]
                if kind == LARGE:
                    self._large.add(caller)
                for part in way.before:
                    yield from self.runner.visit(part, caller)
                outcome = yield from self.runner.perform(_only(effect), caller)
                for part in way.after:
                    yield from self.runner.visit(part, caller)
                if tally is not None:
                    tally.effect(effect, outcome)
                effect, number = rule.send(outcome), number + 1
        except StopIteration as stop:
            return stop.value


def _law(seconds: Samples) -> Law:
    values = tuple(map(float, seconds))
    return Law([("empirical", (), values)], float(np.mean(values)))


def _turns(seconds: Samples) -> int:
    return max(1, round(float(np.mean(seconds)) / QUANTUM))


def _only(effect: e.Effect) -> e.Rule[Any]:
    """A rule of this one effect."""
    return (yield effect)


def simulate_load(load: ClosedLoad, machine: Machine, seconds: float, warmup: float) -> Measured:
    """What the load comes to, after `warmup` s."""
    counts, end = to_ns(warmup), to_ns(warmup + seconds)
    stage = _Stage(load, machine, end)
    tallies = [Tally() for _ in range(load.clients)]
    for number, tally in enumerate(tallies):
        stage.clock.process(stage.client(number, counts, tally))
    stage.clock.run(until=end)
    return together(tallies, seconds)

"""The platform in virtual time: the stack's runner, its store and its stations."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from worlds import DOOR, HERE, PREPARATION, Change, Raised, heard, name_of, pays, place_at

from swifteats_sim.domain.effects import Candidates, Name, Record, Rule, Update, Write
from swifteats_sim.domain.messages import DRIVERS, AssignmentRequest
from swifteats_sim.domain.states import DriverState
from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.entrance import Errand
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.steps import KeepNewest
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.usage import Usage
from swifteats_sim.live.places import CITY_SPEED, metres_between
from swifteats_sim.live.search import EVERYBODY_IN_5_KM
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.costs import Costs, cost
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.service import Caller, Process
from swifteats_sim.stack.store import Store

MS = 1_000_000
LONG = 100_000 * 1000 * MS
KINDS = ("read", "compare_and_set", "insert", "transaction", "publish", "call_payment", "find_drivers")
SERVICE = Law([("uniform", (0.005, 0.009), ())], 0.007)
"""Of each effect, s: who comes second may well be the first to be done, and two effects outlast any one."""
DRIVERS_AT_MOST = 100


class SimulatedWorld:
    """See World."""

    def __init__(self) -> None:
        """Empty, once it is cleared."""
        self._callers = count()

    def clear(self) -> None:
        self.clock, self.store, streams = Clock(), Store(), Streams(1, 0)
        loop, desk = Loop((), {}), Station("desk", 1, 1000, "shared", None, Usage(0, LONG))
        self._topic = Topic("assignment", (2, 2), "round_robin")
        costs: dict[str, Costs] = {
            name: (cost(loop, Errand(desk, SERVICE, streams(name), shared=False)),) for name in KINDS
        }
        self.runner = Runner(self.clock, loop, self.store, {"assignment": self._topic}, costs, self._find, pays)
        self._newest, self._metres = array("q", [-1]) * DRIVERS_AT_MOST, dict[int, float]()

    def perform(self, rule: Rule[Any]) -> Any:
        outcome = self._run([heard(rule)])[0]
        if isinstance(outcome, Raised):
            raise outcome.error
        return outcome

    def together(self, *rules: Rule[Any]) -> list[Any]:
        return [name_of(outcome) for outcome in self._run([heard(rule) for rule in rules])]

    def _run(self, rules: list[Rule[Any]]) -> list[Any]:
        """All from now on, until the last has ended; what vanishes later has not vanished yet."""
        outcomes = dict[int, Any]()

        def follow(number: int, rule: Rule[Any]) -> Process:
            outcomes[number] = yield from self.runner.perform(rule, Caller(next(self._callers)))

        for number, rule in enumerate(rules):
            self.clock.process(follow(number, rule))
        while len(outcomes) < len(rules):
            self.clock.run(until=int(self.clock.peek()) + 1)
        return [outcomes[number] for number in range(len(rules))]

    def while_locked(
        self, names: tuple[Name, ...], rule: Rule[Any], change: Callable[..., tuple[Write, ...] | None]
    ) -> Change:
        """The holder reads and writes; one effect that begins 1 ns after him is over before, unless it waits."""
        ends = dict[str, tuple[int, Any]]()

        def follow(who: str, started: Rule[Any], after: int) -> Process:
            yield self.clock.sleep(after)
            outcome = yield from self.runner.perform(heard(started), Caller(next(self._callers)))
            ends[who] = self.clock.instant, outcome

        def hold() -> Rule[Any]:
            return (yield Update(names, lambda records: change(*records)))

        self.clock.process(follow("holder", hold(), 0))
        self.clock.process(follow("rule", rule, 1))
        while len(ends) < 2:
            self.clock.run(until=int(self.clock.peek()) + 1)
        return Change(name_of(ends["rule"][1]), ends["rule"][0] > ends["holder"][0])

    def records(self, *names: Name) -> tuple[Record | None, ...]:
        return self.store.read_all(names)

    def messages(self) -> list[AssignmentRequest]:
        self.clock.run()  # what nobody waits for is still on its way
        logged = [message for log in self._topic.logs for _, message in log]
        return sorted(cast("list[AssignmentRequest]", logged))

    def stand(self, driver: int, metres: float, sent: int) -> bool:
        """By the step of the flow of fixes that the scenarios use."""
        ended = list[Any]()
        job = SimpleNamespace(entity=driver, born=sent, pc=0, flow=SimpleNamespace(stale=0, measures=lambda job: True))
        stage = SimpleNamespace(end=lambda *told: ended.append(told))
        KeepNewest(self._newest).take(cast(Any, job), 0, cast(Any, stage))
        if not ended:
            self._metres[driver] = metres
        return not ended

    def known(self, driver: int) -> int | None:
        return None if self._newest[driver] < 0 else self._newest[driver]

    def _find(self, order: int) -> Candidates:
        """Free drivers with a fix around the restaurant, nearest first."""
        away = {driver: metres_between(HERE, place_at(metres)) for driver, metres in self._metres.items()}
        inside = sorted((driver for driver in away if away[driver] <= EVERYBODY_IN_5_KM.radius), key=away.__getitem__)
        records = {driver: self.store.read((DRIVERS, driver)) for driver in inside}
        free = {
            driver: record.version
            for driver, record in records.items()
            if record is not None and record.fields["state"] == DriverState.AVAILABLE
        }
        trip, nothing = metres_between(HERE, DOOR), np.zeros(len(free), dtype=np.int64)
        return Candidates(
            drivers=np.array(list(free), dtype=np.int64), versions=np.array(list(free.values()), dtype=np.int64),
            travel=np.array([CITY_SPEED.travel(away[driver]) for driver in free], dtype=np.int64),
            preparation_left=PREPARATION, onward=CITY_SPEED.travel(trip), orders=nothing, idle=nothing,
            members=len(inside), distance=np.array([away[driver] for driver in free]), trip=trip,
        )  # fmt: skip

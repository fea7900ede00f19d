"""A small platform to try rules on: every effect takes a known time, and everything that happens is noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from swifteats_sim.domain.effects import Candidates, Rule
from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.entrance import Errand
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.engine.usage import Usage
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.costs import Costs, cost
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.service import Caller, Process
from swifteats_sim.stack.store import Store

MS = 1_000_000
SECOND = 1000 * MS
MINUTE = 60 * SECOND
LONG = 100_000 * SECOND

TIMES = {
    "read": 10, "compare_and_set": 10, "insert": 10, "transaction": 10, "publish": 10, "call_payment": 100,
    "find_drivers": 50,
}  # fmt: skip
"""Service of each effect, ms."""


def fixed(ms: float) -> Law:
    return Law([("deterministic", (ms / 1000,), ())], ms / 1000)


def desk(servers: int = 1000, limit: int | None = None) -> Station:
    return Station("desk", 1, servers, "shared", limit, Usage(0, LONG))


def found(drivers: Mapping[int, int], preparation_left: int = 0, version: int = 1) -> Candidates:
    """Free drivers by their travel time (ns)."""
    return Candidates(
        np.array(list(drivers), dtype=np.int64),
        np.full(len(drivers), version, dtype=np.int64),
        np.array(list(drivers.values()), dtype=np.int64),
        preparation_left,
        4 * MINUTE,
        np.zeros(len(drivers), dtype=np.int64),
        np.zeros(len(drivers), dtype=np.int64),
        len(drivers),
        np.zeros(len(drivers)),
        0.0,
    )


class Bench:
    """One store, one broker and one station for all effects but those whose `costs` are given.

    done : (instant, who, outcome) of every rule, in order of completion.
    """

    def __init__(
        self,
        station: Station | None = None,
        loop: Loop | None = None,
        search: Callable[[int], Candidates] = lambda order: found({}),
        pays: Callable[[int, int], bool] = lambda order, attempt: True,
        laws: Mapping[str, Law] | None = None,
        costs: Mapping[str, Costs] | None = None,
        topic: Topic | None = None,
        **times: float,
    ) -> None:
        self.clock, self.store, self.streams = Clock(), Store(), Streams(1, 0)
        self.station, self.loop = station or desk(), loop or Loop((), {})
        every = {name: fixed(ms) for name, ms in {**TIMES, **times}.items()} | dict(laws or {})
        visits: dict[str, Costs] = {
            name: (cost(self.loop, Errand(self.station, law, self.streams(name), shared=loop is not None)),)
            for name, law in every.items()
        }
        self.topic = topic or Topic("assignment", (1, 1), "round_robin", traffic=Traffic(0, LONG))
        topics = {"assignment": self.topic}
        self.runner = Runner(self.clock, self.loop, self.store, topics, visits | dict(costs or {}), search, pays)
        self.done: list[tuple[int, str, Any]] = []

    def at(self, instant: int, who: str, rule: Rule[Any], caller: Caller | None = None, insist: bool = False) -> None:
        """Start a rule at an instant (ns)."""
        perform = self.runner.insist if insist else self.runner.perform
        self.follow(instant, who, lambda: perform(rule, caller or Caller(0)))

    def follow(self, instant: int, who: str, process: Callable[[], Process]) -> None:
        """Start any process at an instant, and note its outcome."""

        def followed() -> Process:
            yield self.clock.sleep(instant)
            outcome = yield from process()
            self.done.append((self.clock.instant, who, outcome))

        self.clock.process(followed())

    def do(self, instant: int, deed: Callable[[], Any]) -> None:
        """Do something without cost at an instant."""

        def later() -> Process:
            yield self.clock.sleep(instant)
            deed()

        self.clock.process(later())

    def run(self, until: int = LONG) -> None:
        self.clock.run(until=until)

    def timeline(self) -> list[tuple[float, str, Any]]:
        """`done` in ms."""
        return [(instant / MS, who, outcome) for instant, who, outcome in self.done]

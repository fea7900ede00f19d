"""A world of clients without servers: real rules on a store in memory, their effects in an order that a test draws.

Each step of a client is one of three: an effect begins, it is applied, its client hears of it. Between them others do
theirs, so that histories overlap as those of real clients do.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from swifteats_sim.domain.effects import (
    COMMITTED,
    CompareAndSet,
    Delete,
    Effect,
    Insert,
    Name,
    Put,
    Read,
    Record,
    Rule,
    Transaction,
    Update,
)
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.live.checking import check
from swifteats_sim.live.history import Deed, Scribe, read_deeds
from swifteats_sim.live.noting import noted
from swifteats_sim.live.trails import Violation
from swifteats_sim.stack.store import Store

TERMS = InventoryTerms(stock=10, capacity=4, prepared=5, batch=5, attempts=3, backoff=1)
Choice = Callable[[int], int]
"""Draws a number below the one given."""


class Played(NamedTuple):
    """What came of it."""

    deeds: list[Deed]
    start: dict[Name, Record]
    end: dict[Name, Record]
    kinds: set[str]
    violations: tuple[Violation, ...]


class World:
    """A store, and a clock that goes on by 1 whenever somebody looks at it."""

    def __init__(self, start: dict[Name, Record] | None = None) -> None:
        self.store, self.start, self.time = Store(), dict(start or {}), 0
        self.store._records.update(self.start)
        self.deeds = list[Deed]()

    def now(self) -> int:
        self.time += 1
        return self.time

    def play(self, clients: Sequence[Sequence[Rule[Any]]], choose: Choice, kill: Choice = lambda _: 1) -> Played:
        """Run each client's rules one after the other, all clients at once. kill : ends a client where it draws 0."""
        files = [io.StringIO() for _ in clients]
        busy = [_Client(self, Scribe(number, file), rules) for number, (file, rules) in enumerate(zip(files, clients))]
        while busy:
            client = busy[choose(len(busy))]
            if not client.step() or kill(40) == 0:
                busy.remove(client)
        for file in files:
            self.deeds += read_deeds(file.getvalue().splitlines(keepends=True))
        end = dict(self.store._records)
        found = check(self.deeds, self.start, end, TERMS)
        return Played(self.deeds, self.start, end, {violation.kind for violation in found}, found)


class _Client:
    def __init__(self, world: World, scribe: Scribe, rules: Sequence[Rule[Any]]) -> None:
        self._world, self._rules = world, [noted(rule, scribe, world.now) for rule in rules]
        self._stage, self._effect, self._outcome = "ask", None, None

    def step(self) -> bool:
        """One of the three steps; False where nothing is left to do."""
        if not self._rules:
            return False
        if self._stage == "apply":
            assert self._effect is not None
            self._outcome, self._stage = perform(self._world.store, self._effect), "ask"
            return True
        try:
            self._effect = self._rules[0].send(self._outcome)
            self._stage = "apply"
        except StopIteration:
            self._rules.pop(0)
        self._outcome = None
        return True


def perform(store: Store, effect: Effect) -> Any:
    """What the simulated database would do, without its time."""
    match effect:
        case Read(names):
            return store.read_all(names)
        case CompareAndSet() | Insert() | Delete():
            return store.apply((effect,)) == COMMITTED
        case Transaction(writes):
            return store.apply(writes)
        case Put(table, key, changes):
            return store.put((table, key), changes)
        case Update(names, change):
            writes = change(store.read_all(names))
            return None if writes is None else store.apply(writes)
    return None

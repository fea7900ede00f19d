"""The compiled loop as those who decide see it. See engine.plane.Plane; engine.loop.Loop says the same in Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, MutableSequence

import numpy as np

from swifteats_sim.engine.claims import Allotment, Claims, Served
from swifteats_sim.engine.clock import MINUTE, BackInTime
from swifteats_sim.engine.entrance import Entrance, Errand
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.group import Group
from swifteats_sim.engine.job import EndedTwice
from swifteats_sim.engine.kernel import clients, counting, entering, errors, loop
from swifteats_sim.engine.kernel.claiming import Claiming
from swifteats_sim.engine.kernel.door import CompiledDoor, lower_errand
from swifteats_sim.engine.kernel.layout import Layout
from swifteats_sim.engine.kernel.lower_flows import lower_flows
from swifteats_sim.engine.kernel.lower_stations import lower_resource
from swifteats_sim.engine.kernel.lowering import Lowering
from swifteats_sim.engine.kernel.memory import REGISTERS
from swifteats_sim.engine.kernel.space import Space
from swifteats_sim.engine.limiting import Gate, Limit
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.registers import Registers
from swifteats_sim.engine.resource import Ceiling, Holding
from swifteats_sim.engine.sources import Source
from swifteats_sim.engine.ties import STATED

REACHED = loop.REACHED
CALLS, FULL = REGISTERS.calls, REGISTERS.full
"""Looked up once: they are asked for at every event of those who decide."""


class Machine(Plane):
    """Jobs of `flows` in compiled code. space : its memory, laid out in `build`, when all who share it are known."""

    space: Space

    def __init__(
        self,
        flows: tuple[Flow, ...],
        sources: Mapping[int, Source],
        span: tuple[int, int],
        registers: Registers,
        ties: int = STATED,
    ) -> None:
        """Nothing is laid out. sources : by flow number; span : (warmup, end), ns; ties : key of their shuffle."""
        self.flows, self._sources, self._registers = flows, sources, registers
        self._low = Lowering(Layout(span, span[1] // MINUTE + 1, ties))
        self._limited = {id(step.buckets) for flow in flows for step in flow.steps if isinstance(step, Limit)}
        self._doors: list[CompiledDoor] = []
        self._claims: list[tuple[Allotment, Claiming]] = []
        self._alone = Loop((), {})
        self._registered = {
            id(registers.watched): loop.FLAG, id(registers.follower): loop.FOLLOWER,
            id(registers.watchers): loop.WATCHERS,
        }  # fmt: skip
        for number, flow in enumerate(flows):
            flow.number = number

    def build(self) -> None:
        """See Plane."""
        low = self._low
        lower_flows(low, self.flows, self._sources, self._registers)
        for door in self._doors:
            door.at = lower_errand(low, door.errand, self._registers)
        for allotment, claiming in self._claims:
            claiming.at = lower_resource(low, allotment)
        self.space = Space(low.layout, self._registers)
        self.space.words[REGISTERS.watchers] = self._registers.watchers[0]
        for door in self._doors:
            door.space = self.space
        for _, claiming in self._claims:
            claiming.space = self.space

    @property
    def now(self) -> int:  # type: ignore[override]
        """See Plane."""
        return int(self.space.words[REGISTERS.now])

    @property
    def events(self) -> int:
        """See Plane."""
        return int(self.space.words[REGISTERS.done])

    def advance(self, until: int) -> None:
        """See Plane."""
        while (said := entering.catch_up(self.space.at, until)) != REACHED:
            self.mend(said, until)
        if self._claims and self.space.words[CALLS]:
            self._call()

    def mend(self, said: int, until: int) -> None:
        """Make room where there is little left; raise what broke."""
        words = self.space.words
        if said == loop.BROKEN:
            if words[REGISTERS.error] == errors.BACK_IN_TIME:
                raise BackInTime(int(self.space.world.heap[0]["at"]), self.now)
            raise EndedTwice(f"{errors.MEANINGS[int(words[REGISTERS.error])]}, at {self.now} ns")
        counting.read_samples(self.space.noted(), self.flows)
        self.space.grow()

    def halt(self, at: int) -> None:
        """See Plane: it has halted by itself."""

    def open(self, flow: int) -> None:
        """See Plane."""
        entering.open_source(self.space.at, self._low.row(self.flows[flow]))

    def switch_on(self, flow: int, entity: int, at: int) -> None:
        """See Plane."""
        self._note(at, loop.SWITCH_ON, self._low.row(self._sources[flow]), entity)

    def switch_on_all(self, flow: int, openings: Iterable[tuple[int, int]]) -> None:
        """See Plane: in one call, as it may be a fleet."""
        entries, done = np.array(list(openings), dtype=np.int64).reshape(-1, 2), 0
        if not len(entries):  # and perhaps no source: nobody drives
            return
        if (entries[:, 1] < self.now).any():
            raise ValueError(f"the loop is at {self.now} ns, too late for changes before")
        source = self._low.row(self._sources[flow])
        while (done := entering.note_all(self.space.at, loop.SWITCH_ON, source, entries, done)) < len(entries):
            self.mend(loop.NO_ROOM, self.now)

    def switch_off(self, flow: int, entity: int, at: int) -> None:
        """See Plane."""
        self._note(at, loop.SWITCH_OFF, self._low.row(self._sources[flow]), entity)

    def write(self, register: MutableSequence[int], entity: int, value: int, at: int) -> None:
        """See Plane."""
        self._note(at, self._registered[id(register)], entity, value)

    def watch(self, group: Group) -> None:
        """See Plane."""
        for at in group.membership.changes:
            self._note(at, loop.GROUP_CHANGE, self._low.row(group), 0)

    def _note(self, at: int, kind: int, a: int, b: int) -> None:
        """Journal something; ValueError where the loop is past that instant."""
        if not entering.note(self.space.at, at, kind, a, b):
            raise ValueError(f"the loop is at {self.now} ns, too late for a change at {at} ns")
        if self.space.words[FULL]:
            self.mend(loop.NO_ROOM, at)

    def entrance(self, errand: Errand) -> Entrance:
        """See Plane."""
        door = CompiledDoor(errand, self.mend)
        self._doors.append(door)
        return door

    def gate(self, limit: Limit) -> Gate:
        """See Plane."""
        if id(limit.buckets) not in self._limited:
            return super().gate(limit)
        return lambda client, now: bool(clients.admit(self.space.at, self._low.row(limit.buckets), client, now))

    def allot(
        self, name: str, size: int, holding: Holding, limit: Ceiling | None, served: Served
    ) -> tuple[Allotment, Claims]:
        """See Plane."""
        allotment = Allotment(name, size, holding, limit, self._alone, served)
        if not allotment.shares:
            return allotment, allotment
        claiming = Claiming(served, self._call)
        self._claims.append((allotment, claiming))
        return allotment, claiming

    def _call(self) -> None:
        """Tell those who were served in the loop."""
        words, stack = self.space.words, self.space.world.stack
        count, words[REGISTERS.calls] = int(words[REGISTERS.calls]), 0
        rows = {claiming.at: claiming for _, claiming in self._claims}
        for resource, at in stack[: -2 * count - 1 : -1].reshape(count, 2).tolist():
            rows[resource].serve(at)

    def standing(self, group: Group) -> int:
        """See Plane."""
        return counting.standing_in(self.space.world, self._low.row(group))

    def tally(self) -> None:
        """See Plane."""
        counting.count_flows(self.space.words, self._low)

    def alive(self) -> Counter[str]:
        """See Plane."""
        names = {self._low.row(flow): flow.name for flow in self.flows}
        return Counter(names[row] for row in counting.flows_of_open_jobs(self.space.world))

    def close(self) -> None:
        """See Plane."""
        counting.read_samples(self.space.noted(), self.flows)
        counting.count_all(self.space.world, self._low)

"""Programs, laid out: one operation a step. What the fields of each mean stands in `operations`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swifteats_sim.engine import (
    batching,
    branching,
    caching,
    consuming,
    holding,
    limiting,
    offline,
    publishing,
    retrying,
    steps,
    streaming,
)
from swifteats_sim.engine.flow import Flow, Step
from swifteats_sim.engine.kernel import operations as op
from swifteats_sim.engine.kernel.lower_clients import lower_connections, lower_limit, lower_shelf
from swifteats_sim.engine.kernel.lower_messages import lower_group, lower_place, lower_tray
from swifteats_sim.engine.kernel.lower_stations import lower_resource, lower_station, lower_usage
from swifteats_sim.engine.kernel.lowering import Lowering, or_none
from swifteats_sim.engine.kernel.memory import NONE
from swifteats_sim.engine.legs import Movement
from swifteats_sim.engine.placement import OfDriver, OfKey
from swifteats_sim.engine.registers import Registers

FIELDS = 6
"""Of a step, beside its operation and its place."""


class Program:
    """The program of one flow. rows : of all flows, by number; first : where this begins; servers : see servers_of."""

    def __init__(
        self, low: Lowering, flow: Flow, rows: Sequence[int], first: int, registers: Registers, servers: int
    ) -> None:
        self._low, self._flow, self._rows, self._first, self._registers = low, flow, rows, first, registers
        self._servers = servers

    def steps(self) -> list[tuple[int, ...]]:
        """One row a step."""
        return [self._step(step) for step in self._flow.steps]

    def _step(self, step: Step) -> tuple[int, ...]:
        place: int = getattr(step, "place", 0)
        what, *fields = self._fields(step)
        return what, place, *fields, *[0] * (FIELDS - len(fields))

    def _fields(self, step: Step) -> tuple[int, ...]:
        """The operation, and its fields."""
        for of_kind in (self._plain, self._served, self._branching, self._of_clients, self._of_messages):
            fields = of_kind(step)
            if fields:
                return fields
        raise TypeError(f"not a step that can be compiled: {step!r}")

    def _plain(self, step: Step) -> tuple[int, ...]:
        lay = self._low.layout
        match step:
            case steps.Delay():
                return op.DELAY, lay.law(step.law), lay.stream(step.stream)
            case steps.KeepNewest():
                return op.KEEP_NEWEST, int(step.guarded)
            case steps.OnlyIf(test=Movement() as moved):
                last = lay.table([np.nan] * (2 * len(self._registers.known_fix)))
                return op.ONLY_IF_MOVED, lay.table([moved.distance]), last
            case steps.OnlyIf(test=steps.Flagged()):
                return (op.ONLY_IF_WATCHED,)
            case steps.Fresh():
                return op.FRESH, step.age
            case steps.Fail():
                return op.FAIL, lay.table([step.share]), lay.stream(step.stream)
            case steps.Send():
                return op.SEND, step.size
            case steps.Start():
                return op.START, self._rows[step.flow], step.number
            case steps.End():
                return (op.END,)
        return ()

    def _served(self, step: Step) -> tuple[int, ...]:
        low, lay = self._low, self._low.layout
        match step:
            case steps.Visit():
                scan = NONE if step.scan is None else lower_connections(low, step.scan, self._registers)
                patience = lay.drawn(step.patience)
                return op.VISIT, lower_station(low, step.station), *lay.drawn((step.law, step.stream)), *patience, scan
            case holding.Acquire():
                return op.ACQUIRE, lower_resource(low, step.resource), or_none(step.timeout), step.priority
            case holding.GaveUp():
                return op.GAVE_UP, lower_resource(low, step.resource)
            case holding.Release():
                return op.RELEASE, lower_resource(low, step.resource)
            case holding.Serve():
                return op.SERVE, lower_usage(low, step.usage), *lay.drawn((step.law, step.stream))
        return ()

    def _branching(self, step: Step) -> tuple[int, ...]:
        lay = self._low.layout
        match step:
            case branching.Jump():
                return op.JUMP, self._first + step.to
            case branching.Branch():
                return op.BRANCH, self._ways(step.ways), lay.table(step.upto), lay.stream(step.stream)
            case branching.Fork():
                return op.FORK, self._first + step.after, self._ways(step.ways)
            case retrying.Attempt():
                return self._attempt(step)
            case retrying.TimedOut():
                return op.TIMED_OUT, self._first + self._flow.steps.index(step.attempt)
        return ()

    def _ways(self, ways: tuple[int, ...]) -> int:
        return self._low.layout.put([len(ways), *(self._first + way for way in ways)])

    def _attempt(self, step: retrying.Attempt) -> tuple[int, ...]:
        lay, terms = self._low.layout, step.terms
        pauses = [terms.backoff * terms.factor ** (tries - 1) for tries in range(1, terms.attempts + 1)]
        budget = self._low.optional(step.budget, lambda each: lay.put([each.share, 0]))
        after, timeout = self._first + step.after, or_none(terms.timeout)
        drawn = lay.stream(step.stream), lay.table([terms.jitter, *pauses])
        return op.ATTEMPT, after, terms.attempts, timeout, budget, *drawn

    def _of_clients(self, step: Step) -> tuple[int, ...]:
        low = self._low
        match step:
            case limiting.Limit():
                return op.LIMIT, lower_limit(low, step), or_none(step.strangers)
            case caching.Lookup():
                return op.LOOKUP, lower_shelf(low, step.shelf), self._first + step.hit, self._first + step.miss
            case caching.Fill():
                return op.FILL, lower_shelf(low, step.shelf), self._first + step.after
            case streaming.Deliver():
                connections = lower_connections(low, step.connections, self._registers)
                return op.DELIVER, connections, int(step.follower is not None)
            case offline.Answered():
                return (op.ANSWERED,)
        return ()

    def _of_messages(self, step: Step) -> tuple[int, ...]:
        low, lay = self._low, self._low.layout
        match step:
            case publishing.Place():
                return op.PLACE, lower_place(low, step)
            case consuming.Consume():
                return op.CONSUME, lower_group(low, step.group), lay.stream(step.stream)
            case consuming.Handling():
                return op.HANDLING, self._first + step.after, lower_group(low, step.group), lay.stream(step.stream)
            case consuming.Handled():
                return op.HANDLED, lower_group(low, step.group)
            case batching.Gather() | batching.Depart():
                what = op.GATHER if isinstance(step, batching.Gather) else op.DEPART
                return what, lower_tray(low, step.tray, self._servers)
            case batching.Scatter():
                return (op.SCATTER,)
        return ()


def servers_of(flows: Sequence[Flow]) -> int:
    """Consumers and partitions that a job may have come to, in its flow or in one of those that started it."""
    found = [1]
    for step in (step for flow in flows for step in flow.steps):
        if isinstance(step, consuming.Consume):
            found += [step.group.membership.consumers, step.group.membership.partitions]
        elif isinstance(step, publishing.Place):
            assert isinstance(step.partition, OfDriver | OfKey)
            found.append(sum(step.partition.placement.counts))
    return max(found)

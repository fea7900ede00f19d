"""A consumer of assignment requests: partitions are FIFO logs, so priority lives here, in its docket.

It takes all that its partitions hold and decides the most urgent first. A handler that is awaited ends before the next
request is taken in hand; handlers that are not awaited overlap (C46). A request is settled when a driver is committed,
when it is stale, or when it is given up. A consumer that dies stops where it is and forgets its docket: what it had not
settled is delivered again to the partition's next owner, unless its offset was committed before (A23). What a live
consumer has taken it keeps, whoever owns the partition by then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import simpy

from swifteats_sim.domain.assignment import Assigned, Ranking, Unassigned, assign
from swifteats_sim.domain.effects import Candidates
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.engine.group import Delivery
from swifteats_sim.engine.membership import Membership
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.docket import DispatchTerms, Docket, Pending
from swifteats_sim.stack.effects import Caller, Process, Runner

OCCASION = 1 << 16
"""First occasion of a request's searches; each version of a request has 2**20 more."""


@dataclass(frozen=True)
class Member:
    """A consumer's place in a geo's group. number : in the group; partitions : the geo's, as the topic counts them."""

    membership: Membership
    number: int
    partitions: range

    def owned(self, now: int) -> tuple[int, ...]:
        """The partitions it may take from."""
        owner = self.membership.owner
        return tuple(each for place, each in enumerate(self.partitions) if owner(place, now) == self.number)

    def is_dead(self, now: int) -> bool:
        """Whether it is dead; at the instant it dies it is."""
        return self.membership.dead(self.number, now)


class Consumer:
    """Decides the requests of some partitions.

    on_assigned, on_given_up, on_losses : told of each outcome and of commits lost to another order.
    """

    def __init__(
        self,
        topic: Topic,
        member: Member,
        delivery: Delivery,
        runner: Runner,
        terms: DispatchTerms,
        rank: Ranking,
        survey: Callable[[int], Candidates],
        on_assigned: Callable[[Pending, Assigned], None],
        on_given_up: Callable[[int], None],
        on_losses: Callable[[int], None],
    ) -> None:
        """A consumer that listens to its partitions; `run` makes it decide."""
        self._topic, self._member, self._delivery, self._runner = topic, member, delivery, runner
        self._terms, self._rank, self._survey = terms, rank, survey
        self._on_assigned, self._on_given_up, self._on_losses = on_assigned, on_given_up, on_losses
        self._docket = Docket(terms, survey)
        self._unsettled: dict[int, Pending] = {}
        self._settled: deque[Pending] = deque()
        self._deciding: list[simpy.Process] = []
        self._bell = runner.clock.event()
        self._listen()

    def run(self) -> Process:
        """Serve for ever."""
        clock = self._runner.clock
        if self._member.membership.changes:
            clock.process(self._follow())
        while True:
            self._drain()
            pending = self._docket.next()
            if pending is None:
                yield self._pause()
            elif self._delivery.awaited:
                yield from self._decide(pending)
            else:
                clock.process(self._decide(pending))

    def call(self, near: Callable[[int], bool]) -> bool:
        """A driver is free: try the most urgent order that found none and is near; False where there is no such order.

        near : whether the driver is within reach of an order.
        """
        if not self._docket.call(near, self._runner.clock.instant):
            return False
        self._ring()
        return True

    def _ring(self) -> None:
        if not self._bell.triggered:
            self._bell.succeed()

    def _pause(self) -> simpy.Event:
        """Until a message comes, the group changes or the first sleeper is due."""
        clock, due = self._runner.clock, self._docket.due()
        self._bell = clock.event()
        return self._bell if due is None else self._bell | clock.sleep(due - clock.instant)

    def _drain(self) -> None:
        now = self._runner.clock.instant
        for partition in self._partitions:
            log = self._topic.logs[partition]
            while log:
                logged, message = log.popleft()
                assert isinstance(message, AssignmentRequest)
                self._take(Pending(message, self._docket.number(), logged, now, partition))
        self._docket.wake(now)

    def _take(self, pending: Pending) -> None:
        self._topic.traffic.take(pending.logged, pending.taken)
        self._unsettled[pending.arrived] = pending
        self._docket.admit(pending, pending.taken)

    def _decide(self, pending: Pending) -> Process:
        """Search a driver for a request, unless the consumer dies over it."""
        process = self._runner.clock.active_process
        assert process is not None
        rule = assign(pending.request, self._rank, self._terms.tries)
        occasion = (pending.request.version << 20) + pending.searches + OCCASION
        pending.searches += 1
        self._deciding.append(process)
        try:
            outcome = yield from self._runner.insist(rule, Caller(pending.request.order, occasion))
        except simpy.Interrupt:
            return
        self._deciding.remove(process)
        self._conclude(pending, outcome)
        if not self._delivery.awaited:
            self._ring()  # it does not know yet of a request that has to be tried again

    def _conclude(self, pending: Pending, outcome: Assigned | Unassigned) -> None:
        self._on_losses(outcome.losses)
        if isinstance(outcome, Assigned):
            self._settle(pending)
            self._on_assigned(pending, outcome)
        elif outcome.reason == "stale":
            self._settle(pending)
        else:
            pending.failures += not pending.called
            pending.called = False
            if pending.failures < self._terms.attempts:
                self._docket.postpone(pending, outcome.reason, self._runner.clock.instant)
            else:
                self._settle(pending)
                self._on_given_up(pending.request.order)

    def _settle(self, pending: Pending) -> None:
        now = self._runner.clock.instant
        del self._unsettled[pending.arrived]
        self._topic.traffic.change(now, -1)
        if self._delivery.auto_commit is not None:
            self._settled.append(pending)
            while self._settled and self._settled[0].taken < self._committed(now):
                self._settled.popleft()

    def _listen(self) -> None:
        """To the partitions it owns now."""
        self._partitions = self._member.owned(self._runner.clock.instant)
        for partition in self._partitions:
            self._topic.subscribe(partition, self._ring)

    def _follow(self) -> Process:
        """Live through the changes of the group; they were scheduled first, so they come first at their instant."""
        clock = self._runner.clock
        for at, change in [(at, clock.sleep(at)) for at in self._member.membership.changes]:
            yield change
            if self._member.is_dead(at):
                self._crash(at)
            self._listen()
            self._ring()

    def _crash(self, now: int) -> None:
        """Stop everything; what was in hand goes back to its log, or is lost where it counted as read."""
        deciding, self._deciding = self._deciding, []
        for process in deciding:
            process.interrupt()
        traffic, committed = self._topic.traffic, self._committed(now)
        lost = sum(pending.taken < committed for pending in self._unsettled.values())
        again = [pending for pending in self._settled if pending.taken >= committed]
        traffic.change(now, len(again) - lost)
        again += [pending for pending in self._unsettled.values() if pending.taken >= committed]
        traffic.lost += lost * traffic.counts(now)
        traffic.duplicates += len(again) * traffic.counts(now)
        for partition in dict.fromkeys(pending.partition for pending in again):
            mine = [(pending.logged, pending.request) for pending in again if pending.partition == partition]
            self._topic.put_back(partition, mine)
        self._docket, self._unsettled = Docket(self._terms, self._survey), {}
        self._settled.clear()

    def _committed(self, now: int) -> int:
        """The instant of the last automatic commit: what was taken before it is never delivered again."""
        every = self._delivery.auto_commit
        return -1 if every is None else now // every * every

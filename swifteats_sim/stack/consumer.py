"""A consumer of assignment requests: partitions are FIFO logs, so priority lives here, in its docket.

It takes all that its partitions hold and decides the most urgent first. A handler that is awaited ends before the next
request is taken in hand; handlers that are not awaited overlap (C46). A request is settled when a driver is committed,
when it is stale, when its event is known already (A25), or when it becomes a dead letter (A24). A consumer that dies
stops where it is and forgets everything: what it had not settled is delivered again to the partition's next owner,
unless its offset was committed before (A23). What a live consumer has taken it keeps, whoever owns the partition by
then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import simpy

from swifteats_sim.domain.assignment import Assigned, Ranking, Unassigned, assign
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.engine.group import Delivery
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.docket import Boards, DispatchTerms, Docket, Outlook
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.firing import first_of
from swifteats_sim.stack.free_driver import FreeDriver
from swifteats_sim.stack.hands import Hands
from swifteats_sim.stack.member import Member
from swifteats_sim.stack.pending import Pending
from swifteats_sim.stack.service import Caller, Process
from swifteats_sim.stack.waiting import District

OCCASION = 1 << 16
"""First occasion of a request's searches; each version of a request has 2**20 more."""
NEVER = 1 << 62
"""Later than any instant (ns)."""


class Consumer:
    """Decides the requests of some partitions.

    on_assigned, on_buried, on_losses : told of each outcome and of commits lost to another order.
    """

    def __init__(
        self,
        topic: Topic,
        member: Member,
        delivery: Delivery,
        runner: Runner,
        terms: DispatchTerms,
        rank: Ranking,
        outlook: Callable[[AssignmentRequest], Outlook],
        district_of: Callable[[int], District],
        on_assigned: Callable[[Pending, Assigned], None],
        on_buried: Callable[[AssignmentRequest], None],
        on_losses: Callable[[int], None],
        boards: Boards,
        number: int,
    ) -> None:
        """A consumer that listens to its partitions; `run` makes it decide. boards, number : see Docket."""
        self._boards, self._number = boards, number
        self._topic, self._member, self._delivery, self._runner = topic, member, delivery, runner
        self._clock = runner.clock
        self._terms, self._rank, self._outlook, self._district_of = terms, rank, outlook, district_of
        self._on_assigned, self._on_buried, self._on_losses = on_assigned, on_buried, on_losses
        self._deciding: list[simpy.Process] = []
        self._bell, self._alarm = runner.clock.event(), NEVER
        self._forget()
        self._listen()

    def run(self) -> Process:
        """Serve for ever."""
        clock = self._clock
        if self._member.membership.changes:
            clock.process(self._follow())
        while True:
            pending = self._next()
            if pending is None:
                yield self._pause()
            elif self._fails(pending):
                self._put_off(pending)
            elif self._delivery.awaited:
                yield from self._decide(pending)
            else:
                clock.process(self._decide(pending))

    def holds(self) -> Iterator[int]:
        """The orders in its hands, whatever it does with them."""
        return self._hands.orders()

    @property
    def held(self) -> int:
        """How many messages are in its hands."""
        return len(self._hands)

    def held_back(self) -> Iterator[int]:
        """Those of them that are deferred now."""
        return self._hands.held_back()

    def call(self, driver: FreeDriver) -> bool:
        """Try the most urgent order that found no driver and whom he suits; False where none can use him."""
        return self._looked(self._docket.call(driver, self._now))

    def recall(self, driver: FreeDriver) -> bool:
        """Nobody has missed him: look again at the deferred order that is due first of those he suits, if any."""
        return self._looked(self._docket.recall(driver, self._now))

    def news(self, order: int) -> None:
        """The kitchen has reported: look again at the order, if it is deferred here."""
        if order in self._docket.held_back:
            self._looked(self._docket.news(order, self._now))

    @property
    def _now(self) -> int:
        return self._clock.instant

    def _looked(self, found: bool) -> bool:
        """A request was looked at again: wake up where there is one to decide, or one due before the alarm."""
        due = self._docket.due()
        if found or (due is not None and due < self._alarm):
            self._ring()
        return found

    def _ring(self) -> None:
        if not self._bell.triggered:
            self._bell.succeed()

    def _pause(self) -> simpy.Event:
        """Until a message comes, the group changes or the first sleeper is due."""
        clock, due = self._clock, self._docket.due()
        self._bell, self._alarm = clock.event(), NEVER if due is None else due
        return self._bell if due is None else first_of(clock, self._bell, clock.sleep(due - clock.instant))

    def _next(self) -> Pending | None:
        """Take what its partitions hold; the request that is first then."""
        now, logs = self._clock.instant, self._topic.logs
        for partition in self._partitions:
            log = logs[partition]
            while log:
                logged, message = log.popleft()
                assert isinstance(message, AssignmentRequest)
                pending = Pending(message, self._docket.number(), logged, now, partition)
                if self._hands.take(pending):
                    self._docket.admit(pending, now)
        self._docket.wake(now)
        return self._docket.next()

    def _fails(self, pending: Pending) -> bool:
        """Whether the handling of a request fails before it has begun."""
        faults = self._topic.faults
        return faults is not None and faults.fails(pending.request, pending.searches + pending.faults)

    def _put_off(self, pending: Pending) -> None:
        pending.faults += 1
        if pending.faults < self._delivery.attempts:
            self._docket.put_off(pending, self._now)
        else:
            self._bury(pending)

    def _decide(self, pending: Pending) -> Process:
        """Search a driver for a request, unless the consumer dies over it."""
        clock = self._clock
        process, began = clock.active_process, clock.instant
        assert process is not None
        rule = assign(pending.request, self._rank, self._terms.commit)
        occasion = (pending.request.version << 20) + pending.searches + OCCASION
        pending.searches += 1
        self._deciding.append(process)
        try:
            outcome = yield from self._runner.insist(rule, Caller(pending.request.order, occasion))
        except simpy.Interrupt:
            return
        self._deciding.remove(process)
        pending.searched = clock.instant - began
        self._conclude(pending, outcome)
        if not self._delivery.awaited:
            self._ring()  # it does not know yet of a request that has to be tried again

    def _conclude(self, pending: Pending, outcome: Assigned | Unassigned) -> None:
        self._on_losses(outcome.losses)
        if isinstance(outcome, Assigned):
            self._hands.settle(pending, self._now)
            self._on_assigned(pending, outcome)
        elif outcome.reason == "stale" or self._terms.terminal:
            self._hands.settle(pending, self._now)
        else:
            self._repeat(pending, outcome.reason)

    def _repeat(self, pending: Pending, reason: str) -> None:
        """Nobody was found this time, by a look that began when the search did."""
        if reason == "no_driver" and self._docket.look_again(pending, self._now):
            return
        pending.failures += not pending.called
        pending.called = False
        if pending.failures < self._terms.attempts:
            self._docket.postpone(pending, reason, self._now)
        else:
            self._bury(pending)

    def _bury(self, pending: Pending) -> None:
        """A dead letter: set aside, and its order fails if it still waits for it (A24)."""
        self._hands.settle(pending, self._now)
        self._topic.traffic.dead += self._topic.traffic.counts(self._now)
        self._on_buried(pending.request)

    def _listen(self) -> None:
        """To the partitions it owns now."""
        self._partitions = self._member.owned(self._now)
        for partition in self._partitions:
            self._topic.subscribe(partition, self._ring)

    def _follow(self) -> Process:
        """Live through the changes of the group; they were scheduled first, so they come first at their instant."""
        clock = self._clock
        for at, change in [(at, clock.sleep(at)) for at in self._member.membership.changes]:
            yield change
            if self._member.is_dead(at):
                self._crash(at)
            self._listen()
            self._ring()

    def _crash(self, now: int) -> None:
        """Stop everything, give back what was in hand, and forget."""
        deciding, self._deciding = self._deciding, []
        for process in deciding:
            process.interrupt()
        self._hands.drop(now)
        self._forget()

    def _forget(self) -> None:
        """Begin with empty hands."""
        self._docket = Docket(self._terms, self._outlook, self._district_of, self._boards, self._number)
        self._hands = Hands(self._topic, self._delivery.auto_commit)

"""A consumer of assignment requests: partitions are FIFO logs, so priority lives here.

It drains its partitions into a heap keyed by estimated ready time minus the travel time of the nearest live idle
driver: least slack first among what this consumer holds. A deferred request sleeps until its slack falls to the
tolerance. A request that found no driver is tried again when one frees nearby, the most urgent first, or else after a
pause (A36). A handler is awaited before the next request is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

import simpy

from swifteats_sim.domain.assignment import Assigned, Ranking, Unassigned, assign, without
from swifteats_sim.domain.effects import Candidates
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.slack import Deferral, defer_for, slack
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.effects import Caller, Process, Runner


@dataclass(frozen=True)
class DispatchTerms:
    """How requests are ordered, held back and repeated. Durations in ns."""

    least_slack: bool
    deferral: Deferral
    tolerance: int
    tries: int
    attempts: int
    retry_no_driver: int
    retry_error: int


@dataclass
class Pending:
    """A request in a consumer's hands.

    arrived : its number in order of arrival; searches : made so far; failures : of those, in vain, when no free driver
    had called it; eligible : may be decided since (ns); urgency : when a driver should leave for it (ns); place : its
    last entry in a heap, others are void.
    """

    request: AssignmentRequest
    arrived: int
    searches: int = 0
    failures: int = 0
    eligible: int = -1
    urgency: int = 0
    place: int = -1
    called: bool = False


class Consumer:
    """Decides the requests of some partitions, one at a time.

    survey : what the platform knows of the drivers around an order, without cost; on_assigned, on_given_up,
    on_losses : told of each outcome and of commits lost to another order.
    """

    def __init__(
        self,
        topic: Topic,
        partitions: tuple[int, ...],
        runner: Runner,
        terms: DispatchTerms,
        rank: Ranking,
        survey: Callable[[int], Candidates],
        on_assigned: Callable[[Pending, Assigned], None],
        on_given_up: Callable[[int], None],
        on_losses: Callable[[int], None],
    ) -> None:
        """A consumer that listens to its partitions; `run` makes it decide."""
        self._topic, self._partitions, self._runner = topic, partitions, runner
        self._terms, self._rank, self._survey = terms, rank, survey
        self._on_assigned, self._on_given_up, self._on_losses = on_assigned, on_given_up, on_losses
        self._ready: list[tuple[int, int, Pending]] = []
        self._asleep: list[tuple[int, int, Pending]] = []
        self._driverless: list[tuple[int, int, Pending]] = []
        self._count = 0
        self._bell = runner.clock.event()
        for partition in partitions:
            topic.subscribe(partition, self._ring)

    def run(self) -> Process:
        """Serve for ever."""
        while True:
            self._drain()
            if not self._ready:
                yield self._pause()
                continue
            pending = heappop(self._ready)[2]
            rule = assign(pending.request, self._rank, self._terms.tries)
            caller = Caller(pending.request.order, (pending.request.version << 20) + pending.searches + (1 << 16))
            pending.searches += 1
            self._settle(pending, (yield from self._runner.insist(rule, caller)))

    def call(self, near: Callable[[int], bool]) -> bool:
        """A driver is free: try the most urgent order that found none and is near; False where there is no such order.

        near : whether the driver is within reach of an order.
        """
        far = []
        chosen = None
        while self._driverless and chosen is None:
            entry = heappop(self._driverless)
            if entry[2].place == entry[1]:  # else it has been tried again since
                if near(entry[2].request.order):
                    chosen = entry[2]
                else:
                    far.append(entry)
        for entry in far:
            heappush(self._driverless, entry)
        if chosen is None:
            return False
        chosen.called = True
        self._admit(chosen, self._runner.clock.instant)
        self._ring()
        return True

    def _ring(self) -> None:
        if not self._bell.triggered:
            self._bell.succeed()

    def _pause(self) -> simpy.Event:
        """Until a message comes or the first sleeper is due."""
        clock = self._runner.clock
        self._bell = clock.event()
        if not self._asleep:
            return self._bell
        return self._bell | clock.sleep(self._asleep[0][0] - clock.instant)

    def _drain(self) -> None:
        now = self._runner.clock.instant
        for partition in self._partitions:
            log = self._topic.logs[partition]
            while log:
                message = log.popleft()[1]
                assert isinstance(message, AssignmentRequest)
                self._admit(Pending(message, self._next()), now)
        while self._asleep and self._asleep[0][0] <= now:
            _, place, pending = heappop(self._asleep)
            if pending.place == place:
                self._admit(pending, now)

    def _admit(self, pending: Pending, now: int) -> None:
        """Into the heap by urgency, or to sleep while its slack is over the tolerance."""
        found = without(self._survey(pending.request.order), pending.request.excluded)
        nearest = int(found.travel.min()) if len(found.travel) else None
        if nearest is not None:
            wait = defer_for(slack(found.preparation_left, nearest), self._terms.tolerance, self._terms.deferral)
            if wait:
                pending.eligible = -1  # whatever it tried before, it waits for its food now, not for a decision
                self._sleep(pending, now + wait)
                return
        if pending.eligible < 0:
            pending.eligible = now
        pending.place = self._next()
        leave_by = now + found.preparation_left - (nearest or 0)
        pending.urgency = leave_by if self._terms.least_slack else pending.arrived
        heappush(self._ready, (pending.urgency, pending.place, pending))

    def _settle(self, pending: Pending, outcome: Assigned | Unassigned) -> None:
        self._on_losses(outcome.losses)
        if isinstance(outcome, Assigned):
            self._on_assigned(pending, outcome)
        elif outcome.reason != "stale":
            pending.failures += not pending.called
            pending.called = False
            if pending.failures >= self._terms.attempts:
                self._on_given_up(pending.request.order)
                return
            pause = self._terms.retry_no_driver if outcome.reason == "no_driver" else self._terms.retry_error
            self._sleep(pending, self._runner.clock.instant + pause)
            heappush(self._driverless, (pending.urgency, pending.place, pending))

    def _sleep(self, pending: Pending, until: int) -> None:
        pending.place = self._next()
        heappush(self._asleep, (until, pending.place, pending))

    def _next(self) -> int:
        self._count += 1
        return self._count

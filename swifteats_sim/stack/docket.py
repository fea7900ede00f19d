"""The requests in a consumer's hands: what it decides next, what it holds back, and what waits for a driver.

A heap keyed by estimated ready time minus the travel time of the nearest live idle driver: least slack first among
what this consumer holds. A deferred request sleeps until its slack falls to the tolerance. A request that found no
driver is tried again when one frees nearby, the most urgent first, or else after a pause (A36).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from swifteats_sim.domain.assignment import without
from swifteats_sim.domain.effects import Candidates
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.slack import Deferral, defer_for, slack


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

    arrived : its number in order of arrival; logged, taken : ns; partition : of its log.
    searches : made so far; failures : of those, in vain, when no free driver had called it; eligible : may be decided
    since (ns); urgency : when a driver should leave for it (ns); place : its last entry in a heap, others are void.
    """

    request: AssignmentRequest
    arrived: int
    logged: int
    taken: int
    partition: int
    searches: int = 0
    failures: int = 0
    eligible: int = -1
    urgency: int = 0
    place: int = -1
    called: bool = False


class Docket:
    """What one consumer holds. survey : what the platform knows of the drivers around an order, without cost."""

    def __init__(self, terms: DispatchTerms, survey: Callable[[int], Candidates]) -> None:
        """Empty."""
        self._terms, self._survey = terms, survey
        self._ready: list[tuple[int, int, Pending]] = []
        self._asleep: list[tuple[int, int, Pending]] = []
        self._driverless: list[tuple[int, int, Pending]] = []
        self._count = 0

    def number(self) -> int:
        """The next number in order of arrival."""
        self._count += 1
        return self._count

    def next(self) -> Pending | None:
        """The most urgent request that may be decided, which then leaves; None where there is none."""
        return heappop(self._ready)[2] if self._ready else None

    def due(self) -> int | None:
        """When the first sleeper wakes (ns); None where nobody sleeps."""
        return self._asleep[0][0] if self._asleep else None

    def wake(self, now: int) -> None:
        """Look again at the sleepers that are due."""
        while self._asleep and self._asleep[0][0] <= now:
            _, place, pending = heappop(self._asleep)
            if pending.place == place:
                self.admit(pending, now)

    def call(self, near: Callable[[int], bool], now: int) -> bool:
        """Admit the most urgent order that found no driver and is near; False where there is no such order."""
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
        self.admit(chosen, now)
        return True

    def admit(self, pending: Pending, now: int) -> None:
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
        pending.place = self.number()
        leave_by = now + found.preparation_left - (nearest or 0)
        pending.urgency = leave_by if self._terms.least_slack else pending.arrived
        heappush(self._ready, (pending.urgency, pending.place, pending))

    def postpone(self, pending: Pending, reason: str, now: int) -> None:
        """Nobody was found, or everybody lost to another order: until a driver calls it, or after a pause."""
        pause = self._terms.retry_no_driver if reason == "no_driver" else self._terms.retry_error
        self._sleep(pending, now + pause)
        heappush(self._driverless, (pending.urgency, pending.place, pending))

    def _sleep(self, pending: Pending, until: int) -> None:
        pending.place = self.number()
        heappush(self._asleep, (until, pending.place, pending))

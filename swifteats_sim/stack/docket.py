"""The requests in a consumer's hands: what it decides next, what it holds back, and what waits for a driver.

Keyed by estimated ready time minus the travel time of the nearest live idle driver: least slack first among what this
consumer holds, or in order of arrival (C4). A deferred request sleeps until its slack falls to the tolerance, or its
pause is over (C1); it is looked at again when its kitchen has news, or a driver frees nearby whom no other order has
missed. A request that found no driver is tried again when one frees nearby, the most urgent first, at once where one
did while it was searched for, or else after a pause (A36).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.slack import Deferral, defer_for, slack
from swifteats_sim.stack.free_driver import FreeDriver
from swifteats_sim.stack.pending import Nap, Pending
from swifteats_sim.stack.waiting import Board, District, Scattered, Waiting


@dataclass(frozen=True)
class DispatchTerms:
    """How requests are ordered, held back, committed and repeated. Durations in ns.

    requeue : the pause of the deferral `as_written`; attempts : searches in vain, then a dead letter (A24);
    terminal : the first search in vain is the last, and nobody hears of it (C17).
    """

    least_slack: bool
    deferral: Deferral
    tolerance: int
    requeue: int
    commit: CommitTerms
    attempts: int
    terminal: bool
    retry_no_driver: int
    retry_error: int


class Outlook(NamedTuple):
    """What the platform knows of an order, for nothing. nearest : travel of the nearest driver, None: nobody; ns."""

    preparation_left: int
    nearest: int | None


class Boards(NamedTuple):
    """Where consumers hold what a free driver may be offered: orders that found no driver, and deferred ones."""

    driverless: Board
    early: Board


class Docket:
    """What one consumer holds. outlook : of a request now; district_of : where an order is.

    held_back : by order, the requests that are deferred.
    """

    def __init__(
        self,
        terms: DispatchTerms,
        outlook: Callable[[AssignmentRequest], Outlook],
        district_of: Callable[[int], District],
        boards: Boards,
        number: int,
    ) -> None:
        """Empty. boards : shared with others; number : of the consumer, among all."""
        self._terms, self._outlook, self._district_of = terms, outlook, district_of
        self._ready, self._urgent = Waiting[Pending](), Waiting[Pending]()
        self._deferred, self._paused = Waiting[Pending](), Waiting[Pending]()
        self._driverless, self._early = (Scattered[Pending](board, number) for board in boards)
        self.held_back: dict[int, Pending] = {}
        self._count = 0

    def number(self) -> int:
        """The next number in order of arrival."""
        self._count += 1
        return self._count

    def next(self) -> Pending | None:
        """The request that is first among those that may be decided, which then leaves; None where there is none."""
        pending = self._ready.pop()
        if pending is not None:
            pending.place = -1
            most_urgent = self._urgent.first()
            pending.overtaken = most_urgent is not None and most_urgent < pending.leave_by
        return pending

    def due(self) -> int | None:
        """When the first sleeper wakes (ns); None where nobody sleeps."""
        deferred, paused = self._deferred.first(), self._paused.first()
        if deferred is None or (paused is not None and paused < deferred):
            return paused
        return deferred

    def wake(self, now: int) -> None:
        """Look again at the sleepers that are due."""
        for asleep in (self._deferred, self._paused):
            while (pending := asleep.pop(now)) is not None:
                self.admit(pending, now)

    def call(self, driver: FreeDriver, now: int) -> bool:
        """Of the orders that found no driver, admit the most urgent one whom he suits and that may be decided now.

        Those before it wait for their food from now on. False where there is none.
        """
        while (chosen := self._first(self._driverless, driver)) is not None:
            chosen.called = True
            if self.admit(chosen, now):
                return True
        return False

    def recall(self, driver: FreeDriver, now: int) -> bool:
        """Look again at the deferred order whom he suits and that is due first; False where there is none."""
        chosen = self._first(self._early, driver)
        if chosen is None:
            return False
        self.admit(chosen, now)
        return True

    def news(self, order: int, now: int) -> bool:
        """Look again at an order whose kitchen has reported, if it is deferred; whether it may be decided now."""
        pending = self.held_back.get(order)
        return pending is not None and self.admit(pending, now)

    def admit(self, pending: Pending, now: int) -> bool:
        """Among the ready, or to sleep while it is held back; whether it may be decided now."""
        return self._place(pending, self._outlook(pending.request), now)

    def _place(self, pending: Pending, outlook: Outlook, now: int) -> bool:
        self._rise(pending, now)
        left, nearest = outlook
        if nearest is not None and self._defers(pending, slack(left, nearest), now):
            return False
        if pending.eligible < 0:
            pending.eligible = now
        pending.leave_by = now + left - (nearest or 0)
        pending.urgency = pending.leave_by if self._terms.least_slack else pending.arrived
        pending.place = self.number()
        self._ready.add(pending.urgency, pending)
        self._urgent.add(pending.leave_by, pending)
        return True

    def look_again(self, pending: Pending, now: int) -> bool:
        """After a search in vain: admit it where a driver has become free while it ran; False where none has."""
        outlook = self._outlook(pending.request)
        if outlook.nearest is None:
            return False
        pending.called = True
        self._place(pending, outlook, now)
        return True

    def postpone(self, pending: Pending, reason: str, now: int) -> None:
        """Nobody was found, or everybody lost to another order: until a driver calls it, or after a pause."""
        pause = self._terms.retry_no_driver if reason == "no_driver" else self._terms.retry_error
        self._sleep(pending, "driverless", now)
        self._paused.add(now + pause, pending)
        self._driverless.add(self._district(pending), pending.urgency, pending)

    def put_off(self, pending: Pending, now: int) -> None:
        """Its handling failed: after a pause, whoever frees meanwhile, and whoever has called it."""
        pending.called = False
        self._sleep(pending, "failed", now)
        self._paused.add(now + self._terms.retry_error, pending)

    def _defers(self, pending: Pending, slack: int, now: int) -> bool:
        """Hold a request back where the rule says so."""
        terms = self._terms
        pause = defer_for(slack, terms.tolerance, terms.deferral, terms.requeue)
        if not pause:
            return False
        pending.deferred_late += slack < 0
        pending.eligible, pending.called = -1, False  # it waits for its food now, not for a decision or a driver
        self._sleep(pending, "deferred", now)
        self._deferred.add(now + pause, pending)
        self._early.add(self._district(pending), now + pause, pending)
        self.held_back[pending.request.order] = pending
        return True

    def _district(self, pending: Pending) -> District:
        if pending.district is None:
            pending.district = self._district_of(pending.request.order)
        return pending.district

    def _first(self, line: Scattered[Pending], driver: FreeDriver) -> Pending | None:
        """The first of a line whom the driver suits, who then leaves it."""
        return line.pop_if(driver.districts, lambda pending: driver.suits(pending.request))

    def _sleep(self, pending: Pending, nap: Nap, now: int) -> None:
        pending.place, pending.nap, pending.since = self.number(), nap, now

    def _rise(self, pending: Pending, now: int) -> None:
        """A sleep ends, if it slept."""
        if pending.nap is None:
            return
        if pending.nap == "deferred" and self.held_back.get(pending.request.order) is pending:
            del self.held_back[pending.request.order]
        pending.wake(now)

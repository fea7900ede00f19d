"""The requests in a consumer's hands: what it decides next, what it holds back, and what waits for a driver.

Keyed by estimated ready time minus the travel time of the nearest live idle driver: least slack first among what this
consumer holds, or in order of arrival (C4). A deferred request sleeps until its slack falls to the tolerance, or its
pause is over (C1); it is looked at again when its kitchen has news, or a driver frees nearby whom no other order has
missed. A request that found no driver is tried again when one frees nearby, the most urgent first, or else after a
pause (A36).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from swifteats_sim.domain.assignment import without
from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.effects import Candidates
from swifteats_sim.domain.slack import Deferral, defer_for, slack
from swifteats_sim.stack.pending import Nap, Pending
from swifteats_sim.stack.waiting import Waiting


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


class Docket:
    """What one consumer holds. survey : what the platform knows of the drivers around an order, without cost."""

    def __init__(self, terms: DispatchTerms, survey: Callable[[int], Candidates]) -> None:
        """Empty."""
        self._terms, self._survey = terms, survey
        self._ready, self._urgent = Waiting[Pending](), Waiting[Pending]()
        self._deferred, self._paused = Waiting[Pending](), Waiting[Pending]()
        self._driverless = Waiting[Pending]()
        self._held_back: dict[int, Pending] = {}
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
            if not self._terms.least_slack:
                most_urgent = self._urgent.first()
                pending.overtaken = most_urgent is not None and most_urgent < pending.leave_by
        return pending

    def due(self) -> int | None:
        """When the first sleeper wakes (ns); None where nobody sleeps."""
        return min((due for due in (self._deferred.first(), self._paused.first()) if due is not None), default=None)

    def wake(self, now: int) -> None:
        """Look again at the sleepers that are due."""
        for asleep in (self._deferred, self._paused):
            while (due := asleep.first()) is not None and due <= now:
                pending = asleep.pop()
                assert pending is not None
                self.admit(pending, now)

    def call(self, near: Callable[[int], bool], now: int) -> bool:
        """Admit the most urgent order that found no driver and is near; False where none may be decided now."""
        chosen = self._driverless.pop_if(lambda pending: near(pending.request.order))
        if chosen is None:
            return False
        chosen.called = True
        return self.admit(chosen, now)

    def recall(self, near: Callable[[int], bool], now: int) -> bool:
        """Look again at the deferred order that is near and due first; False where there is none."""
        chosen = self._deferred.pop_if(lambda pending: near(pending.request.order))
        if chosen is None:
            return False
        self.admit(chosen, now)
        return True

    def news(self, order: int, now: int) -> bool:
        """Look again at an order whose kitchen has reported, if it is deferred; whether it may be decided now."""
        pending = self._held_back.get(order)
        return pending is not None and self.admit(pending, now)

    def admit(self, pending: Pending, now: int) -> bool:
        """Among the ready, or to sleep while it is held back; whether it may be decided now."""
        self._rise(pending, now)
        found = without(self._survey(pending.request.order), pending.request.excluded)
        nearest = int(found.travel.min()) if len(found.travel) else None
        if nearest is not None and self._defers(pending, slack(found.preparation_left, nearest), now):
            return False
        if pending.eligible < 0:
            pending.eligible = now
        pending.leave_by = now + found.preparation_left - (nearest or 0)
        pending.urgency = pending.leave_by if self._terms.least_slack else pending.arrived
        pending.place = self.number()
        self._ready.add(pending.urgency, pending)
        if not self._terms.least_slack:
            self._urgent.add(pending.leave_by, pending)
        return True

    def postpone(self, pending: Pending, reason: str, now: int) -> None:
        """Nobody was found, or everybody lost to another order: until a driver calls it, or after a pause."""
        pause = self._terms.retry_no_driver if reason == "no_driver" else self._terms.retry_error
        self._sleep(pending, "driverless", now)
        self._paused.add(now + pause, pending)
        self._driverless.add(pending.urgency, pending)

    def put_off(self, pending: Pending, now: int) -> None:
        """Its handling failed: after a pause, whoever frees meanwhile."""
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
        self._held_back[pending.request.order] = pending
        return True

    def _sleep(self, pending: Pending, nap: Nap, now: int) -> None:
        pending.place, pending.nap, pending.since = self.number(), nap, now

    def _rise(self, pending: Pending, now: int) -> None:
        if self._held_back.get(pending.request.order) is pending:
            del self._held_back[pending.request.order]
        pending.wake(now)

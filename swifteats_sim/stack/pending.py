"""A request in a consumer's hands, and what it has been through there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.stack.waiting import District

Nap = Literal["deferred", "driverless", "failed"]
"""What a request sleeps for: its food; a driver, after a search in vain; another handling, after one that failed."""


@dataclass(slots=True)
class Pending:
    """A request in a consumer's hands.

    arrived : its number in order of arrival; logged, taken : ns; partition : of its log.
    eligible : the latest end of deferral (ns); deferred, driverless : slept so far (ns), for its food and after
    searches in vain; deferred_late : deferrals begun although every driver would come after the food; searched : the
    last search and its commit (ns); overtaken : the consumer held a more urgent one when it took this in hand.
    searches : made so far; failures : of those, in vain, when no free driver had called it; faults : handlings that
    failed; leave_by : when a driver should leave for it (ns); urgency : its key among the ready.
    place : of its entries in the docket, others are void; nap, since : what it sleeps for, and since when (ns).
    district : where its order is, once somebody has asked.
    """

    request: AssignmentRequest
    arrived: int
    logged: int
    taken: int
    partition: int
    eligible: int = -1
    deferred: int = 0
    driverless: int = 0
    deferred_late: int = 0
    searched: int = 0
    overtaken: bool = False
    searches: int = 0
    failures: int = 0
    faults: int = 0
    leave_by: int = 0
    urgency: int = 0
    place: int = -1
    called: bool = False
    nap: Nap | None = None
    since: int = 0
    district: District | None = None

    def wake(self, now: int) -> None:
        """A sleep ends, however it ends: what was slept goes to what it was for."""
        slept = now - self.since
        if self.nap == "deferred":
            self.deferred += slept
        elif self.nap == "driverless":
            self.driverless += slept
        self.nap = None

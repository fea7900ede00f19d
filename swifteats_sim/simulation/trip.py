"""One committed assignment, and what its driver reports of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.states import DriverState
from swifteats_sim.results.columns import NEVER
from swifteats_sim.simulation.live_order import LiveOrder

OCCASION = 1 << 11
"""First occasion of a courier's rules; each version of a request has 2**20 more."""


class Report(IntEnum):
    """What a courier reports of an offer: each has an occasion, and so draws, of its own."""

    TURNED_DOWN = 0
    ON_WAY = 1
    AT_RESTAURANT = 2
    PICKED_UP = 3
    DEPARTED = 4
    AT_DOOR = 5
    DROPPED_OFF = 6
    ASKED_AGAIN = 7
    SENT_AWAY = 8
    UNLOCKED = 9


@dataclass(slots=True)
class Trip:
    """One committed assignment. row : in the offer log.

    eligible, committed, departed (to the restaurant), arrived (there) : ns; handed : ns that hand-overs took so far;
    eta : the delivery instant (ns) that was named at the commit.
    resting : the state of a driver who has nothing to do; a ghost is off shift.
    """

    live: LiveOrder
    request: AssignmentRequest
    held: Held
    row: int
    eligible: int
    committed: int
    resting: DriverState
    departed: int = NEVER
    arrived: int = NEVER
    eta: int = NEVER
    handed: int = 0

    @property
    def order(self) -> int:
        """The order's number."""
        return self.held.order

    @property
    def driver(self) -> int:
        """The driver's number."""
        return self.held.driver

    @property
    def is_ghost(self) -> bool:
        """Whether the driver was off shift when he was committed."""
        return self.resting == DriverState.OFF_SHIFT

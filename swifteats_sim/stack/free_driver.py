"""A driver who has just become free, as consumers hear of him."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.stack.waiting import District


class FreeDriver(NamedTuple):
    """A driver whom a search would find now.

    districts : where the orders within his reach are, and others; reaches : whether an order is one of them.
    """

    driver: int
    districts: tuple[District, ...]
    reaches: Callable[[int], bool]

    def suits(self, request: AssignmentRequest) -> bool:
        """Whether the order is within his reach, and he has not turned it down."""
        return self.driver not in request.excluded and self.reaches(request.order)

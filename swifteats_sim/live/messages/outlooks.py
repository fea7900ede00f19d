"""How urgent a request is, as a live consumer sees it: by its slack, or by when its food stands ready alone."""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.domain.effects import Candidates
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.places import Errands
from swifteats_sim.stack.docket import Outlook

Look = Callable[[AssignmentRequest], Outlook]


def by_slack(search: Callable[[int], Candidates]) -> Look:
    """Preparation left less the nearest free driver's way (A31): asks Redis and the database at each look."""

    def look(request: AssignmentRequest) -> Outlook:
        found = search(request.order)
        nearest = int(found.travel.min()) if len(found.travel) else None
        return Outlook(found.preparation_left, nearest)

    return look


def by_readiness(errands: Errands) -> Look:
    """Estimated ready time alone, as if all drivers were equally near: asks no server, and holds nothing back."""

    def look(request: AssignmentRequest) -> Outlook:
        return Outlook(errands.errand(request.order).ready - MONOTONIC(), None)

    return look

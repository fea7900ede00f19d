"""Assignment of a driver to an order: search, rank, commit (A27, A28, A33).

An order that loses a driver to another one takes its next candidate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.domain.committing import ORDER_CHANGED, CommitTerms, Pair, commit
from swifteats_sim.domain.effects import COMMITTED, Candidates, FindDrivers, Record, Rule
from swifteats_sim.domain.messages import ORDERS, AssignmentRequest
from swifteats_sim.domain.reading import decided, there
from swifteats_sim.domain.slack import slack
from swifteats_sim.domain.states import WAITING, Impossible

Ranking = Callable[[Candidates], NDArray[np.int64]]
"""Positions of candidates, best first."""


class Assigned(NamedTuple):
    """The driver is committed. Times are estimated ns; losses : commits lost before this one.

    nearest : travel of the nearest candidate; best_gap : smallest gap of any between arrival and readiness;
    members : drivers inside the radius.
    """

    driver: int
    travel: int
    onward: int
    preparation_left: int
    slack: int
    losses: int
    nearest: int
    best_gap: int
    members: int


class Unassigned(NamedTuple):
    """No driver this time. reason : "stale" (the order needs none), "no_driver" or "contended"."""

    reason: str
    losses: int = 0


STALE, NOBODY = Unassigned("stale"), Unassigned("no_driver")


def assign(request: AssignmentRequest, rank: Ranking, terms: CommitTerms) -> Rule[Assigned | Unassigned]:
    """Commit the best free driver; where another order got the driver, the next one (A33), up to `terms.tries`.

    Where only the order has changed, because its kitchen moved on, the same driver is tried again. A request
    whose version is not the order's latest is stale and does nothing.
    """
    order = yield from _wanting(request)
    if order is None:
        return STALE
    found = without((yield FindDrivers(request.order)), request.excluded)
    if not len(found.drivers):
        return NOBODY
    ranked, losses = iter(rank(found)[: terms.tries].tolist()), 0
    position = next(ranked, None)
    while position is not None:
        driver, version = int(found.drivers[position]), int(found.versions[position])
        outcome = yield from commit(Pair(request.order, order, driver, version), terms)
        if outcome == COMMITTED:
            return _assigned(found, position, losses)
        losses += 1
        if outcome != ORDER_CHANGED:
            position = next(ranked, None)
            continue
        order = yield from _wanting(request)
        if order is None:
            return Unassigned("stale", losses)
    return Unassigned("contended", losses)


def _wanting(request: AssignmentRequest) -> Rule[Record | None]:
    """The order, if it still wants a driver by this request; it was stored before the request was sent."""

    def wanting(record: Record | None) -> Record | None:
        order = there(record)
        if order.fields["request"] < request.version:
            raise Impossible("an order's request is stored before it is sent")
        wants = order.fields["state"] in WAITING and order.fields["request"] == request.version
        return order if wants else None

    return decided(((ORDERS, request.order),), wanting)


def without(found: Candidates, excluded: tuple[int, ...]) -> Candidates:
    """The candidates less the drivers who have declined."""
    if not excluded:
        return found
    keep = ~np.isin(found.drivers, excluded)
    return found._replace(
        drivers=found.drivers[keep], versions=found.versions[keep], travel=found.travel[keep],
        distance=found.distance[keep], orders=found.orders[keep], idle=found.idle[keep],
    )  # fmt: skip


def _assigned(found: Candidates, position: int, losses: int) -> Assigned:
    travel = int(found.travel[position])
    left = found.preparation_left
    gaps = np.abs(left - found.travel)
    return Assigned(
        int(found.drivers[position]), travel, found.onward, left, slack(left, travel), losses,
        int(found.travel.min()), int(gaps.min()), found.members,
    )  # fmt: skip

"""Assignment of a driver to an order: search, rank, and commit by one transaction (A27, A28, A33, A34).

The transaction compares-and-sets driver and order and inserts the driver into `active_assignments`, whose key
is the driver: of two orders that want one driver, exactly one commits, and the other takes its next
candidate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.domain.effects import (
    COMMITTED,
    Candidates,
    CompareAndSet,
    FindDrivers,
    Insert,
    Record,
    Rule,
    Transaction,
)
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ORDERS, AssignmentRequest
from swifteats_sim.domain.reading import decided, there
from swifteats_sim.domain.slack import slack
from swifteats_sim.domain.states import WAITING, DriverState, Impossible, OrderState, move_order

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


STALE = Unassigned("stale")
_ORDER = 0
"""Position of the order among the writes of a commit."""


def assign(request: AssignmentRequest, rank: Ranking, tries: int) -> Rule[Assigned | Unassigned]:
    """Commit the best free driver; where another order got the driver, the next one (A33), up to `tries`.

    Where only the order has changed, because its kitchen moved on, the same driver is tried again. A request
    whose version is not the order's latest is stale and does nothing.
    """
    order = yield from _wanting(request)
    if order is None:
        return STALE
    found = without((yield FindDrivers(request.order)), request.excluded)
    if not len(found.drivers):
        return Unassigned("no_driver")
    ranked, losses = iter(rank(found)[:tries].tolist()), 0
    position = next(ranked, None)
    while position is not None:
        outcome = yield Transaction(_commit(request, order, found, position))
        if outcome == COMMITTED:
            return _assigned(found, position, losses)
        losses += 1
        if outcome != _ORDER:
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

    return (yield from decided(((ORDERS, request.order),), wanting))


def without(found: Candidates, excluded: tuple[int, ...]) -> Candidates:
    """The candidates less the drivers who have declined."""
    if not excluded:
        return found
    keep = ~np.isin(found.drivers, excluded)
    return found._replace(drivers=found.drivers[keep], versions=found.versions[keep], travel=found.travel[keep])


def _commit(
    request: AssignmentRequest, order: Record, found: Candidates, position: int
) -> tuple[CompareAndSet, CompareAndSet, Insert]:
    driver, version = int(found.drivers[position]), int(found.versions[position])
    state = move_order(order.fields["state"], OrderState.ASSIGNED_DRIVER)
    return (
        CompareAndSet(ORDERS, request.order, order.version, {"state": state, "driver": driver}),
        CompareAndSet(DRIVERS, driver, version, {"state": DriverState.ORDER_ASSIGNED, "order": request.order}),
        Insert(ACTIVE, driver, {"order": request.order}),
    )


def _assigned(found: Candidates, position: int, losses: int) -> Assigned:
    travel = int(found.travel[position])
    left = found.preparation_left
    gaps = np.abs(left - found.travel)
    return Assigned(
        int(found.drivers[position]), travel, found.onward, left, slack(left, travel), losses,
        int(found.travel.min()), int(gaps.min()), found.members,
    )  # fmt: skip

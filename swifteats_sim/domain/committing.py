"""How a driver is committed to an order: by one transaction, or in one of the ways that the notes wrote down.

Only `transaction` keeps every promise: of two orders that want one driver, exactly one commits, and of two drivers for
one order too. The others are what the notes coded, with what they break.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from swifteats_sim.domain.effects import (
    COMMITTED,
    CompareAndSet,
    Delete,
    Fields,
    Insert,
    Put,
    Read,
    Record,
    Rule,
    Transaction,
)
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, LOCKS, ORDERS
from swifteats_sim.domain.states import DriverState, OrderState, move_order

Commit = Literal["transaction", "check_then_set", "cas_unversioned", "advisory_lock", "none"]

ORDER_CHANGED, DRIVER_TAKEN = 0, 1
"""What a commit returns that did not hold: the order's write has lost, or the driver's. Else COMMITTED."""
FIRST_VERSION = 1
"""Of a record that was inserted and not written since, as a lock is."""


class CommitTerms(NamedTuple):
    """How drivers are committed. tries : ranked candidates at most (A33); lock_ttl : ns, of the advisory lock (A35)."""

    tries: int
    commit: Commit
    lock_ttl: int


class Pair(NamedTuple):
    """An order as it was read and a driver as the search found him. version : of the driver's record."""

    order: int
    seen: Record
    driver: int
    version: int

    @property
    def ordered(self) -> Fields:
        """What the commit writes into the order."""
        state = move_order(self.seen.fields["state"], OrderState.ASSIGNED_DRIVER)
        return {"state": state, "driver": self.driver}

    @property
    def held(self) -> Fields:
        """What the commit writes into the driver."""
        return {"state": DriverState.ORDER_ASSIGNED, "order": self.order}


def commit(pair: Pair, terms: CommitTerms) -> Rule[int]:
    """Commit the driver: COMMITTED, ORDER_CHANGED, or DRIVER_TAKEN, also where a guard or a lock says so."""
    match terms.commit:
        case "transaction" | "cas_unversioned":
            return (yield from _together(pair, bump=terms.commit == "transaction"))
        case "check_then_set":
            return (yield from _check_then_set(pair))
        case "advisory_lock":
            return (yield from _under_lock(pair, terms.lock_ttl))
        case "none":
            return (yield from _set(pair))


def _together(pair: Pair, bump: bool) -> Rule[int]:
    """Order, driver and guard in one transaction (A33, A34).

    Without `bump` the order keeps its version: rivals who saw it alike all hold, and the last one wins (C24).
    """
    first_lost: int = yield Transaction(
        (
            CompareAndSet(ORDERS, pair.order, pair.seen.version, pair.ordered, bump),
            CompareAndSet(DRIVERS, pair.driver, pair.version, pair.held),
            Insert(ACTIVE, pair.driver, {"order": pair.order}),
        )
    )
    return first_lost


def _check_then_set(pair: Pair) -> Rule[int]:
    """Look whether the driver has an order, then write: who looks between the two sees him free as well (C14)."""
    (driver,) = yield Read(((DRIVERS, pair.driver),))
    if driver is None or driver.fields["order"] is not None:
        return DRIVER_TAKEN
    return (yield from _set(pair))


def _under_lock(pair: Pair, ttl: int) -> Rule[int]:
    """The same under a lock (A35): safe as long as the work does not outlast it.

    Whoever gives a lock back that has expired gives back his successor's.
    """
    if not (yield Insert(LOCKS, pair.driver, {}, ttl)):
        return DRIVER_TAKEN
    outcome = yield from _check_then_set(pair)
    yield Transaction((Delete(LOCKS, pair.driver, FIRST_VERSION),))
    return outcome


def _set(pair: Pair) -> Rule[int]:
    """Write, whatever stands there."""
    yield Put(DRIVERS, pair.driver, pair.held)
    yield Put(ORDERS, pair.order, pair.ordered)
    return COMMITTED

"""The effects that rules yield, and what they are sent back.

A rule never touches a clock, a socket or a database. It yields an effect and receives the outcome; the
simulator performs it in virtual time, a live runner on real servers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Key = int | tuple[int, int]
Name = tuple[str, Key]
"""(table, key) of a record."""
Fields = Mapping[str, Any]
Outcome = TypeVar("Outcome")
Rule = Generator["Effect", Any, Outcome]


class Record(NamedTuple):
    """A stored record: its version and its fields. Every write makes a new one with the next version."""

    version: int
    fields: Fields


class Read(NamedTuple):
    """Read records; receives tuple[Record | None, ...], as they stood when service began.

    newest : from the primary, also where other reads are served by a replica that lags (A57).
    """

    records: tuple[Name, ...]
    newest: bool = False


class CompareAndSet(NamedTuple):
    """Write `changes` if the record still has `version`; receives bool. Never waits: a lock makes it fail.

    bump : False leaves the version as it was, so that a rival who has seen it writes too (C24).
    """

    table: str
    key: Key
    version: int
    changes: Fields
    bump: bool = True


class Insert(NamedTuple):
    """Create a record, version 1; receives False where the key exists.

    ttl : ns until it vanishes by itself, as a lock does (A35); None: never.
    """

    table: str
    key: Key
    fields: Fields
    ttl: int | None = None


class Delete(NamedTuple):
    """Remove a record that still has `version`; receives bool."""

    table: str
    key: Key
    version: int


Write = CompareAndSet | Insert | Delete


def names_of(writes: Iterable[Write]) -> list[Name]:
    """The records that writes touch, each once."""
    return list(dict.fromkeys([write[:2] for write in writes]))


class Transaction(NamedTuple):
    """Writes that apply together or not at all; receives the index of the first that failed, or COMMITTED.

    Locks are taken in one total order (table, key), so that no two transactions can wait for each other. purpose : what
    it is for, where transactions of this kind are counted apart from others of the same tables.
    """

    writes: tuple[Write, ...]
    purpose: str | None = None


COMMITTED = -1


class Put(NamedTuple):
    """Write `changes` whatever the record's version, or create it: the last one wins (C14). Receives None."""

    table: str
    key: Key
    changes: Fields


class Update(NamedTuple):
    """Lock records, read them, write what `change` makes of them, give the locks back (C37).

    Receives COMMITTED, or None where `change` returned None and nothing was written. Locks are taken in one total
    order. purpose : see Transaction.
    """

    records: tuple[Name, ...]
    change: Callable[[tuple[Record | None, ...]], tuple[Write, ...] | None]
    purpose: str | None = None


class Publish(NamedTuple):
    """Append a message to the topic of a geo; receives None once the broker has it.

    forget : do not wait for the broker; what it cannot take now is lost (C31). Receives None at once.
    """

    topic: str
    geo: int
    key: int
    message: object
    forget: bool = False


class CallPayment(NamedTuple):
    """Ask the mocked payment gateway (A18); receives True where the payment went through."""

    order: int
    attempt: int


class FindDrivers(NamedTuple):
    """Search free drivers with a live fix around the restaurant of an order; receives Candidates."""

    order: int


class Sleep(NamedTuple):
    """Let time pass; receives None. duration : ns."""

    duration: int


Effect = (
    Read | CompareAndSet | Insert | Delete | Transaction | Put | Update | Publish | CallPayment | FindDrivers | Sleep
)


class Candidates(NamedTuple):
    """What the platform knows of the drivers around a restaurant, at the moment of the search.

    drivers, versions : int64[n]; travel : int64[n], estimated ns to the restaurant, from the last known fix.
    preparation_left, onward : ns, estimates of the food's remaining time (negative once it stands) and of the trip.
    orders : int64[n], orders that each driver has taken so far; idle : int64[n], ns since each was last free (C9).
    members : drivers inside the radius, free or not, as FindDrivers counts them. distance : float64[n], metres to the
    restaurant in a straight line; trip : metres from there to the customer (A30).
    """

    drivers: NDArray[np.int64]
    versions: NDArray[np.int64]
    travel: NDArray[np.int64]
    preparation_left: int
    onward: int
    orders: NDArray[np.int64]
    idle: NDArray[np.int64]
    members: int
    distance: NDArray[np.float64]
    trip: float


class Unavailable(Exception):
    """Thrown into a rule whose effect found a full queue or no connection in time."""

"""The outbox: a message is a row, stored together with what it tells of, until a relay has published it (C31).

The relay publishes first and deletes then: a crash in between publishes twice, and consumers know an event that they
have seen (A25). Stored together, published later: no order is ever kept that nobody asks a driver for.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from swifteats_sim.domain.effects import Delete, Insert, Read, Rule, Transaction
from swifteats_sim.domain.messages import OUTBOX, AssignmentRequest

Publishing = Literal["outbox", "awaited", "fire_and_forget"]
"""How a request gets to its topic: see `orders.publish_request`."""
Event = tuple[int, int]


class Row(NamedTuple):
    """A stored request, and the version of its record."""

    request: AssignmentRequest
    version: int


def row_of(request: AssignmentRequest) -> Insert:
    """The write that stores a request."""
    return Insert(OUTBOX, request.event, {"request": request})


def read_rows(events: tuple[Event, ...]) -> Rule[tuple[Row, ...]]:
    """The stored requests of these events, by one read; those that are gone are left out."""
    records = yield Read(tuple((OUTBOX, event) for event in events), newest=True)
    return tuple(Row(record.fields["request"], record.version) for record in records if record is not None)


def delete_rows(rows: tuple[Row, ...]) -> Rule[None]:
    """They are published: delete them, by one transaction."""
    if rows:
        yield Transaction(tuple(Delete(OUTBOX, row.request.event, row.version) for row in rows))

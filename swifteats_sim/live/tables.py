"""How the rules' records stand in the tables of PostgreSQL: keys, columns, and what is written how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from swifteats_sim.domain.effects import Key, Record
from swifteats_sim.domain.messages import (
    ACTIVE,
    DRIVERS,
    ITEMS,
    ORDERS,
    OUTBOX,
    RESERVATIONS,
    AssignmentRequest,
    Line,
)
from swifteats_sim.domain.states import DriverState, OrderState


def _same(value: Any) -> Any:
    return value


class Column(NamedTuple):
    """Where a field stands. write, read : from its value to the column's, and back."""

    name: str
    write: Callable[[Any], Any] = _same
    read: Callable[[Any], Any] = _same


class Table(NamedTuple):
    """A table: the columns of its key, and of its fields."""

    name: str
    keys: tuple[str, ...]
    fields: Mapping[str, Column]

    def record(self, row: Mapping[str, Any] | None) -> Record | None:
        """The record in a row, given by column."""
        if row is None:
            return None
        return Record(row["version"], {field: column.read(row[column.name]) for field, column in self.fields.items()})


def key_values(key: Key) -> tuple[int, ...]:
    """A key as the values of its columns."""
    return key if isinstance(key, tuple) else (key,)


def _lines(stored: list[list[int]]) -> tuple[Line, ...]:
    return tuple(Line(*pair) for pair in stored)


def message_of(request: AssignmentRequest) -> list[Any]:
    """A request as JSON holds it."""
    return [request.order, request.geo, request.version, list(request.excluded)]


def request_of(stored: list[Any]) -> AssignmentRequest:
    """The request that `message_of` has written."""
    order, geo, version, excluded = stored
    return AssignmentRequest(order, geo, version, tuple(excluded))


TABLES: dict[str, Table] = {
    ORDERS: Table(
        "orders",
        ("number",),
        {
            "state": Column("state", str, OrderState),
            "kitchen": Column("kitchen", str, OrderState),
            "driver": Column("driver"),
            "request": Column("request"),
        },
    ),
    DRIVERS: Table(
        "drivers", ("driver",), {"state": Column("state", str, DriverState), "order": Column("order_number")}
    ),
    ITEMS: Table("items", ("restaurant", "item"), {"stock": Column("stock")}),
    ACTIVE: Table("active_assignments", ("driver",), {"order": Column("order_number")}),
    RESERVATIONS: Table(
        "reservations", ("number",), {"restaurant": Column("restaurant"), "lines": Column("lines", Jsonb, _lines)}
    ),
    OUTBOX: Table(
        "outbox",
        ("number", "request"),
        {"request": Column("message", lambda request: Jsonb(message_of(request)), partial(request_of))},
    ),
}
"""By the rules' name of the table. `driver_locks` is not here: short locks are Redis' affair (A35)."""

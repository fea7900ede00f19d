"""Making the tables, and the partitions of orders: one a day or one a month."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from psycopg import sql

from swifteats_sim.live.database import Connection
from swifteats_sim.live.days import DAY, Span, partition_of


def create(connection: Connection, days: Iterable[int], span: Span = "day") -> None:
    """Make all tables anew in an empty database, with partitions for orders of these days since 1970."""
    connection.execute((files("swifteats_sim.live") / "schema.sql").read_text(encoding="utf-8"))
    open_partitions(connection, days, span)


def open_partitions(connection: Connection, days: Iterable[int], span: Span = "day") -> None:
    """Make the partitions that are not there yet, for orders of these days since 1970."""
    for partition in sorted({partition_of(day, span) for day in days}):
        connection.execute(
            sql.SQL("create table if not exists {} partition of orders for values from ({}) to ({})").format(
                sql.Identifier(partition.name), sql.Literal(partition.first * DAY), sql.Literal(partition.end * DAY)
            )
        )

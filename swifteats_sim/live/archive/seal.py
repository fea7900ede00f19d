"""Sealing: from one instant on nobody writes to a partition, and what it holds then is what is archived."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql
from psycopg.errors import LockNotAvailable

from swifteats_sim.domain.states import CLOSED
from swifteats_sim.live.archive import ledger, sums
from swifteats_sim.live.archive.files import arrow_type
from swifteats_sim.live.archive.partitions import Standing, columns
from swifteats_sim.live.archive.problems import Stays
from swifteats_sim.live.archive.telling import Moment, Tell
from swifteats_sim.live.database import Connection

_SEAL = """
create trigger sealed before insert or update or delete on {table}
    for each row execute function refuse_write_to_sealed();
create trigger sealed_whole before truncate on {table} for each statement execute function refuse_write_to_sealed();
alter table {table} enable always trigger sealed;
alter table {table} enable always trigger sealed_whole;"""
_OPEN = "select number from {table} where state <> all(%s) order by number limit 4"
_BELONGING = {
    "a reservation": ("reservations", "number"),
    "a message in the outbox": ("outbox", "number"),
    "an active assignment": ("active_assignments", "order_number"),
    "a driver": ("drivers", "order_number"),
}
"""What may refer to an order while it is alive: table and column. All of it is gone when a rule closes the order."""
_REFER = "select {column} from {table} where {column} >= %s and {column} < %s order by 1 limit 4"
_SHOWN = 3


def seal(connection: Connection, partition: Standing, tell: Tell) -> None:
    """Close a partition and enter it in the ledger, both or none.

    Raises Stays where somebody is writing to it, an order is open, or something still refers to one. Whoever has begun
    a write is waited for (`lock_timeout`); who comes later waits a moment and is refused.
    """
    name = partition.name
    tell(Moment(name, "seal", "begins"))
    _look_at_columns(connection, name)
    try:
        with connection.transaction():
            connection.execute(_on("lock table {table} in share row exclusive mode", name))
            tell(Moment(name, "seal", "locked"))
            for problem in _in_the_way(connection, partition):
                raise Stays(problem)
            content = sums.total(sums.in_database(connection, name, columns(connection, name)).values())
            connection.execute(_on(_SEAL, name))
            ledger.seal_in(connection, partition, content, _size(connection, name))
            tell(Moment(name, "seal", "not committed"))
    except LockNotAvailable:
        raise Stays("somebody is writing to it") from None
    tell(Moment(name, "seal", "done"))


def _look_at_columns(connection: Connection, name: str) -> None:
    """No column is left behind: a type that the files do not know is refused before anything is done."""
    for column, kind in columns(connection, name).items():
        if arrow_type(kind) is None:
            raise Stays(f"its column {column} is of type {kind}, which the archive cannot hold")


def _in_the_way(connection: Connection, partition: Standing) -> Iterator[str]:
    closed = [str(state) for state in sorted(CLOSED)]
    still_open = connection.execute(_on(_OPEN, partition.name), (closed,)).fetchall()
    if still_open:
        yield f"orders are still open in it: {_listed(still_open)}; it waits until they are closed"
    for what, (table, column) in _BELONGING.items():
        statement = sql.SQL(_REFER).format(column=sql.Identifier(column), table=sql.Identifier(table))
        found = connection.execute(statement, partition.numbers).fetchall()
        if found:
            yield f"{what} still refers to orders of it: {_listed(found)}"


def _listed(found: list[tuple[int]]) -> str:
    numbers = ", ".join(str(number) for (number,) in found[:_SHOWN])
    return f"{numbers}, ..." if len(found) > _SHOWN else numbers


def _size(connection: Connection, name: str) -> int:
    ((size,),) = connection.execute("select pg_total_relation_size(to_regclass(quote_ident(%s)))", (name,))
    return int(size)


def _on(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(table=sql.Identifier(table))

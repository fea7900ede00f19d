"""Taking a verified partition out of `orders`, without holding up whoever orders; after a second look, dropping it.

PostgreSQL detaches concurrently in two transactions of its own. Whoever is killed between them leaves a partition that
queries do not see any more: the next run ends what was begun.
"""

from __future__ import annotations

from pathlib import Path

from psycopg import sql
from psycopg.errors import LockNotAvailable, ObjectNotInPrerequisiteState

from swifteats_sim.live.archive import ledger
from swifteats_sim.live.archive.ledger import Entry, Step
from swifteats_sim.live.archive.partitions import columns, standing
from swifteats_sim.live.archive.problems import Stays
from swifteats_sim.live.archive.telling import Moment, Tell
from swifteats_sim.live.archive.verify import manifest_of, verify, verify_files
from swifteats_sim.live.database import Connection

_BEGIN = "alter table orders detach partition {table} concurrently"
_END = "alter table orders detach partition {table} finalize"


def detach(connection: Connection, entry: Entry, tell: Tell) -> None:
    """`orders` does not hold it any more. Stays where somebody's transaction is in the way for too long."""
    tell(Moment(entry.name, "detach", "begins", entry.orders, entry.orders))
    attached = standing(connection).get(entry.name)
    if attached is not None:
        try:
            connection.execute(_on(_END if attached.leaving else _BEGIN, entry.name))
        except LockNotAvailable:
            raise Stays("transactions on orders that do not end are in the way of its detachment") from None
        except ObjectNotInPrerequisiteState as error:
            raise Stays(f"it cannot be detached: {error.diag.message_primary}") from None
    tell(Moment(entry.name, "detach", "done", entry.orders, entry.orders))


def drop(connection: Connection, entry: Entry, folder: Path, tell: Tell) -> None:
    """Drop the table and record it, both or none, after the files were compared with it once more.

    Where somebody else has dropped the detached table, they are compared with what was sealed.
    """
    if columns(connection, entry.name):
        verify(connection, entry, folder, tell)
    else:
        verify_files(folder, manifest_of(folder, entry), tell)
    tell(Moment(entry.name, "drop", "begins", entry.orders, entry.orders))
    try:
        with connection.transaction():
            connection.execute(_on("drop table if exists {table}", entry.name))
            ledger.record(connection, entry.name, Step.DROPPED)
            tell(Moment(entry.name, "drop", "not committed", entry.orders, entry.orders))
    except LockNotAvailable:
        raise Stays("somebody still reads the detached table") from None
    tell(Moment(entry.name, "drop", "done", entry.orders, entry.orders))


def _on(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(table=sql.Identifier(table))

"""How many bytes a row really takes on PostgreSQL and in the archive: as it was measured, and measuring it again.

The owner's figure is 0.2 MB a row of drivers and orders (F6, F9). The rows of the rules' tables are shorter: they hold
what the rules need, and no addresses, names or photographs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from swifteats_sim.live.database import Connection

_MADE = (
    "insert into drivers select n, 1, 1 + n % 2, 'available' from generate_series(1, 10000) n",
    "insert into items select n / 50, n % 50, 1, 1 + n % 2, 20 from generate_series(0, 49999) n",
    "insert into reservations select (20000::bigint << 32) + n, 1, 1 + n % 2, n % 1000, "
    "jsonb_build_array(jsonb_build_array(n % 50, 1), jsonb_build_array((n + 7) % 50, 2)) "
    "from generate_series(1, 20000) n",
)
"""A reservation of two lines each."""
_SIZE = (
    "select pg_total_relation_size('{table}') + coalesce(sum(pg_total_relation_size(inhrelid)), 0) "
    "from pg_inherits where inhparent = '{table}'::regclass"
)


@dataclass(frozen=True)
class MeasuredRows:
    """Bytes a row, with its indexes, of tables that are freshly written; archived : an order's in Parquet."""

    orders: float
    drivers: float
    items: float
    reservations: float
    archived: float


def measured_rows() -> MeasuredRows:
    """Measured on PostgreSQL 18.4 with 100,000 orders of five days and two geos, 10,000 drivers and 50,000 items.

    A test measures them again. An order that is written eight times before its table is vacuumed leaves seven old
    versions: 743 bytes. Vacuuming makes room for later orders of that day, and gives no byte back.
    """
    return MeasuredRows(orders=109.8, drivers=103.2, items=108.8, reservations=151.1, archived=5.9)


def measure(connection: Connection) -> dict[str, float]:
    """Bytes a row by table, of a database that has orders. Fills the other tables, which are empty."""
    for statement in _MADE:
        connection.execute(statement)
    return {name: bytes_a_row(connection, name) for name in ("orders", "drivers", "items", "reservations")}


def bytes_a_row(connection: Connection, table: str) -> float:
    """With indexes and all partitions."""
    ((size,),) = connection.execute(_SIZE.format(table=table).encode())
    ((rows,),) = connection.execute(f"select count(*) from {table}".encode())
    return float(size) / float(rows)

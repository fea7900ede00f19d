"""A database with orders of five days, of which three are past the hot window, and what is to hold ever after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from real_servers import TODAY

from swifteats_sim.live.archive import read_archive, read_everything
from swifteats_sim.live.archive.made_orders import make_orders
from swifteats_sim.live.archive.partitions import standing
from swifteats_sim.live.database import Connection
from swifteats_sim.live.schema import open_partitions

DAYS = range(TODAY, TODAY + 5)
NOW = TODAY + 3 + 90
"""The day on which three of them have ended 90 days ago or before."""
OLD = ("orders_20241004", "orders_20241005", "orders_20241006")
HOT = ("orders_20241007", "orders_20241008")

Rows = list[dict[str, Any]]


def connected(dsn: str) -> Connection:
    return psycopg.connect(dsn, autocommit=True)


def fill(dsn: str, orders: int = 100) -> None:
    with connected(dsn) as connection:
        connection.execute("drop table orders_19700101")
        open_partitions(connection, DAYS)
        make_orders(connection, DAYS, orders)


def rows_of(table: Any) -> Rows:
    rows: Rows = table.to_pylist()
    return sorted(rows, key=lambda row: int(row["number"]))


def all_rows(dsn: str, folder: Path) -> Rows:
    """As a reader sees them, in `orders` and in the archive."""
    with connected(dsn) as connection:
        return rows_of(read_everything(connection, folder))


def hot_rows(dsn: str) -> Rows:
    """As the database alone has them: without a line of the archive's code."""
    with psycopg.connect(dsn, row_factory=psycopg.rows.dict_row) as connection:
        return connection.execute("select * from orders order by number").fetchall()


def assert_archived(dsn: str, folder: Path, before: Rows) -> None:
    """The old days are in the archive alone, the hot ones in the database alone, and together they are what was."""
    with connected(dsn) as connection:
        assert tuple(standing(connection)) == HOT
        kept = connection.execute("select relname from pg_class where relname = any(%s)", (list(OLD),)).fetchall()
        assert kept == []
    first_hot = (TODAY + 3) << 32
    assert hot_rows(dsn) == [row for row in before if row["number"] >= first_hot]
    assert rows_of(read_archive(folder)) == [row for row in before if row["number"] < first_hot]
    assert all_rows(dsn, folder) == before
    assert sorted(path.name for path in folder.rglob("*") if path.name.startswith(".")) == []

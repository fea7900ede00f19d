"""Reading orders where they are: in the archive, or in `orders` and the archive together, each order once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from psycopg import Column

from swifteats_sim.live.archive import ledger
from swifteats_sim.live.archive.files import IN_PATH, read_table, schema
from swifteats_sim.live.archive.ledger import Step
from swifteats_sim.live.archive.manifest import Manifest, manifests
from swifteats_sim.live.archive.partitions import columns, standing
from swifteats_sim.live.database import Connection


class Found(NamedTuple):
    """An order. where : in which of the two it is; fields : its columns, its day as text."""

    where: Literal["orders", "archive"]
    fields: Mapping[str, Any]


def read_archive(
    folder: Path, first: str | None = None, last: str | None = None, geo: int | None = None
) -> pa.Table | None:
    """The archived orders, or those of the days from one to another (2024-10-04) or of one geographic area.

    Only files that a manifest names are read, and of those what is asked for. None where nothing was ever archived.
    """
    known = manifests(folder)

    def asked_for(day: str, key: int) -> bool:
        return (first is None or first <= day) and (last is None or day <= last) and geo in (None, key)

    return _read(folder, known, asked_for) if known else None


def read_everything(connection: Connection, folder: Path) -> pa.Table:
    """All orders as of one instant, those of the database first. The connection is not within a transaction.

    A partition that `orders` still holds is read there: its files may be there already, or half of them.
    """
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("lock table orders in access share mode")  # before the instant: nothing leaves after it
        held_yet = {partition.name for partition in standing(connection).values() if not partition.leaving}
        held_yet -= {entry.name for entry in ledger.entries(connection).values() if entry.step is Step.DROPPED}
        held = columns(connection, "orders")
        rows = connection.execute("select * from orders").fetchall()
    values = list(zip(*rows, strict=True)) or [()] * len(held)
    arrays = [pa.array(column, field.type) for column, field in zip(values, schema(held), strict=True)]
    hot = pa.Table.from_arrays(arrays, schema=schema(held))
    gone = [manifest for manifest in manifests(folder) if manifest.partition not in held_yet]
    if not gone:
        return hot
    return pa.concat_tables([hot, _read(folder, gone, lambda day, geo: True)], promote_options="default")


def find(connection: Connection, folder: Path, number: int) -> Found | None:
    """An order wherever it is. The archive is asked second: what has left the database in between is there by then."""
    cursor = connection.execute("select * from orders where number = %s", (number,))
    row = cursor.fetchone()
    if row is not None:
        return Found("orders", _fields(cursor.description or (), row))
    for manifest in manifests(folder):
        for part in manifest.parts:
            least, greatest = part.content.least, part.content.greatest
            if least is not None and greatest is not None and least <= number <= greatest:
                kept = pq.read_table(folder / part.path, filters=pc.field("number") == number, partitioning=None)
                if kept.num_rows:
                    fields = {**kept.to_pylist()[0], **dict(zip(IN_PATH, part.place, strict=True))}
                    return Found("archive", {name: fields[name] for name in manifest.columns})
    return None


def _read(folder: Path, known: Iterable[Manifest], asked_for: Callable[[str, int], bool]) -> pa.Table:
    tables = [schema(next(iter(known)).columns).empty_table()]
    for manifest in known:
        tables += [
            read_table(folder / part.path, part.place, manifest.columns)
            for part in manifest.parts
            if asked_for(*part.place)
        ]
    return pa.concat_tables(tables, promote_options="default")


def _fields(described: Sequence[Column], row: Sequence[Any]) -> dict[str, Any]:
    names = [column.name for column in described]
    return {name: str(value) if name == "placed_on" else value for name, value in zip(names, row, strict=True)}

"""What is compared of orders in the database and in files: how many, a checksum, the least and the greatest number.

The checksum does not depend on the order of rows: the sum of 60 bits of the MD5 of each, of all its columns as text.
PostgreSQL reckons it from the table and this module from the files, so that an error of one side is not one of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import md5
from typing import Any, NamedTuple

from psycopg import sql

from swifteats_sim.live.database import Connection

_APART, _NOTHING, _DIGITS = "\x1f", "\x1e", 15
"""Between columns; in place of a null; hexadecimal digits of 60 bits."""
_SUMS = """
select placed_on::text, geo_key, count(*), min(number), max(number),
    sum(('x' || left(md5(array_to_string(array[{columns}], chr(31), chr(30))), 15))::bit(60)::bigint)
from {table} group by 1, 2 order by 1, 2"""


class Sum(NamedTuple):
    """Of some orders. least, greatest : of their numbers, None of none."""

    orders: int = 0
    checksum: int = 0
    least: int | None = None
    greatest: int | None = None

    def __add__(self, other: object) -> Sum:
        """Of both together."""
        if not isinstance(other, Sum):
            return NotImplemented
        ends = [end for end in (self.least, self.greatest, other.least, other.greatest) if end is not None]
        orders, checksum = self.orders + other.orders, self.checksum + other.checksum
        return Sum(orders, checksum, min(ends, default=None), max(ends, default=None))


Place = tuple[str, int]
"""Where orders lie in the archive: their day, as 2024-10-04, and the key of their geographic area."""


def total(sums: Iterable[Sum]) -> Sum:
    """All together."""
    return sum(sums, start=Sum())


def in_database(connection: Connection, table: str, columns: Iterable[str]) -> Mapping[Place, Sum]:
    """The sums of a table of orders, by place."""
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns)
    statement = sql.SQL(_SUMS).format(columns=texts, table=sql.Identifier(table))
    return {
        (day, geo): Sum(orders, int(checksum), least, greatest)
        for day, geo, orders, least, greatest, checksum in connection.execute(statement)
    }


def of_rows(rows: Sequence[Sequence[Any]], numbers: Sequence[int]) -> Sum:
    """The sum of rows, given as values in the order of the table's columns, with their numbers."""
    if not numbers:
        return Sum()
    return Sum(len(rows), sum(map(_bits, rows)), min(numbers), max(numbers))


def _bits(row: Sequence[Any]) -> int:
    text = _APART.join([_NOTHING if value is None else str(value) for value in row])
    return int(md5(text.encode(), usedforsecurity=False).hexdigest()[:_DIGITS], 16)

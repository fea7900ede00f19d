"""The partitions of orders as they stand in the database, whatever span they have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from swifteats_sim.live.database import Connection
from swifteats_sim.live.days import DAY

_ATTACHED = """
select c.relname, pg_get_expr(c.relpartbound, c.oid), i.inhdetachpending
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = to_regclass('orders') order by c.relname"""
_BOUNDS = re.compile(r"FOR VALUES FROM \('(\d+)'\) TO \('(\d+)'\)")
_COLUMNS = """
select attname::text, format_type(atttypid, atttypmod) from pg_attribute
where attrelid = to_regclass(quote_ident(%s)) and attnum > 0 and not attisdropped order by attnum"""


class NotByDays(ValueError):
    """A partition of orders whose bounds are no days."""


class Standing(NamedTuple):
    """A partition of orders: those placed from one day (since 1970) to before another.

    leaving : a detachment has begun that nobody has ended; queries on `orders` do not see it any more.
    """

    name: str
    first: int
    end: int
    leaving: bool = False

    @property
    def numbers(self) -> tuple[int, int]:
        """The numbers that its orders have: from one to before another."""
        return self.first * DAY, self.end * DAY

    def ended(self, today: int, days: int) -> bool:
        """Whether its last day is over for so many days."""
        return today - self.end >= days

    def shares_days_with(self, other: Standing) -> bool:
        """Whether an order could stand in both."""
        return self.first < other.end and other.first < self.end


def standing(connection: Connection) -> dict[str, Standing]:
    """The partitions of `orders` by name, oldest first. NotByDays where one has other bounds, or none."""
    found = [_standing(*row) for row in connection.execute(_ATTACHED)]
    return {partition.name: partition for partition in sorted(found, key=lambda partition: partition.first)}


def columns(connection: Connection, table: str) -> Mapping[str, str]:
    """The columns of a table in their order, with the names of their types; none where there is no such table."""
    return dict(connection.execute(_COLUMNS, (table,)).fetchall())


def _standing(name: str, bounds: str, leaving: Any) -> Standing:
    numbers = _BOUNDS.fullmatch(bounds)
    ends = [divmod(int(number), DAY) for number in numbers.groups()] if numbers else []
    if not ends or any(within_a_day for _, within_a_day in ends):
        raise NotByDays(f"{name} is not a partition by days: {bounds}")
    (first, _), (end, _) = ends
    return Standing(name, first, end, bool(leaving))

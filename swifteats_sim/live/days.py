"""The days of orders: which partition an order stands in, told by its number alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, NamedTuple

DAY = 1 << 32
"""Numbers of orders a day: the day since 1970 stands in the bits above."""
Span = Literal["day", "month"]
FIRST = date(1970, 1, 1)


def order_number(day: int, sequence: int) -> int:
    """The number of an order that is placed on a day since 1970: it names the partition where the order stands."""
    return day * DAY + sequence


class Partition(NamedTuple):
    """A partition of orders: those placed from one day (since 1970) to before another."""

    name: str
    first: int
    end: int


def partition_of(day: int, span: Span = "day") -> Partition:
    """The partition in which a day's orders stand."""
    placed = FIRST + timedelta(day)
    if span == "day":
        return Partition(f"orders_{placed:%Y%m%d}", day, day + 1)
    begins = placed.replace(day=1)
    ends = (begins + timedelta(32)).replace(day=1)
    return Partition(f"orders_{begins:%Y%m}", (begins - FIRST).days, (ends - FIRST).days)

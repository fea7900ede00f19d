"""A solution: who was sent where and when, and what was carried to whom; and its file.

The file is tab-separated UTF-8 text with a header, a row an assignment, minutes from the start of the day:

    courier  restaurant  sent_for  sent  decided  picked_up  orders  dropped_off
    c4       r17         o12       612   618      618        o12 o15 627 634

sent_for : the order for which the courier was sent to the restaurant, at minute `sent`, when he left where he was.
decided : the minute at which it was decided what he carries away; it may differ from what he was sent for.
picked_up, dropped_off : the hand-overs, of all orders together and of each in the order of delivery.
orders, dropped_off : as many as there are in the bundle, with one space between them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from swifteats_sim.scenario.records import Table, number

HEADER = ("courier", "restaurant", "sent_for", "sent", "decided", "picked_up", "orders", "dropped_off")
MOST_BARE = 1_000
"""Bytes that tell a file with a header alone."""
_minute = number(-1_000_000, 1_000_000, " minutes")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A trip of one courier, as in the file: names, and minutes."""

    courier: str
    restaurant: str
    sent_for: str
    sent: int
    decided: int
    picked_up: int
    orders: tuple[str, ...]
    dropped_off: tuple[int, ...]


def write_solution(assignments: Iterable[Assignment], path: Path) -> None:
    """Write the file; OSError where that cannot be. Names must hold no blank, as the library's do."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, delimiter="\t", lineterminator="\n")
        rows.writerow(HEADER)
        rows.writerows(_row(each) for each in assignments)


def _row(each: Assignment) -> Sequence[object]:
    numbers = each.sent, each.decided, each.picked_up
    dropped_off = " ".join(str(minute) for minute in each.dropped_off)
    return each.courier, each.restaurant, each.sent_for, *numbers, " ".join(each.orders), dropped_off


def read_solution(path: Path) -> tuple[Assignment, ...]:
    """The assignments of a file in its order; ScenarioError for what is no number, or where counts differ."""
    if _is_bare(path):
        return ()
    table = Table(path, HEADER, "\t")
    minutes = [table.instants(column, _whole).tolist() for column in ("sent", "decided", "picked_up")]
    orders = [tuple(text.split()) for text in table.columns["orders"]]
    dropped_off = [_drops(table, row, len(bundle)) for row, bundle in enumerate(orders)]
    table.check()
    names = (table.columns[column] for column in ("courier", "restaurant", "sent_for"))
    return tuple(Assignment(*each) for each in zip(*names, *minutes, orders, dropped_off, strict=True))


def _is_bare(path: Path) -> bool:
    """Whether nothing is delivered: the file has its header alone. What cannot be read is for `Table` to say."""
    try:
        with path.open("rb") as stream:
            return stream.read(MOST_BARE) in (header := "\t".join(HEADER).encode(), header + b"\n")
    except OSError:
        return False


def _drops(table: Table, row: int, count: int) -> tuple[int, ...]:
    texts = table.columns["dropped_off"][row].split()
    if len(texts) != count or not count:
        table.refuse(row, "dropped_off", f"must be a minute for each of the {count} orders")
    try:
        return tuple(int(_whole(text)) for text in texts)
    except ValueError as error:
        table.refuse(row, "dropped_off", str(error))
        return ()


def _whole(text: str) -> float:
    minute = _minute(text)
    if not minute.is_integer():
        raise ValueError("must be whole minutes")
    return minute

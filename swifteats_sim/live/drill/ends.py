"""What must be so when all orders are at their end, reckoned from the records and the history by themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from swifteats_sim.domain.effects import Key, Name, Record
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ITEMS, ORDERS, OUTBOX, RESERVATIONS, Cart
from swifteats_sim.domain.states import OrderState
from swifteats_sim.live.database import Database
from swifteats_sim.live.history.deeds import ABSENT, Deed
from swifteats_sim.live.history.trails import NEVER, State
from swifteats_sim.live.tables import TABLES


def state_of(database: Database) -> State:
    """All records that there are."""
    found: dict[Name, Record] = {}
    for name, table in TABLES.items():
        for (row,) in database.execute(f"select to_jsonb(t) from {table.name} t").fetchall():
            keys = tuple(row[column] for column in table.keys)
            record = table.record(row)
            assert record is not None
            found[name, keys if len(keys) > 1 else keys[0]] = record
    return found


def states_of(end: State) -> dict[int, OrderState]:
    """All orders, and what became of them."""
    return {
        key: record.fields["state"] for (table, key), record in end.items() if table == ORDERS and isinstance(key, int)
    }


def left_behind(end: State) -> dict[str, list[Key]]:
    """What must be nothing once all orders are at their end."""
    return {
        "reservations": [key for table, key in end if table == RESERVATIONS],
        "guards": [key for table, key in end if table == ACTIVE],
        "outbox": [key for table, key in end if table == OUTBOX],
        "busy drivers": [k for (t, k), record in end.items() if t == DRIVERS and record.fields["order"] is not None],
    }


def sold_of(delivered: Iterable[int], cart_of: Callable[[int], Cart]) -> Counter[int]:
    """Portions of these orders, by item."""
    return Counter(line.item for order in delivered for line in cart_of(order).lines for _ in range(line.quantity))


def cooked(deeds: Iterable[Deed]) -> Counter[int]:
    """Portions that were cooked, by item: writes of one item alone that were applied."""
    portions, seen = Counter[int](), dict[tuple[int, Key], Any]()
    for deed in deeds:
        seen.update(((deed.client, sight.key), sight.fields["stock"]) for sight in deed.sights if sight.table == ITEMS)
        if deed.applied and [write.table for write in deed.writes] == [ITEMS]:
            (write,) = deed.writes
            assert isinstance(write.key, tuple)
            stock: Any = write.fields["stock"]
            portions[write.key[1]] += stock - seen[deed.client, write.key]
    return portions


class Attempts(NamedTuple):
    """Writes that named a version (compare-and-sets), and deeds with such that came to nothing."""

    made: int
    lost: int


def attempts_of(deeds: Iterable[Deed]) -> Attempts:
    """Of all clients."""
    made = lost = 0
    for deed in deeds:
        versioned = sum(write.before not in (None, ABSENT) for write in deed.writes)
        made += versioned
        lost += bool(versioned) and deed.applied is False
    return Attempts(made, lost)


def seconds_of(deeds: Sequence[Deed]) -> float:
    """From the first question to the last answer."""
    ends = [deed.ended for deed in deeds if deed.ended is not None]
    return (max(ends) - min(deed.began for deed in deeds)) / 1e9 if ends else 0.0


class Hold(NamedTuple):
    """A driver had an order, certainly: from the answer that gave it to him until the next question that freed him."""

    driver: Key
    order: object
    since: int
    until: int


def doubled(deeds: Iterable[Deed]) -> int:
    """How often a driver had two orders, or an order two drivers, at the same instant; by clocks, so at least so often.

    It asks no version, and so knows nothing of what the checks of histories go by.
    """
    holds = list(_holds(deeds))
    by_driver, by_order = defaultdict[Key, list[Hold]](list), defaultdict[object, list[Hold]](list)
    for hold in holds:
        by_driver[hold.driver].append(hold)
        by_order[hold.order].append(hold)
    twice = sum(later.order != hold.order for same in by_driver.values() for hold, later in _overlapping(same))
    return twice + sum(later.driver != hold.driver for same in by_order.values() for hold, later in _overlapping(same))


def _overlapping(holds: list[Hold]) -> Iterator[tuple[Hold, Hold]]:
    ordered = sorted(holds, key=lambda hold: hold.since)
    return ((hold, later) for hold, later in pairwise(ordered) if later.since < hold.until)


def _holds(deeds: Iterable[Deed]) -> Iterator[Hold]:
    given, freed = list[tuple[Key, object, Deed]](), defaultdict[Key, list[Deed]](list)
    for deed in deeds:
        for write in deed.writes if deed.applied else ():
            if write.table == DRIVERS and "order" in write.fields:
                if write.fields["order"] is None:
                    freed[write.key].append(deed)
                else:
                    given.append((write.key, write.fields["order"], deed))
    for driver, order, deed in given:
        since = deed.ended or NEVER
        ends = (each.began for each in freed[driver] if (each.ended or NEVER) > deed.began)
        yield Hold(driver, order, since, min(ends, default=NEVER))

"""The recorder of one replication: columns that grow while the run goes, tables when it is over."""

from __future__ import annotations

from array import array

import numpy as np
import pandas as pd

from swifteats_sim.results.columns import NEVER, OFFER_NUMBERS, ORDER_INSTANTS, ORDER_NUMBERS

_COUNTED = ("offers", "declines", "handed", "stranded", "held_back")
"""Numbers of an order that begin at nothing."""


class OrderLog:
    """One row an order, in order of placement."""

    def __init__(self) -> None:
        self._columns = {name: array("q") for name in (*ORDER_NUMBERS, *ORDER_INSTANTS)}
        self._state: list[str] = []
        self._reason: list[str] = []
        self._row: dict[int, int] = {}
        self.answered = self.delivered = self.closed = 0

    def __len__(self) -> int:
        return len(self._state)

    def place(self, order: int, geo: int, restaurant: int, lines: int, placed: int, promised: int) -> None:
        """A customer has ordered."""
        self._row[order] = len(self._state)
        known = {"order": order, "geo": geo, "restaurant": restaurant, "lines": lines, "placed": placed}
        first = {**dict.fromkeys(_COUNTED, 0), **known, "promised": promised}
        for name, column in self._columns.items():
            column.append(first.get(name, NEVER))
        self._state.append("new_order")
        self._reason.append("")

    def note(self, order: int, column: str, value: int) -> None:
        """Set one cell: an instant (ns) or a number."""
        self._columns[column][self._row[order]] = value
        self.answered += column == "answered"

    def add(self, order: int, column: str) -> None:
        """Add one to a count."""
        self._columns[column][self._row[order]] += 1

    def changed(self, order: int, state: str) -> None:
        """The database's record of the order was written. Who has ended stays so, whatever is written over him."""
        row = self._row[order]
        if self._columns["closed"][row] == NEVER:
            self._state[row] = state

    def close(self, order: int, at: int, state: str, reason: str) -> None:
        """The order has ended."""
        row = self._row[order]
        self._columns["closed"][row], self._state[row], self._reason[row] = at, state, reason
        self.closed += 1
        self.delivered += state == "delivered"

    def table(self) -> pd.DataFrame:
        """See Tables.orders."""
        frame = pd.DataFrame({name: _numbers(column) for name, column in self._columns.items()})
        return frame.assign(state=pd.Series(self._state, dtype=object), reason=pd.Series(self._reason, dtype=object))


class OfferLog:
    """One row a committed assignment."""

    def __init__(self) -> None:
        self._columns = {name: array("q") for name in OFFER_NUMBERS}
        self._outcome: list[str] = []

    def __len__(self) -> int:
        return len(self._outcome)

    def is_over(self, row: int) -> bool:
        """Whether the driver has nothing more to do with the order."""
        return self._columns["done"][row] != NEVER

    def commit(self, **values: int) -> int:
        """A driver was committed; returns the row. Columns that are not given are NEVER."""
        for name, column in self._columns.items():
            column.append(values.get(name, NEVER))
        self._outcome.append("open")
        return len(self._outcome) - 1

    def answer(self, row: int, at: int, outcome: str) -> None:
        """The driver accepted, declined or let it lapse."""
        self._columns["answered"][row], self._outcome[row] = at, outcome

    def end(self, row: int, at: int, outcome: str | None = None) -> None:
        """The driver has nothing more to do with the order."""
        self._columns["done"][row] = at
        self._outcome[row] = outcome or self._outcome[row]

    def release(self, row: int, at: int) -> None:
        """The platform counts the driver as free."""
        self._columns["released"][row] = at

    def holding(self) -> list[int]:
        """Drivers whom the platform does not count as free, once for each offer."""
        released = np.array(self._columns["released"], dtype=np.int64)
        drivers: list[int] = np.array(self._columns["driver"], dtype=np.int64)[released == NEVER].tolist()
        return drivers

    def table(self) -> pd.DataFrame:
        """See Tables.offers."""
        frame = pd.DataFrame({name: _numbers(column) for name, column in self._columns.items()})
        return frame.assign(outcome=pd.Series(self._outcome, dtype=object))


def _numbers(column: array[int]) -> pd.Series:
    return pd.Series(column, dtype="int64")

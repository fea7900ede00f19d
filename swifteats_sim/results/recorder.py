"""The recorder of one replication: columns that grow while the run goes, tables when it is over."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from swifteats_sim.results.columns import NEVER, OFFER_NUMBERS, ORDER_INSTANTS, ORDER_NUMBERS

_COUNTED = ("offers", "declines", "handed", "stranded", "held_back")
"""Numbers of an order that begin at nothing."""


class Cells:
    """Rows of int64 numbers under named columns. columns : the place of each in a row."""

    def __init__(self, names: Sequence[str], zero: Collection[str] = ()) -> None:
        """No rows. zero : columns that begin at 0 in each, the others at NEVER."""
        self.columns = {name: place for place, name in enumerate(names)}
        self._fresh = array("q", [0 if name in zero else NEVER for name in names])
        self.values = array("q")

    def append(self, **values: int) -> int:
        """One more row; returns where it begins among the values."""
        begins, columns = len(self.values), self.columns
        self.values.extend(self._fresh)
        for name, value in values.items():
            self.values[begins + columns[name]] = value
        return begins

    def table(self) -> pd.DataFrame:
        """All rows."""
        rows = np.array(self.values, dtype=np.int64).reshape(-1, len(self.columns))
        return pd.DataFrame({name: rows[:, place].copy() for name, place in self.columns.items()})


class OrderLog:
    """One row an order, in order of placement."""

    def __init__(self) -> None:
        self._cells = Cells((*ORDER_NUMBERS, *ORDER_INSTANTS), _COUNTED)
        self._values, self._columns = self._cells.values, self._cells.columns
        self._closed = self._columns["closed"]
        self._state: list[str] = []
        self._reason: list[str] = []
        self._begins: dict[int, int] = {}
        self.answered = self.delivered = self.closed = 0

    def __len__(self) -> int:
        return len(self._state)

    def place(self, order: int, geo: int, restaurant: int, lines: int, placed: int, promised: int) -> None:
        """A customer has ordered."""
        self._begins[order] = self._cells.append(
            order=order, geo=geo, restaurant=restaurant, lines=lines, placed=placed, promised=promised
        )
        self._state.append("new_order")
        self._reason.append("")

    def row(self, order: int) -> int:
        """Its number in order of placement."""
        return self._begins[order] // len(self._columns)

    def read(self, order: int, column: str) -> int:
        """One cell, as it is now."""
        return self._values[self._begins[order] + self._columns[column]]

    def is_delivered(self, order: int) -> bool:
        """Whether it has ended so."""
        return self.read(order, "closed") != NEVER and self._state[self.row(order)] == "delivered"

    def note(self, order: int, column: str, value: int) -> None:
        """Set one cell: an instant (ns) or a number."""
        self._values[self._begins[order] + self._columns[column]] = value
        if column == "answered":
            self.answered += 1

    def add(self, order: int, column: str) -> None:
        """Add one to a count."""
        self._values[self._begins[order] + self._columns[column]] += 1

    def changed(self, order: int, state: str) -> None:
        """The database's record of the order was written. Who has ended stays so, whatever is written over him."""
        if self._values[self._begins[order] + self._closed] == NEVER:
            self._state[self.row(order)] = state

    def close(self, order: int, at: int, state: str, reason: str) -> None:
        """The order has ended."""
        row = self.row(order)
        self._values[self._begins[order] + self._closed] = at
        self._state[row], self._reason[row] = state, reason
        self.closed += 1
        self.delivered += state == "delivered"

    def table(self) -> pd.DataFrame:
        """See Tables.orders."""
        frame = self._cells.table()
        return frame.assign(state=pd.Series(self._state, dtype=object), reason=pd.Series(self._reason, dtype=object))


class OfferLog:
    """One row a committed assignment."""

    def __init__(self) -> None:
        self._cells = Cells(OFFER_NUMBERS)
        self._values, self._columns, self._width = self._cells.values, self._cells.columns, len(OFFER_NUMBERS)
        self._outcome: list[str] = []
        self._holding: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._outcome)

    def is_over(self, row: int) -> bool:
        """Whether the driver has nothing more to do with the order."""
        return self._values[row * self._width + self._columns["done"]] != NEVER

    def commit(self, **values: int) -> int:
        """A driver was committed; returns the row. Columns that are not given are NEVER."""
        row = len(self._outcome)
        self._cells.append(**values)
        self._outcome.append("open")
        self._holding[row] = values["driver"]
        return row

    def answer(self, row: int, at: int, outcome: str) -> None:
        """The driver accepted, declined or let it lapse."""
        self._note(row, "answered", at)
        self._outcome[row] = outcome

    def end(self, row: int, at: int, outcome: str | None = None) -> None:
        """The driver has nothing more to do with the order."""
        self._note(row, "done", at)
        self._outcome[row] = outcome or self._outcome[row]

    def release(self, row: int, at: int) -> None:
        """The platform counts the driver as free."""
        self._note(row, "released", at)
        self._holding.pop(row, None)

    def holding(self) -> list[int]:
        """Drivers whom the platform does not count as free, once for each offer."""
        return list(self._holding.values())

    def table(self) -> pd.DataFrame:
        """See Tables.offers."""
        return self._cells.table().assign(outcome=pd.Series(self._outcome, dtype=object))

    def _note(self, row: int, column: str, value: int) -> None:
        self._values[row * self._width + self._columns[column]] = value

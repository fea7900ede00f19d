"""From the parts of a run to memory: each thing is laid out once, where it is first met."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from swifteats_sim.engine.kernel.layout import Layout
from swifteats_sim.engine.kernel.memory import NONE

T = TypeVar("T")


class Lowering:
    """What has been laid out, and where.

    rows : first word of each thing, with the thing, in the order in which they were met. known : how many entities
    there are whose fixes are known: what is kept for each of them is a table, not a map.
    """

    known = 0

    def __init__(self, layout: Layout) -> None:
        """Nothing yet."""
        self.layout = layout
        self._rows: dict[int, tuple[object, int]] = {}

    def once(self, thing: T, lower: Callable[[T], int]) -> int:
        """The row of a thing, which is laid out now if it has none."""
        if id(thing) not in self._rows:
            self.place(thing, lower(thing))
        return self.row(thing)

    def place(self, thing: object, row: int) -> None:
        """A thing is laid out here; it is kept alive, as it is known by its identity."""
        self._rows[id(thing)] = thing, row

    def row(self, thing: object) -> int:
        """Where a thing was laid out."""
        return self._rows[id(thing)][1]

    def met(self, kind: type[T]) -> Iterator[tuple[T, int]]:
        """All things of a kind with their rows, in the order in which they were met."""
        return ((thing, row) for thing, row in self._rows.values() if isinstance(thing, kind))

    def optional(self, thing: T | None, lower: Callable[[T], int]) -> int:
        """The row of a thing; NONE where there is none."""
        return NONE if thing is None else self.once(thing, lower)


def or_none(value: int | None) -> int:
    """A number as a word; NONE where there is none."""
    return NONE if value is None else value


def ragged(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Rows, one behind the other."""
    return [value for row in rows for value in row]

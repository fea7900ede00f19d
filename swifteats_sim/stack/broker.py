"""The broker: topics per geo, each a list of FIFO partitions (A20-A22)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

Placement = Literal["round_robin", "keyed"]


class Topic:
    """The partitions of every geo's topic; a geo's partitions are numbered on from the previous geo's.

    partitions : number of partitions by geo.
    """

    def __init__(self, name: str, partitions: tuple[int, ...], placement: Placement) -> None:
        """A topic with empty logs."""
        self.name = name
        self.logs: list[deque[tuple[int, object]]] = [deque() for _ in range(sum(partitions))]
        self._first = tuple(sum(partitions[:geo]) for geo in range(len(partitions)))
        self._counts = partitions
        self._placement = placement
        self._turns = [-1] * len(partitions)
        self._doorbells: list[Callable[[], None] | None] = [None] * len(self.logs)

    def partition(self, geo: int, key: int) -> int:
        """Where the next message goes: by its key (F22), or round robin to the next in turn (F3)."""
        if self._placement == "keyed":
            return self._first[geo] + key % self._counts[geo]
        self._turns[geo] = (self._turns[geo] + 1) % self._counts[geo]
        return self._first[geo] + self._turns[geo]

    @property
    def geos(self) -> int:
        """Number of geos."""
        return len(self._counts)

    def partitions_of(self, geo: int) -> range:
        """The partitions of one geo."""
        return range(self._first[geo], self._first[geo] + self._counts[geo])

    def append(self, now: int, geo: int, key: int, message: object) -> None:
        """Log a message and ring its consumer."""
        partition = self.partition(geo, key)
        self.logs[partition].append((now, message))
        ring = self._doorbells[partition]
        if ring is not None:
            ring()

    def subscribe(self, partition: int, ring: Callable[[], None]) -> None:
        """Ring at every message of this partition."""
        self._doorbells[partition] = ring

    def lag(self) -> int:
        """Messages logged and not yet taken."""
        return sum(len(log) for log in self.logs)

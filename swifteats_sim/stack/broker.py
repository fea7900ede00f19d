"""The broker: topics per geo, or one for all of them, each a list of FIFO partitions (A20-A22)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Literal

from swifteats_sim.engine.publishing import Leaders
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.stack.faults import Faults

Placement = Literal["round_robin", "keyed", "pinned", "random"]
Entry = tuple[int, object]
"""(instant it was logged, message)"""
COPY = 1 << 62
"""Index of a second copy's draw: no message's."""


class Topic:
    """The partitions of every geo's topic; a geo's partitions are numbered on from the previous geo's.

    partitions : number of partitions by geo; where there is one number only, it serves all geos (C47). stream : of
    `random` placement. traffic : counts what passes. leaders : when there is none to publish to, and what dies with
    one. faults : which messages are logged twice, and whose handling fails.
    """

    def __init__(
        self,
        name: str,
        partitions: tuple[int, ...],
        placement: Placement,
        stream: Stream | None = None,
        traffic: Traffic | None = None,
        leaders: Leaders | None = None,
        faults: Faults | None = None,
    ) -> None:
        """A topic with empty logs. ValueError where placement `random` has no stream."""
        if placement == "random" and stream is None:
            raise ValueError(f"topic {name!r}: random placement needs a stream")
        self.name = name
        self.came: list[object] = []
        """Messages that are no longer on their way: logged once, or lost."""
        self.logs: list[deque[Entry]] = [deque() for _ in range(sum(partitions))]
        self.traffic, self.leaders, self.faults = traffic or Traffic(0, 0), leaders or Leaders(), faults
        self._first = tuple(sum(partitions[:geo]) for geo in range(len(partitions)))
        self._counts = partitions
        self._placement, self._stream = placement, stream
        self._turns = [-1] * len(partitions)
        self._doorbells: list[Callable[[], None] | None] = [None] * len(self.logs)

    def partition(self, geo: int, key: int, index: int = 0) -> int:
        """Where the next message goes.

        keyed : by its key (F22); round_robin : to the next in turn (F3); pinned : to the geo's first (C42);
        random : by a draw addressed with key and index, so that a key's messages overtake each other (C43).
        """
        geo = geo if len(self._counts) > 1 else 0
        return self._first[geo] + self._within(geo, key, index)

    def _within(self, geo: int, key: int, index: int) -> int:
        count = self._counts[geo]
        if self._placement == "keyed":
            return key % count
        if self._placement == "pinned":
            return 0
        if self._placement == "random":
            assert self._stream is not None
            return min(int(self._stream.uniform(key, index) * count), count - 1)
        self._turns[geo] = (self._turns[geo] + 1) % count
        return self._turns[geo]

    @property
    def geos(self) -> int:
        """Number of topics: of geos, or 1."""
        return len(self._counts)

    def partitions_of(self, geo: int) -> range:
        """The partitions of one geo."""
        return range(self._first[geo], self._first[geo] + self._counts[geo])

    def append(self, now: int, geo: int, key: int, message: object, index: int = 0) -> None:
        """Log a message and ring its consumer, unless it is lost with the leader that alone has it (A26).

        Some messages are logged twice, the copy wherever its placement puts it; it counts as a duplicate (A25).
        """
        self.came.append(message)
        if self.leaders.loses(now):
            self.traffic.lose(now)
            return
        self.traffic.messages += self.traffic.counts(now)
        self._place(now, geo, key, message, index)
        if self.faults is not None and self.faults.twice(message):
            self.traffic.duplicates += self.traffic.counts(now)
            self._place(now, geo, key, message, index + COPY)

    def miss(self, message: object) -> None:
        """A message cannot be taken now, and nobody waits until it can: it is lost before it came (C31)."""
        self.came.append(message)

    def _place(self, now: int, geo: int, key: int, message: object, index: int) -> None:
        partition = self.partition(geo, key, index)
        self.traffic.land(key, partition, now, geo)
        self.traffic.change(now, 1)
        self.logs[partition].append((now, message))
        self._ring(partition)

    def put_back(self, partition: int, entries: Iterable[Entry]) -> None:
        """Messages that were taken in vain are in the log again, at their place."""
        self.logs[partition] = deque(sorted([*entries, *self.logs[partition]], key=lambda entry: entry[0]))
        self._ring(partition)

    def subscribe(self, partition: int, ring: Callable[[], None]) -> None:
        """Ring at every message of this partition, instead of whoever was rung before."""
        self._doorbells[partition] = ring

    def _ring(self, partition: int) -> None:
        ring = self._doorbells[partition]
        if ring is not None:
            ring()

"""The broker: topics per geo, or one for all of them, each a list of FIFO partitions (A20-A22)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from swifteats_sim.engine.placement import Placement, Rule
from swifteats_sim.engine.publishing import Leaders
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.stack.faults import Faults

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
        placement: Rule,
        stream: Stream | None = None,
        traffic: Traffic | None = None,
        leaders: Leaders | None = None,
        faults: Faults | None = None,
    ) -> None:
        """A topic with empty logs. ValueError where placement `random` has no stream."""
        self.name = name
        self.came: list[object] = []
        """Messages that are no longer on their way: logged once, or lost."""
        self.logs: list[deque[Entry]] = [deque() for _ in range(sum(partitions))]
        self.traffic, self.leaders, self.faults = traffic or Traffic(0, 0), leaders or Leaders(), faults
        self.placement = Placement(partitions, placement, stream)
        self._doorbells: list[Callable[[], None] | None] = [None] * len(self.logs)

    def partition(self, geo: int, key: int, index: int = 0) -> int:
        """Where the next message goes: see Placement."""
        return self.placement.partition(geo, key, index)

    @property
    def geos(self) -> int:
        """Number of topics: of geos, or 1."""
        return self.placement.geos

    def partitions_of(self, geo: int) -> range:
        """The partitions of one geo."""
        first = self.placement.first[geo]
        return range(first, first + self.placement.counts[geo])

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

"""To which partition a message goes (A20-A22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from swifteats_sim.engine.job import Job
from swifteats_sim.engine.streams import Stream

Rule = Literal["round_robin", "keyed", "pinned", "random"]


class Placement:
    """How messages are spread over the partitions of each geo's topic; a geo's are numbered on from the previous geo's.

    keyed : by the message's key (F22); round_robin : to the next in turn (F3); pinned : to the geo's first (C42);
    random : by a draw addressed with key and index, so that a key's messages overtake each other (C43).
    counts, first : partitions of each geo, and the number of its first one; one geo alone serves all (C47).
    turns : by geo, the last partition that was next in turn, from -1 on.
    """

    def __init__(self, counts: tuple[int, ...], rule: Rule, stream: Stream | None = None) -> None:
        """Nothing placed yet. ValueError where rule `random` has no stream."""
        if rule == "random" and stream is None:
            raise ValueError("random placement needs a stream")
        self.counts, self.rule, self.stream = counts, rule, stream
        self.first = tuple(sum(counts[:geo]) for geo in range(len(counts)))
        self.turns = [-1] * len(counts)

    @property
    def geos(self) -> int:
        """Number of topics: of geos, or 1."""
        return len(self.counts)

    def partition(self, geo: int, key: int, index: int = 0) -> int:
        """Where the next message goes."""
        geo = geo if len(self.counts) > 1 else 0
        return self.first[geo] + self._within(geo, key, index)

    def _within(self, geo: int, key: int, index: int) -> int:
        count = self.counts[geo]
        if self.rule == "keyed":
            return key % count
        if self.rule == "pinned":
            return 0
        if self.rule == "random":
            assert self.stream is not None
            return min(int(self.stream.uniform(key, index) * count), count - 1)
        self.turns[geo] = (self.turns[geo] + 1) % count
        return self.turns[geo]


@dataclass(frozen=True)
class OfDriver:
    """The partition of a driver's message: in the driver's geo. geos : by driver."""

    placement: Placement
    geos: Sequence[int]

    def __call__(self, job: Job) -> int:
        """Where the job's message goes."""
        return self.placement.partition(self.geos[job.entity], job.entity, job.index)


@dataclass(frozen=True)
class OfKey:
    """The partition of a message about what its job asks for, which belongs to one geo or another."""

    placement: Placement

    def __call__(self, job: Job) -> int:
        """Where the job's message goes."""
        within, geo = divmod(job.flow.key_of(job), self.placement.geos)
        return self.placement.partition(geo, within, job.index)

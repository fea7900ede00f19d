"""What a flow is made of: steps, and the record of its jobs."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streams import Stream

Register = array  # of int64, one per entity


@dataclass(frozen=True)
class Visit:
    """Be served at a station."""

    station: Station
    law: Law
    stream: Stream


@dataclass(frozen=True)
class Delay:
    """Let time pass."""

    law: Law
    stream: Stream


@dataclass(frozen=True)
class Place:
    """Be appended to a partition: `partition(entity, index)`."""

    partition: Callable[[int, int], int]


@dataclass(frozen=True)
class KeepNewest:
    """Remember the job's birth as its entity's newest, unless a newer one is known; int64 per entity."""

    register: Register[int]


@dataclass(frozen=True)
class OnlyIf:
    """Go on only while the entity's flag is up."""

    flags: bytearray


@dataclass(frozen=True)
class Start:
    """Start a job of another flow, with this one's birth."""

    flow: int


Step = Visit | Delay | Place | KeepNewest | OnlyIf | Start


class Flow:
    """One kind of job: its steps and what became of the jobs born at or after `warmup` (ns).

    sampled : jobs of entities divisible by this are noted one by one in `sample` (entity, born, done).
    in_flight : jobs entered and not ended, whenever born; the other counts are of those born since `warmup`.
    """

    def __init__(self, name: str, steps: tuple[Step, ...], warmup: int, sampled: int = 0) -> None:
        """A flow without jobs."""
        self.name, self.steps = name, steps
        self.born = self.completed = self.rejected = self.stale = self.dropped = 0
        self.in_flight = 0
        self._latency = array("q")
        self._warmup = warmup
        self._sampled = sampled
        self.sample: list[tuple[int, int, int]] = []

    def begin(self, born: int) -> None:
        """A job enters."""
        self.in_flight += 1
        if born >= self._warmup:
            self.born += 1

    def complete(self, entity: int, born: int, done: int) -> None:
        """A job has passed its last step."""
        self.in_flight -= 1
        if born >= self._warmup:
            self.completed += 1
            self._latency.append(done - born)
            if self._sampled and entity % self._sampled == 0:
                self.sample.append((entity, born, done))

    def overtake(self, born: int) -> None:
        """A newer job of the same entity was known already; this one is stale and complete."""
        self.stale += born >= self._warmup

    def reject(self, born: int) -> None:
        """A job was refused by a full queue."""
        self.in_flight -= 1
        self.rejected += born >= self._warmup

    def drop(self, born: int) -> None:
        """A job ended at an `OnlyIf`."""
        self.in_flight -= 1
        self.dropped += born >= self._warmup

    @property
    def latency(self) -> NDArray[np.int64]:
        """int64[completed]: ns from birth to completion, in order of completion."""
        return np.array(self._latency, dtype=np.int64)

"""Where jobs of a flow come from."""

from __future__ import annotations

from array import array
from typing import Protocol, runtime_checkable

from swifteats_sim.engine.job import Job, Stage
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Stream

NEVER = -1
CLIENT = 1 << 31
"""Step of the draw of a client: above those of a gap's law."""


class Source(Protocol):
    """Births of jobs, one chain an entity. batch : jobs born at one arrival."""

    batch: int

    def next(self, entity: int, index: int, born: int) -> int:
        """When arrival `index + 1` of the entity comes, after arrival `index` at `born`; NEVER ends the chain."""

    def is_on(self, entity: int, index: int) -> bool:
        """Whether arrival `index` of the entity, which its chain still holds, takes place."""

    def client(self, entity: int, index: int) -> int:
        """Who sends job `index` of the entity's chain."""

    def send(self, job: Job, now: int, loop: Stage) -> None:
        """Let a job that is born now enter its flow, at once or when its client can reach the platform."""


@runtime_checkable
class Switched(Protocol):
    """A source whose entities can be switched on and off."""

    def switch_on(self, entity: int, now: int) -> tuple[int, int] | None:
        """(index, born) of the first job at or after `now`; None when its chain is still alive."""

    def switch_off(self, entity: int) -> None:
        """No more jobs from this entity."""


class AtOnce:
    """Sends jobs when they are born."""

    batch = 1

    def client(self, entity: int, index: int) -> int:
        """See Source: each entity has a chain of its own."""
        return entity

    def send(self, job: Job, now: int, loop: Stage) -> None:
        """See Source."""
        loop.begin(job, now)


class Periodic(AtOnce):
    """A job every `period` ns from each entity that is switched on, at its own phase.

    phases : int64 per entity, ns below `period`. Job k of an entity is born at phase + k * period, whether or
    not the entity was on before, so that a job's address never depends on shifts.
    """

    def __init__(self, period: int, phases: array[int]) -> None:
        """All entities switched off."""
        self.period, self.phases = period, phases
        self._on = bytearray(len(phases))
        self._chained = bytearray(len(phases))

    def next(self, entity: int, index: int, born: int) -> int:
        """See Source."""
        if self._on[entity]:
            return born + self.period
        self._chained[entity] = 0
        return NEVER

    def is_on(self, entity: int, index: int) -> bool:
        """See Source."""
        return bool(self._on[entity])

    def switch_off(self, entity: int) -> None:
        """No more jobs from this entity."""
        self._on[entity] = 0

    def switch_on(self, entity: int, now: int) -> tuple[int, int] | None:
        """(index, born) of the first job at or after `now`; None when its chain is still alive."""
        self._on[entity] = 1
        if self._chained[entity]:
            return None
        self._chained[entity] = 1
        index = max(0, -((self.phases[entity] - now) // self.period))
        return index, self.phases[entity] + index * self.period


class Following(AtOnce):
    """A job every `period` ns from each entity while it is switched on, the first one at that moment.

    An entity that comes back counts its jobs on.
    """

    def __init__(self, period: int) -> None:
        """Nobody is switched on."""
        self.period = period
        self._on: dict[int, int] = {}
        self._sent: dict[int, int] = {}

    def next(self, entity: int, index: int, born: int) -> int:
        """See Source."""
        if not self.is_on(entity, index):
            return NEVER
        self._sent[entity] = index + 1
        return born + self.period

    def is_on(self, entity: int, index: int) -> bool:
        """See Source. The chain of an earlier stay is known by its index."""
        return self._on.get(entity, index + 1) <= index

    def switch_off(self, entity: int) -> None:
        """See Switched."""
        self._on.pop(entity, None)

    def switch_on(self, entity: int, now: int) -> tuple[int, int] | None:
        """See Switched."""
        if entity in self._on:
            return None
        first = self._sent.get(entity, -1) + 1
        self._on[entity] = self._sent[entity] = first
        return first, now


class Renewal(AtOnce):
    """One endless chain of arrivals with independent gaps, each of `batch` jobs.

    population : clients that jobs come from, evenly; None: so many that no client comes twice.
    """

    def __init__(self, gap: Law, stream: Stream, batch: int = 1, population: int | None = None) -> None:
        """gap : law in seconds; gap k lies before arrival k, the first one after 0."""
        self.gap, self.stream, self.batch, self.population = gap, stream, batch, population

    def client(self, entity: int, index: int) -> int:
        """See Source."""
        if self.population is None:
            return index
        return min(int(self.stream.uniform(entity, index, CLIENT) * self.population), self.population - 1)

    def next(self, entity: int, index: int, born: int) -> int:
        """See Source."""
        return born + self.gap.draw_ns(self.stream, entity, index + 1)

    def is_on(self, entity: int, index: int) -> bool:
        """Always."""
        return True

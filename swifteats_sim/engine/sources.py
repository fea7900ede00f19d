"""Where jobs of a flow come from."""

from __future__ import annotations

from array import array
from typing import Protocol

from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Stream

NEVER = -1


class Source(Protocol):
    """Births of jobs, one chain an entity."""

    def next(self, entity: int, index: int, born: int) -> int:
        """When job `index + 1` of the entity is born, after job `index` at `born`; NEVER ends the chain."""

    def is_on(self, entity: int) -> bool:
        """Whether the entity sends now; a job that its chain still holds is not born otherwise."""


class Periodic:
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

    def is_on(self, entity: int) -> bool:
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


class Renewal:
    """One endless chain of jobs with independent gaps."""

    def __init__(self, gap: Law, stream: Stream) -> None:
        """gap : law in seconds; gap k lies before job k, the first one after 0."""
        self._gap, self._stream = gap, stream

    def next(self, entity: int, index: int, born: int) -> int:
        """See Source."""
        return born + self._gap.draw_ns(self._stream, entity, index + 1)

    def is_on(self, entity: int) -> bool:
        """Always."""
        return True

"""Steps that get one of a resource, use it and give it back."""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.engine.job import ABANDONED, REJECTED, WAIT, Job, Stage, address
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.resource import Resource
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.usage import Usage


@dataclass(frozen=True)
class Acquire:
    """Get one of a resource, or wait for it. The next step is a `GaveUp`; the job goes on at the one after it.

    timeout : ns to wait at most; 0: not at all; None: for ever.
    """

    resource: Resource
    timeout: int | None
    priority: int = 0

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        job.since = now
        if self.resource.is_free():
            self.resource.give(job, now)
            return job.pc + 2
        if self.timeout == 0:
            self.resource.holding.left(now, now)
            loop.end(job, REJECTED, now)
            return WAIT
        self.resource.queue(job, self.priority, job.pc + 2, now)
        if self.timeout is not None:
            loop.resume(job, now + self.timeout, job.pc + 1)
        return WAIT


@dataclass(frozen=True)
class GaveUp:
    """The job has waited for the resource as long as it can, and leaves the line."""

    resource: Resource

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        self.resource.holding.left(job.since, now)
        loop.end(job, ABANDONED, now)
        return WAIT


@dataclass(frozen=True)
class Release:
    """Give it back."""

    resource: Resource

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        job.give_up(self.resource)
        self.resource.release(job, now, loop)
        return job.pc + 1


@dataclass(frozen=True)
class Serve:
    """Be served by the server that the job holds: the station of a priority queue."""

    usage: Usage
    law: Law
    stream: Stream
    place: int = 0

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        service = self.law.draw_ns(self.stream, job.entity, job.index, 0, address(job.lane, self.place))
        self.usage.visit(job.since, now, now + service)
        loop.resume(job, now + service, job.pc + 1)
        return WAIT

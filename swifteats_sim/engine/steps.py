"""The plain steps of a program: be served, let time pass, be placed, be remembered, go on only if, start, end."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass

from swifteats_sim.engine.job import (
    ABANDONED,
    DROPPED,
    EXPIRED,
    FAILED,
    REJECTED,
    STALE,
    WAIT,
    Job,
    Stage,
    address,
    lane_below,
)
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.station import REJECTED as FULL
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streaming import Connections
from swifteats_sim.engine.streams import Stream

Register = array  # of int64, one per entity


@dataclass(frozen=True)
class Visit:
    """Be served at a station. patience : longest wait; scan : connections that the service looks through."""

    station: Station
    law: Law
    stream: Stream
    patience: tuple[Law, Stream] | None = None
    scan: Connections | None = None
    place: int = 0

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        pc = job.pc
        here = address(job.lane, self.place)
        service = self.law.draw_ns(self.stream, job.entity, job.index, 0, here)
        extra = 0 if self.scan is None else self.scan.scanning()
        service += extra
        patience = None
        if self.patience is not None:
            law, stream = self.patience
            patience = law.draw_ns(stream, job.entity, job.index, 0, here)
        start, departure = self.station.visit(now, service, job.server, patience)
        if start >= 0:
            if extra:
                self.station.usage.scan(start, extra)
            job.waited += start - now
            loop.resume(job, departure, pc + 1)
        elif start == FULL:
            loop.end(job, REJECTED, now)
        else:
            job.waited += departure - now
            loop.resume(job, departure, len(job.flow.steps) - 1)
            job.outcome = ABANDONED
        return WAIT


@dataclass(frozen=True)
class Delay:
    """Let time pass."""

    law: Law
    stream: Stream
    place: int = 0

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        duration = self.law.draw_ns(self.stream, job.entity, job.index, 0, address(job.lane, self.place))
        loop.resume(job, now + duration, job.pc + 1)
        return WAIT


@dataclass(frozen=True)
class KeepNewest:
    """Remember the job's birth as its entity's newest, unless a newer one is known; int64 per entity.

    guarded : an older one ends here, so that nobody is shown where the entity was before; otherwise it overwrites.
    """

    register: Register[int]
    guarded: bool = True

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        if job.born > self.register[job.entity]:
            self.register[job.entity] = job.born
            return job.pc + 1
        job.flow.stale += job.flow.measures(job)
        if self.guarded:
            loop.end(job, STALE, now)
            return WAIT
        job.flow.overwritten += job.flow.measures(job)
        self.register[job.entity] = job.born
        return job.pc + 1


@dataclass(frozen=True)
class Flagged:
    """A test for an entity: whether its flag is up."""

    flags: bytearray

    def __call__(self, entity: int, born: int) -> bool:
        """See Flagged."""
        return bool(self.flags[entity])


@dataclass(frozen=True)
class OnlyIf:
    """Go on only while the test holds for (entity, born)."""

    test: Callable[[int, int], bool]

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        if self.test(job.entity, job.born):
            return job.pc + 1
        loop.end(job, DROPPED, now)
        return WAIT


@dataclass(frozen=True)
class Fresh:
    """Go on only if the job is at most `age` ns old."""

    age: int

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        if now - job.born <= self.age:
            return job.pc + 1
        loop.end(job, EXPIRED, now)
        return WAIT


@dataclass(frozen=True)
class Fail:
    """Fail with probability `share`."""

    share: float
    stream: Stream
    place: int = 0

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        if self.stream.uniform(job.entity, job.index, 0, address(job.lane, self.place)) >= self.share:
            return job.pc + 1
        loop.end(job, FAILED, now)
        return WAIT


@dataclass(frozen=True)
class Send:
    """Send the client a message of `size` bytes."""

    size: int

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        if job.flow.measures(job):
            job.flow.messages += 1
            job.flow.bytes += self.size
        return job.pc + 1


@dataclass(frozen=True)
class Start:
    """Start a job of another flow, sent when this one was.

    number : of this step among all that start flows, from 1 on, so that jobs started by different steps differ.
    """

    flow: int
    number: int = 1

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        started = Job(loop.flows[self.flow], job.entity, job.index, lane_below(job.lane, 0, self.number), job.born)
        started.entered = job.entered
        if not started.flow.keyed:
            started.key = job.key
        started.partition, started.server = job.partition, job.server
        started.flow.bear(started)
        loop.begin(started, now)
        return job.pc + 1


@dataclass(frozen=True)
class End:
    """The end of a program, or of a part of it. A job that gave up waiting has its outcome already."""

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        loop.end(job, job.outcome, now)
        return WAIT

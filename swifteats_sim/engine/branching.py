"""Steps that choose a way, or take several at once."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from swifteats_sim.engine.job import COMPLETED, WAIT, Job, Stage, address
from swifteats_sim.engine.streams import Stream


@dataclass(frozen=True)
class Jump:
    """Go on at another step."""

    to: int

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        return self.to


@dataclass(frozen=True)
class Branch:
    """Take one of several ways, way k up to the cumulated share `upto[k]`; `ways` are steps to go on at."""

    upto: tuple[float, ...]
    ways: tuple[int, ...]
    stream: Stream
    place: int = 0

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        u = self.stream.uniform(job.entity, job.index, 0, address(job.lane, self.place))
        return self.ways[min(bisect_right(self.upto, u), len(self.ways) - 1)]


@dataclass(frozen=True)
class Fork:
    """Take all ways at once and go on at `after` when the last is done.

    The job waits as long as the way that came last has waited. It ends as the first way that did not complete.
    """

    ways: tuple[int, ...]
    after: int

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        job.tries = len(self.ways)
        for part in [job.part(job.lane, pc, self) for pc in self.ways]:
            loop.run(part, now)
        return WAIT

    def joined(self, job: Job, part: Job, outcome: int, now: int, loop: Stage) -> None:
        """See Spawner."""
        job.tries -= 1
        if job.outcome == COMPLETED:
            job.outcome = outcome
        if job.tries:
            return
        job.parts = None
        job.waited += part.waited
        if job.outcome != COMPLETED:
            loop.end(job, job.outcome, now)
        else:
            loop.resume(job, now, self.after)

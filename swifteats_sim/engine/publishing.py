"""Publishing to a topic: a partition is chosen, its leader must be there, and what it acknowledges may be lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from swifteats_sim.engine.job import LOST, WAIT, Job, Stage
from swifteats_sim.engine.traffic import Traffic


class Leaders:
    """When a topic's leaders are lost, and what that costs (A26).

    losses : (at, lasting) of each election, ns, ascending. A producer waits until it is over.
    unsafe : ns before a loss in which a message that the leader alone acknowledged has reached no replica; 0 with acks
        of all.
    """

    def __init__(self, losses: tuple[tuple[int, int], ...] = (), unsafe: int = 0) -> None:
        """Nothing lost yet."""
        self.losses, self.unsafe = losses, unsafe

    def ready(self, now: int) -> int:
        """When a message can be published."""
        for at, lasting in self.losses:
            if at <= now < at + lasting:
                now = at + lasting
        return now

    def loses(self, now: int) -> bool:
        """Whether a message published now dies with its leader."""
        return any(at - self.unsafe <= now < at for at, _ in self.losses)


@dataclass(frozen=True)
class Place:
    """Be appended to a partition: `partition(job)`. geos : of each entity, where it has one."""

    partition: Callable[[Job], int]
    traffic: Traffic | None = None
    leaders: Leaders | None = None
    geos: Sequence[int] | None = None

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        if self.leaders is not None:
            ready = self.leaders.ready(now)
            if ready > now:
                job.waited += ready - now
                loop.resume(job, ready, job.pc)
                return WAIT
            if self.leaders.loses(now):
                if self.traffic is not None:
                    self.traffic.lose(now)
                loop.end(job, LOST, now)
                return WAIT
        job.partition = job.server = self.partition(job)
        if self.traffic is not None:
            geo = 0 if self.geos is None else self.geos[job.entity]
            self.traffic.place(job.flow.key_of(job), job.partition, now, geo)
        return job.pc + 1

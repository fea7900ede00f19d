"""Steps of messages: be logged, and be handled by a consumer."""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.engine.group import Group, Hand
from swifteats_sim.engine.job import COMPLETED, DEAD, FAILED, WAIT, Job, Stage, address, lane_below
from swifteats_sim.engine.retrying import REPEATABLE
from swifteats_sim.engine.streams import Stream


@dataclass(frozen=True)
class Consume:
    """Be logged, and handled by the topic's group. The next step is the `Handling`, or the handler's own first one."""

    group: Group
    stream: Stream
    place: int = 0

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        group, step = self.group, job.pc + 1
        taken = group.log(job, step, now, loop)
        share = group.delivery.duplicates
        if share and self.stream.uniform(job.entity, job.index, 0, address(job.lane, self.place)) < share:
            group.again(job, step, job.partition, now, loop)
        return step if taken else WAIT


@dataclass(frozen=True)
class Handling:
    """A consumer handles the message: the steps after this one. Then the job goes on at `after`.

    A handling that fails is repeated at once; after the last attempt the message is a dead letter (A24).
    """

    group: Group
    after: int
    stream: Stream
    place: int = 0

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        lane = lane_below(job.lane, self.place, job.tries)
        job.tries += 1
        loop.run(job.part(lane, job.pc + 1, self), now)
        return WAIT

    def joined(self, job: Job, part: Job, outcome: int, now: int, loop: Stage) -> None:
        """See Spawner."""
        job.parts = None
        job.waited += part.waited
        delivery = self.group.delivery
        if outcome == COMPLETED and delivery.failures:
            u = self.stream.uniform(job.entity, job.index, job.tries, address(job.lane, self.place))
            outcome = FAILED if u < delivery.failures else COMPLETED
        if outcome in REPEATABLE and job.tries < delivery.attempts:
            loop.resume(job, now, job.pc)
            return
        job.tries = 0
        if outcome == COMPLETED and not job.is_copy:
            job.adopt(part)
            put_down(job, self.group, now, loop)
            loop.resume(job, now, self.after)
        elif outcome in REPEATABLE:
            self.group.traffic.dead += self.group.traffic.counts(now) and not job.is_copy
            loop.end(job, DEAD, now)
        else:
            loop.end(job, outcome, now)


@dataclass(frozen=True)
class Handled:
    """The message is handled, where nothing can go wrong: its job took the handler's steps itself, in no `Handling`."""

    group: Group

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        put_down(job, self.group, now, loop)
        return job.pc + 1


def put_down(job: Job, group: Group, now: int, loop: Stage) -> None:
    """Let a job's consumer go."""
    hand = next(held for held in job.held or () if isinstance(held, Hand) and held.group is group)
    job.give_up(hand)
    hand.release(job, now, loop)

"""Steps that gather jobs into a batch, which then goes on as one."""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.engine.job import VOID, WAIT, Job, Stage


class Tray:
    """Jobs that wait for a batch of `size` (None: any number), or for its time.

    every : ns after which the first must not wait longer; without a size, ticks of that length counted from 0.
    apart : one batch a server, where each handles messages of its own; otherwise one for all.
    """

    def __init__(self, size: int | None, every: int, apart: bool = False) -> None:
        """Empty."""
        self.size, self.every, self.apart = size, every, apart
        self._waiting: dict[int, list[Seat]] = {}

    def waiting(self, job: Job) -> list[Seat]:
        """Those who wait with a job, or would."""
        return self._waiting.setdefault(job.server if self.apart else 0, [])

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return not any(self._waiting.values())

    def clear(self, job: Job) -> list[Seat]:
        """The same, who then wait no longer."""
        seats = self.waiting(job)
        self._waiting[job.server if self.apart else 0] = []
        return seats

    def departure(self, now: int) -> int:
        """When a batch whose first job comes now must go."""
        return now + self.every if self.size is not None else -(-now // self.every) * self.every


class Seat:
    """A job's place in a batch, on the tray and on the way; empty once the job is stopped there."""

    def __init__(self, job: Job, tray: Tray) -> None:
        self.job, self.tray, self.empty = job, tray, False

    def release(self, job: Job, now: int, loop: Stage) -> None:
        """See Held: where the first leaves the tray, the next in line wakes the batch instead."""
        self.empty = True
        waiting = self.tray.waiting(self.job)
        if self not in waiting:
            return
        first = waiting[0] is self
        waiting.remove(self)
        if first and waiting:
            heir = waiting[0].job
            loop.resume(heir, max(now, self.tray.departure(heir.since)), heir.pc)


class Members:
    """The seats that a batch's leader stands for, without its own."""

    def __init__(self, seats: list[Seat]) -> None:
        self.seats = seats

    def release(self, job: Job, now: int, loop: Stage) -> None:
        """See Held: where the leader does not get through, nobody does; where it is stopped, they gather anew."""
        for seat in self.seats:
            if seat.empty:
                continue
            if job.stopped:
                seat.job.give_up(seat)
                loop.resume(seat.job, now, seat.job.pc - 1)
            else:
                loop.end(seat.job, job.outcome, now)


@dataclass(frozen=True)
class Gather:
    """Wait for a batch. The next step is a `Depart`; the batch goes on at the one after it."""

    tray: Tray

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        waiting, seat = self.tray.waiting(job), Seat(job, self.tray)
        job.since = now
        job.pc += 1
        job.keep(seat)
        waiting.append(seat)
        if self.tray.size is not None and len(waiting) >= self.tray.size:
            return job.pc
        if len(waiting) == 1:
            loop.resume(job, self.tray.departure(now), job.pc)
        return WAIT


@dataclass(frozen=True)
class Depart:
    """The batch is full, or its time has come: the job that brings it here leads it."""

    tray: Tray

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        seats = self.tray.clear(job)
        for seat in seats:
            seat.job.waited += now - seat.job.since
            seat.job.turn = VOID  # the first need not wake any longer
            if seat.job is job:
                job.give_up(seat)
        job.keep(Members([seat for seat in seats if seat.job is not job]))
        return job.pc + 1


@dataclass(frozen=True)
class Scatter:
    """The batch is through: everybody goes on alone."""

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        members = next(held for held in reversed(job.held or ()) if isinstance(held, Members))
        job.give_up(members)
        for seat in members.seats:
            if not seat.empty:
                seat.job.give_up(seat)
                loop.resume(seat.job, now, job.pc + 1)
        return job.pc + 1

"""Retries: attempts with a timeout, exponential backoff with jitter, and a budget for the whole flow.

Sources: M. Brooker, "Exponential backoff and jitter" (AWS Architecture Blog, 2015); retry budgets as in Finagle.
"""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.engine.job import ABANDONED, COMPLETED, FAILED, REJECTED, VOID, WAIT, Job, Stage, address, lane_below
from swifteats_sim.engine.streams import Stream

MILLION = 1_000_000
SAVED = 10
"""Retries that a budget may save up."""
REPEATABLE = (REJECTED, ABANDONED, FAILED)
"""Outcomes that another attempt may mend."""


class Budget:
    """What a flow may spend on retries: every first attempt adds `share` of one, every retry costs one."""

    def __init__(self, share: float) -> None:
        """Nothing saved. share : retries per first attempt."""
        self.share, self._saved = round(share * MILLION), 0

    def earn(self) -> None:
        """A first attempt."""
        self._saved = min(self._saved + self.share, SAVED * MILLION)

    def spend(self) -> bool:
        """Whether a retry may be made; it is then paid for."""
        if self._saved < MILLION:
            return False
        self._saved -= MILLION
        return True


@dataclass(frozen=True)
class Terms:
    """attempts : at most, the first included; timeout : ns a client waits for one, None for ever.

    backoff : ns before the first retry, `factor` times more before each further one, less up to `jitter` of it.
    """

    attempts: int
    timeout: int | None
    backoff: int
    factor: float
    jitter: float

    def pause(self, tries: int, u: float) -> int:
        """Ns to wait after `tries` attempts; u in (0, 1)."""
        return round(self.backoff * self.factor ** (tries - 1) * (1.0 - self.jitter * u))


class Attempt:
    """Try the steps from `pc` + 2 on until they succeed; step `pc` + 1 is a `TimedOut`. Then go on at `after`.

    A client that has timed out is gone, but the attempt goes on and keeps servers busy. An answer at the very instant
    of the timeout is too late. A job has waited as long as its answered attempts have.
    """

    def __init__(self, terms: Terms, after: int, stream: Stream, budget: Budget | None = None, place: int = 0) -> None:
        """budget : shared by all jobs of the flow; None for no limit."""
        self.terms, self.after, self.stream, self.budget, self.place = terms, after, stream, budget, place

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        if job.tries == 0:
            job.flow.calls += job.flow.measures(job)
            if self.budget is not None:
                self.budget.earn()
        lane = lane_below(job.lane, self.place, job.tries)
        job.tries += 1
        job.flow.attempts += job.flow.measures(job)
        part = job.part(lane, job.pc + 2, self)
        if self.terms.timeout is not None:
            loop.resume(job, now + self.terms.timeout, job.pc + 1)
        loop.run(part, now)
        return WAIT

    def joined(self, job: Job, part: Job, outcome: int, now: int, loop: Stage) -> None:
        """See Spawner."""
        job.turn = VOID  # no timeout any longer
        job.parts = None
        job.waited += part.waited
        if outcome == COMPLETED:
            job.adopt(part)
            job.tries = 0
            loop.resume(job, now, self.after)
        elif outcome in REPEATABLE:
            self.again(job, now, loop, outcome)
        else:
            loop.end(job, outcome, now)

    def again(self, job: Job, now: int, loop: Stage, outcome: int) -> None:
        """Try once more after a pause, or end with the last attempt's outcome."""
        tries, step = job.tries, self._after_pause(job)
        spent = tries >= self.terms.attempts or (self.budget is not None and not self.budget.spend())
        if spent:
            loop.end(job, outcome, now)
        else:
            u = self.stream.uniform(job.entity, job.index, tries, address(job.lane, self.place))
            loop.resume(job, now + self.terms.pause(tries, u), step)

    def _after_pause(self, job: Job) -> int:
        """The number of this step: a job that waits for an attempt stands at it, or at the `TimedOut` behind."""
        return job.pc if job.flow.steps[job.pc] is self else job.pc - 1


@dataclass(frozen=True)
class TimedOut:
    """The client has waited long enough for an attempt."""

    attempt: Attempt

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        for part in job.parts or ():
            part.orphan = True
        job.parts = None
        self.attempt.again(job, now, loop, FAILED)
        return WAIT

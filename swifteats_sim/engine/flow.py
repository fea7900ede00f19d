"""A flow: one kind of job, its program of steps, and the record of its jobs."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.clock import MINUTE
from swifteats_sim.engine.histogram import Distribution, Histogram
from swifteats_sim.engine.job import ABANDONED, COMPLETED, OUTCOMES, STALE, Job, Step
from swifteats_sim.engine.streams import Stream

__all__ = ["Flow", "Keys", "Step"]


SAMPLES = 1 << 20
"""The most jobs of a flow that are noted one by one."""
EVERYBODY = 1 << 40
"""More than the entities of any flow."""


class Keys(Protocol):
    """What jobs ask for."""

    def key(self, stream: Stream, entity: int, index: int) -> int:
        """The key of one job."""


class Flow:
    """One kind of job and what became of the jobs born in the measured span [warmup, end) (ns).

    steps : its program, which ends its jobs by a step `End`.
    number : its place in the loop's total order, which the loop gives.
    keys : what its jobs ask for, with the stream they are drawn from; None: each entity asks for its own. keyed :
    whether they ask for something of their own.
    sampled : jobs of entities divisible by this are noted one by one in `sample` (entity, born, done), at most SAMPLES
    of them: where there would be more, every second of these entities is left out, with all its jobs.
    outcomes : jobs ended, by outcome. calls, attempts, wasted : first attempts; all of them; those that ended after
    their client had left.
    sent, ended, in_flight : jobs born; ended; entered and not ended. finished : jobs completed in the span. These are
    of all jobs, the other counts of those born in the span.
    """

    def __init__(
        self,
        name: str,
        steps: tuple[Step, ...],
        span: tuple[int, int],
        sampled: int = 0,
        keys: tuple[Keys, Stream] | None = None,
    ) -> None:
        """A flow without jobs."""
        self.name, self.steps, self.number = name, steps, -1
        self._warmup, self._end = span
        self.born = self.finished = self.stale = self.overwritten = self.calls = self.attempts = self.wasted = 0
        self.messages = self.bytes = 0
        self.outcomes = [0] * len(OUTCOMES)
        self.sent = self.ended = self.in_flight = 0
        self.sample: list[tuple[int, int, int]] = []
        self.sampled, self.keys, self.keyed = sampled, keys, keys is not None
        self.latency_counts, self.wait_counts = Histogram(), Histogram()
        self._last = self._end // MINUTE + 1
        self.changes, self.completions = [0] * (self._last + 1), [0] * (self._last + 1)
        self.stayed = 0

    def key_of(self, job: Job) -> int:
        """What a job asks for."""
        if job.key is None:
            if self.keys is None:
                job.key = job.entity
            else:
                keys, stream = self.keys
                job.key = keys.key(stream, job.entity, job.index)
        return job.key

    def bear(self, job: Job) -> None:
        """A job is born; it may enter later, or never."""
        self.sent += 1
        self.born += self.measures(job)

    def begin(self, job: Job) -> None:
        """A job enters; latency and presence count from here."""
        self.in_flight += 1
        entered, warmup, end = job.entered, self._warmup, self._end
        self.stayed -= entered if warmup <= entered < end else self._within(entered)
        self.changes[entered // MINUTE if entered < end else self._last] += 1

    def end(self, job: Job, outcome: int, now: int) -> None:
        """A job has ended."""
        if outcome == STALE:
            outcome = COMPLETED
        self.in_flight -= 1
        self.ended += 1
        warmup, end = self._warmup, self._end
        self.stayed += now if warmup <= now < end else self._within(now)
        minute = now // MINUTE if now < end else self._last
        self.changes[minute] -= 1
        if outcome == COMPLETED:
            self.completions[minute] += 1
            self.finished += warmup <= now < end
        if warmup <= job.born < end:
            self._count(job, outcome, now)

    def _count(self, job: Job, outcome: int, now: int) -> None:
        """The end of a job that is measured."""
        self.outcomes[outcome] += 1
        if outcome == COMPLETED:
            self.latency_counts.add(now - job.entered)
            self.wait_counts.add(job.waited)
            if self.sampled:
                self.note(job.entity, job.born, now)
        elif outcome == ABANDONED:
            self.wait_counts.add(job.waited)

    def note(self, entity: int, born: int, done: int) -> None:
        """A completed job that is measured, for the sample if its entity is in it."""
        if entity % self.sampled == 0:
            self.sample.append((entity, born, done))
            while len(self.sample) > SAMPLES and self.sampled < EVERYBODY:
                self.sampled *= 2
                self.sample = [each for each in self.sample if each[0] % self.sampled == 0]

    def measures(self, job: Job) -> bool:
        """Whether a job belongs to the measured span."""
        return self._warmup <= job.born < self._end

    @property
    def latency(self) -> Distribution:
        """Of those completed: ns from entry to completion."""
        return self.latency_counts.distribution()

    @property
    def wait(self) -> Distribution:
        """Of those completed or abandoned: ns in queues."""
        return self.wait_counts.distribution()

    @property
    def presence(self) -> int:
        """Time in flight in the measured span, summed over jobs, ns; to be asked when the run is over."""
        return self.stayed + self.in_flight * self._end

    def _within(self, now: int) -> int:
        """The instant of the measured span that is nearest to `now`."""
        return min(max(now, self._warmup), self._end)

    def completed_by_minute(self, minutes: int) -> NDArray[np.int64]:
        """int64[minutes]: jobs completed in each minute of the run."""
        return np.array(self.completions[:minutes], dtype=np.int64)

    def in_flight_by_minute(self, minutes: int) -> NDArray[np.int64]:
        """int64[minutes]: jobs in flight at the end of each minute of the run."""
        return np.cumsum(np.array(self.changes[:minutes], dtype=np.int64))

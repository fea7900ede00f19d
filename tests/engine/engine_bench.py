"""A bench for flows: small programs whose whole timeline fits into a reader's head. Times are ns unless said."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from swifteats_sim.engine.flow import Flow, Keys
from swifteats_sim.engine.histogram import Distribution
from swifteats_sim.engine.job import ABANDONED, COMPLETED, OUTCOMES, STALE, Job, Stage, Step
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.sources import NEVER, AtOnce, Periodic, Source
from swifteats_sim.engine.station import Balancing, Station
from swifteats_sim.engine.steps import Delay, End, Visit
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.usage import Usage

STREAM = Stream(1, 0, "bench")
EVER = 10**12
"""The end of the measured span, after everything that a test lets happen."""
SECOND = 10**9

Log = list[tuple[int, str, int]]
"""(now, what, index of the job), in the order in which it happened."""


def fixed(duration: int) -> Law:
    return Law([("deterministic", (duration * 1e-9,), ())], duration * 1e-9)


class Scripted(Law):
    """Durations given by the job's index and lane."""

    def __init__(self, duration: Callable[[int, int], int]) -> None:
        super().__init__([("deterministic", (0.0,), ())], 0.0)
        self._duration = duration

    def draw_ns(self, stream: Stream, entity: int, index: int = 0, step: int = 0, attempt: int = 0) -> int:
        return self._duration(index, attempt)


def each(*durations: int) -> Law:
    """Job k takes durations[k]."""
    return Scripted(lambda index, lane: durations[index])


def after(duration: int | Law, place: int = 0) -> Delay:
    return Delay(duration if isinstance(duration, Law) else fixed(duration), STREAM, place)


def desk(
    limit: int | None = None, balancing: Balancing = "shared", instances: int = 1, span: tuple[int, int] = (0, EVER)
) -> Station:
    return Station("desk", instances, 1, balancing, limit, Usage(*span))


def served(station: Station, duration: int | Law) -> Visit:
    return Visit(station, duration if isinstance(duration, Law) else fixed(duration), STREAM)


@dataclass
class Note:
    """A step that takes no time and notes who passes."""

    log: Log
    what: str

    def take(self, job: Job, now: int, loop: Stage) -> int:
        self.log.append((now, self.what, job.index))
        return job.pc + 1


@dataclass
class Ends:
    """A step at which a job ends."""

    outcome: int
    when: Callable[[Job], bool] = lambda job: True

    def take(self, job: Job, now: int, loop: Stage) -> int:
        if not self.when(job):
            return job.pc + 1
        loop.end(job, self.outcome, now)
        return -1


class Watched(Flow):
    """A flow that notes how each job ended.

    ends : (now, outcome, index). latencies, waits : ns, one by one in the order in which jobs ended, of those whose
    latency and wait the flow counts.
    """

    def __init__(
        self, *steps: Step, name: str = "f", span: tuple[int, int] = (0, EVER), keys: Keys | None = None
    ) -> None:
        super().__init__(name, (*steps, End()), span, sampled=1, keys=None if keys is None else (keys, STREAM))
        self.ends: Log = []
        self.latencies, self.waits = list[int](), list[int]()

    def end(self, job: Job, outcome: int, now: int) -> None:
        self.ends.append((now, "stale" if outcome == STALE else OUTCOMES[outcome], job.index))
        super().end(job, outcome, now)

    def _count(self, job: Job, outcome: int, now: int) -> None:
        if outcome == COMPLETED:
            self.latencies.append(now - job.entered)
        if outcome in (COMPLETED, ABANDONED):
            self.waits.append(job.waited)
        super()._count(job, outcome, now)


def exactly(durations: Distribution) -> list[int]:
    """Each duration, ascending; all of them short enough to be counted by themselves."""
    assert durations.lowest.tolist() == durations.highest.tolist()
    exact: list[int] = np.repeat(durations.lowest, durations.counts).tolist()
    return exact


class Once(AtOnce):
    """One job of entity 0 at each instant given, in order of time."""

    def __init__(self, *instants: int) -> None:
        self.instants = list(instants)

    def next(self, entity: int, index: int, born: int) -> int:
        return self.instants[index + 1] if index + 1 < len(self.instants) else NEVER

    def is_on(self, entity: int, index: int) -> bool:
        return True


def every(period: int, *phases: int) -> Periodic:
    return Periodic(period, array("q", phases))


def play(*flows: Flow, source: Source, until: int = EVER) -> Loop:
    """A loop whose first flow has this source, advanced to `until`."""
    loop = Loop(flows, {0: source})
    loop.open(0)
    loop.advance(until)
    return loop


def run(*steps: Step, births: tuple[int, ...] = (0,), until: int = EVER) -> Watched:
    """What became of jobs that take these steps."""
    flow = Watched(*steps)
    play(flow, source=Once(*births), until=until)
    return flow


def counts(flow: Flow) -> dict[str, int]:
    """Jobs ended, by outcome, without those that did not occur."""
    return {name: count for name, count in zip(OUTCOMES, flow.outcomes, strict=True) if count}

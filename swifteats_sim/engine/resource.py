"""Resources that jobs hold across several steps: who waits for them, who is next, and how they were used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from swifteats_sim.engine.job import Job, Stage
from swifteats_sim.engine.level import Level


class Holding:
    """How a resource was used in the measured span [warmup, end), ns.

    in_use, waiting : jobs that hold one, and that wait for one. takes, refused : jobs that got one, and that did not.
    wait : ns that those who got one waited for, from asking on, summed.
    max_wait : ns, the longest wait that reaches into the span, of all who waited; cut where the run ends.
    """

    def __init__(self, warmup: int, end: int) -> None:
        """Not used yet."""
        self._warmup, self._end = warmup, end
        self.in_use, self.waiting = Level(warmup, end), Level(warmup, end)
        self.takes = self.refused = self.wait = self.max_wait = 0

    def taken(self, since: int, now: int) -> None:
        """A job that asked at `since` has got one."""
        self.in_use.change(now, 1)
        if self._warmup <= now < self._end:
            self.takes += 1
            self.wait += now - since
        self.waited(since, now)

    def left(self, since: int, now: int) -> None:
        """A job that asked at `since` has gone without."""
        self.refused += self._warmup <= now < self._end
        self.waited(since, now)

    def close(self, waiting_since: Iterable[int]) -> None:
        """The run is over: who still waits has waited until now."""
        for since in waiting_since:
            self.waited(since, self._end)

    @property
    def held(self) -> int:
        """Time held, summed over jobs, ns; this and the next two are to be asked when the run is over."""
        return self.in_use.area

    @property
    def queued(self) -> int:
        """Time waited, summed over all who wait, ns: also those who went without, or wait still."""
        return self.waiting.area

    @property
    def most(self) -> int:
        """Jobs that held one at once."""
        return self.in_use.most

    def waited(self, since: int, now: int) -> None:
        """A wait is over."""
        if self._warmup <= now:
            self.max_wait = max(self.max_wait, min(now, self._end) - since)


@dataclass(eq=False)
class Waiter:
    """A job's place in the line for a resource, empty once the job is gone. step : where the job goes on."""

    resource: Resource
    job: Job
    step: int
    empty: bool = False

    def release(self, job: Job, now: int, loop: Stage) -> None:
        """See Held: the job goes without."""
        self.empty = True
        job.waited += now - job.since
        self.resource.holding.waiting.change(now, -1)
        self.resource.holding.waited(job.since, now)


class Resource:
    """`size` of something, held by one job each; those who wait are served by priority, then in order of asking.

    limit : over several resources, such as the connections that a database accepts (C76). left_waiting : when those
    began to wait whom another engine has found in line at the end.
    """

    def __init__(self, name: str, size: int, holding: Holding, limit: Ceiling | None = None) -> None:
        """All free."""
        self.name, self.size, self.holding = name, size, holding
        self._line: list[tuple[int, int, int, Waiter]] = []
        self._number = 0
        self.left_waiting: list[int] = []
        self.ceiling = limit or Ceiling(size)
        self.ceiling.resources.append(self)

    @property
    def used(self) -> int:
        """How many are held now."""
        return self.holding.in_use.value

    def is_free(self) -> bool:
        """Whether a job can have one now."""
        return self.used < self.size and self.ceiling.has_room()

    def give(self, job: Job, now: int) -> None:
        """A job that asked at `job.since` has one now."""
        job.waited += now - job.since
        job.keep(self)
        self.holding.taken(job.since, now)

    def queue(self, job: Job, priority: int, step: int, now: int) -> None:
        """Let a job wait for one, to go on at `step`."""
        waiter = Waiter(self, job, step)
        job.keep(waiter)
        self.holding.waiting.change(now, 1)
        self._number += 1
        heappush(self._line, (priority, now, self._number, waiter))

    def release(self, job: Job, now: int, loop: Stage) -> None:
        """See Held: who is first in line, here or at a resource under the same limit, gets it."""
        self.holding.in_use.change(now, -1)
        self.ceiling.serve_next(now, loop)

    def first(self) -> tuple[int, int] | tuple[()]:
        """(priority, instant of asking) of the first in line, () where nobody waits."""
        while self._line and self._line[0][3].empty:
            heappop(self._line)
        return self._line[0][:2] if self._line else ()

    def serve(self, now: int, loop: Stage) -> None:
        """Give one to the first in line."""
        waiter = heappop(self._line)[3]
        waiter.job.give_up(waiter)
        self.holding.waiting.change(now, -1)
        self.give(waiter.job, now)
        loop.resume(waiter.job, now, waiter.step)

    def waiting_since(self) -> list[int]:
        """When each job that still waits began to, ns, in the order in which they would be served."""
        line = sorted(self._line, key=lambda each: each[:3])
        return self.left_waiting + [since for _, since, _, waiter in line if not waiter.empty]

    def close(self) -> None:
        """The run is over."""
        self.holding.close(self.waiting_since())


class Ceiling:
    """How many may be held over several resources; an idle one is given up as soon as another is asked for."""

    def __init__(self, size: int) -> None:
        """None held."""
        self.size = size
        self.resources: list[Resource] = []

    def has_room(self) -> bool:
        """Whether one more may be held."""
        return sum(resource.used for resource in self.resources) < self.size

    def serve_next(self, now: int, loop: Stage) -> None:
        """Whoever is first in line at any of them gets one, if there is one."""
        asked = [resource for resource in self.resources if resource.first() and resource.is_free()]
        if asked:
            min(asked, key=lambda resource: resource.first()).serve(now, loop)

"""Steps that ask a cache, and fill it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from swifteats_sim.engine.cache import Cache
from swifteats_sim.engine.job import WAIT, Job, Stage, address

Waiting = tuple[Job, int, "Lookup"]
"""(job, asked, the lookup it stands at); void when the job has asked anew since."""


class Shelf:
    """A cache with the jobs that wait for somebody else's fill. single_flight : whether they do."""

    def __init__(self, name: str, cache: Cache, single_flight: bool) -> None:
        """Nobody waits."""
        self.name, self.cache, self.single_flight = name, cache, single_flight
        self.waiting: dict[int, deque[Waiting]] = {}

    def next_waiting(self, key: int, now: int) -> tuple[Job, Lookup] | None:
        """The first who still waits for a key, who then waits no longer."""
        waiting = self.waiting.get(key)
        while waiting:
            job, asked, lookup = waiting.popleft()
            if job.asked == asked:
                job.asked += 1
                job.waited += now - job.since
                return job, lookup
        self.waiting.pop(key, None)
        return None


class Filling:
    """A job's promise to fill one key. Broken by its end, it passes to the first who waits for it, who misses."""

    def __init__(self, shelf: Shelf, key: int, now: int) -> None:
        """The fill begins now."""
        self.shelf, self._key, self._begun = shelf, key, now
        shelf.cache.begin_fill(key, now)

    def fulfil(self, now: int, loop: Stage) -> None:
        """The value is there: all who waited have it."""
        self.shelf.cache.fill(self._key, now, self._begun)
        while (following := self.shelf.next_waiting(self._key, now)) is not None:
            waiting, lookup = following
            self.shelf.cache.share(now)
            loop.resume(waiting, now, lookup.hit)

    def release(self, job: Job, now: int, loop: Stage) -> None:
        """See Held."""
        self.shelf.cache.give_up(self._key, self._begun)
        following = self.shelf.next_waiting(self._key, now)
        if following is not None:
            heir, lookup = following
            heir.keep(Filling(self.shelf, self._key, now))
            loop.resume(heir, now, lookup.miss)


@dataclass(frozen=True)
class Lookup:
    """Ask the cache: go on at `hit`, or at `miss`, whose last step is a `Fill`."""

    shelf: Shelf
    hit: int
    miss: int
    place: int = 0

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        key, shelf = job.flow.key_of(job), self.shelf
        if shelf.cache.read(key, now, job.entity, job.index, 0, address(job.lane, self.place)):
            return self.hit
        if shelf.single_flight and shelf.cache.is_filling(key):
            job.asked += 1
            job.since = now
            shelf.waiting.setdefault(key, deque()).append((job, job.asked, self))
            return WAIT
        job.keep(Filling(shelf, key, now))
        return self.miss


@dataclass(frozen=True)
class Fill:
    """Put what was fetched into the cache, and go on at `after`."""

    shelf: Shelf
    after: int

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        fillings = (held for held in reversed(job.held or ()) if isinstance(held, Filling))
        filling = next(held for held in fillings if held.shelf is self.shelf)
        job.give_up(filling)
        filling.fulfil(now, loop)
        return self.after

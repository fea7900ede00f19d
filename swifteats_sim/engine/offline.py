"""Clients that lose their connection and send what they have kept when it is back (A40)."""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass

from swifteats_sim.engine.gaps import Gaps
from swifteats_sim.engine.job import LOST, Job, Stage
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.sources import Periodic
from swifteats_sim.engine.streams import Stream


@dataclass(frozen=True)
class Terms:
    """every : law of the time from one gap's end to the next gap; lasting : law of its length; seconds.

    keep : jobs a client keeps at most, the oldest go; parallel : kept jobs under way at once.
    """

    every: Law
    lasting: Law
    keep: int
    parallel: int
    stream: Stream


class Upload:
    """What one client sends when it is back: `parallel` jobs at once, the next when one is answered."""

    def __init__(self, parallel: int) -> None:
        """Nothing kept yet."""
        self._parallel = parallel
        self.kept: deque[Job] = deque()

    def start(self, now: int, loop: Stage) -> None:
        """The client is back."""
        for _ in range(min(self._parallel, len(self.kept))):
            self._next(now, loop)

    def release(self, job: Job, now: int, loop: Stage) -> None:
        """See Held: a job is answered, or ended."""
        self._next(now, loop)

    def _next(self, now: int, loop: Stage) -> None:
        if self.kept:
            job = self.kept.popleft()
            job.keep(self)
            job.entered = now
            job.flow.begin(job)
            loop.resume(job, now, 0)  # not at once: a job that ends there and then would send the next one from within


class Offline(Periodic):
    """A periodic source whose clients have gaps."""

    def __init__(self, period: int, phases: array[int], terms: Terms) -> None:
        """All switched off."""
        super().__init__(period, phases)
        self.terms = terms
        self.gaps = Gaps(terms.every, terms.lasting, terms.stream)
        self._uploads: dict[int, Upload] = {}

    def send(self, job: Job, now: int, loop: Stage) -> None:
        """See Source."""
        client = job.entity  # by number, as who waits for it to be back must not keep a job from vanishing
        back = self.gaps.back(client, now)
        if back == now:
            loop.begin(job, now)
            return
        if client not in self._uploads:
            upload = self._uploads[client] = Upload(self.terms.parallel)
            loop.remind(back, lambda at: self._back(client, upload, at, loop))
        kept = self._uploads[client].kept
        kept.append(job)
        if len(kept) > self.terms.keep:
            oldest = kept.popleft()
            oldest.entered, oldest.over = now, True
            oldest.flow.begin(oldest)
            oldest.flow.end(oldest, LOST, now)

    def _back(self, client: int, upload: Upload, now: int, loop: Stage) -> None:
        del self._uploads[client]
        upload.start(now, loop)


@dataclass(frozen=True)
class Answered:
    """The client has its answer: it sends the next of what it kept."""

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        sent = job
        while sent.parent is not None:
            sent = sent.parent[0]
        for held in [each for each in sent.held or () if isinstance(each, Upload)]:
            sent.give_up(held)
            held.release(sent, now, loop)
        return job.pc + 1

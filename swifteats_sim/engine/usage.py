"""How a station was used: totals clipped to the measured span, busy servers and queue by the minute."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.clock import MINUTE


class Usage:
    """Counters of one station.

    warmup, end : ns; the measured span is [warmup, end).
    visits : services begun inside it; rejected : jobs refused, abandoned : jobs that gave up waiting inside it.
    wait : ns that those visits waited for, from their arrival on, summed.
    busy, queued : ns inside it, summed over jobs: in service (a server that stands still with a job is busy), and
        waiting (of all, also those who gave up or still waited when the run ended).
    scanned : ns that those visits looked through connections for one message (C29).
    max_wait : ns, the longest wait that reaches into it, of all; cut where the run ends.
    """

    __slots__ = (
        "_end",
        "_warmup",
        "abandoned",
        "arrivals",
        "busy",
        "busy_minutes",
        "max_wait",
        "queued",
        "rejected",
        "scanned",
        "starts",
        "visits",
        "wait",
    )

    def __init__(self, warmup: int, end: int) -> None:
        """Nothing used yet."""
        minutes = -(-end // MINUTE) + 1
        self._warmup, self._end = warmup, end
        self.visits = self.rejected = self.abandoned = self.busy = self.wait = self.queued = self.max_wait = 0
        self.scanned = 0
        self.busy_minutes, self.arrivals, self.starts = [0] * minutes, [0] * minutes, [0] * minutes

    def reject(self, now: int) -> None:
        """A job that arrived `now` found the queue full."""
        self.rejected += self._warmup <= now < self._end

    def abandon(self, now: int, leave: int) -> None:
        """A job arrived `now`, waited, and leaves unserved at `leave`."""
        self.abandoned += self._warmup <= leave < self._end
        if leave > now:
            self._waits(now, leave)

    def visit(self, now: int, start: int, departure: int) -> None:
        """A job arrived `now`, is served from `start` and leaves at `departure`."""
        minute = start // MINUTE
        if departure <= self._end and minute == departure // MINUTE:
            self.busy_minutes[minute] += departure - start
        else:
            self._spread(start, departure)
        if start > now:
            self._waits(now, start)
        if self._warmup <= start < self._end:
            self.visits += 1
            self.wait += start - now
            if departure <= self._end:
                self.busy += departure - start
                return
        self.busy += max(0, min(departure, self._end) - max(start, self._warmup))

    def scan(self, start: int, lasting: int) -> None:
        """A visit that begins at `start` spends so much of its service on looking through connections."""
        self.scanned += lasting if self._warmup <= start < self._end else 0

    def _waits(self, now: int, until: int) -> None:
        """A wait; one that outlasts the run is still going on in its last minute, however long that is."""
        end = self._end
        if now >= end:
            return
        self.arrivals[now // MINUTE] += 1
        if until < end:
            self.starts[until // MINUTE] += 1
        else:
            until = end
        if self._warmup <= until:
            self.queued += until - max(now, self._warmup)
            self.max_wait = max(self.max_wait, until - now)

    def _spread(self, start: int, departure: int) -> None:
        """Busy time over the minutes it covers."""
        departure = min(departure, self._end)
        while start < departure:
            minute = start // MINUTE
            edge = min(departure, (minute + 1) * MINUTE)
            self.busy_minutes[minute] += edge - start
            start = edge

    def busy_servers(self, minutes: int) -> NDArray[np.float64]:
        """float64[minutes]: mean number of busy servers in each minute of the run, the last as long as it is."""
        lasted = np.minimum(np.arange(1, minutes + 1) * MINUTE, self._end) - np.arange(minutes) * MINUTE
        busy: NDArray[np.float64] = np.array(self.busy_minutes[:minutes], dtype=np.float64) / lasted
        return busy

    def queue(self, minutes: int) -> NDArray[np.int64]:
        """int64[minutes]: jobs waiting at the end of each minute of the run."""
        waiting = np.cumsum(self.arrivals, dtype=np.int64) - np.cumsum(self.starts, dtype=np.int64)
        return waiting[:minutes]

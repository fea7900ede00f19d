"""How a station was used: totals clipped to the measured span, busy servers and queue by the minute."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.clock import MINUTE


class Usage:
    """Counters of one station.

    warmup, end : ns; the measured span is [warmup, end).
    visits : services begun inside it; rejected : jobs refused, abandoned : jobs that gave up waiting inside it.
    busy, wait : ns inside it, summed over jobs (a server that stands still with a job is busy; those that gave up
        waited too); max_wait : ns, the longest wait that reaches into it.
    """

    __slots__ = (
        "_arrivals",
        "_busy",
        "_end",
        "_starts",
        "_warmup",
        "abandoned",
        "busy",
        "max_wait",
        "rejected",
        "visits",
        "wait",
    )

    def __init__(self, warmup: int, end: int) -> None:
        """Nothing used yet."""
        minutes = -(-end // MINUTE) + 1
        self._warmup, self._end = warmup, end
        self.visits = self.rejected = self.abandoned = self.busy = self.wait = self.max_wait = 0
        self._busy, self._arrivals, self._starts = [0] * minutes, [0] * minutes, [0] * minutes

    def reject(self, now: int) -> None:
        """A job that arrived `now` found the queue full."""
        self.rejected += self._warmup <= now < self._end

    def abandon(self, now: int, leave: int) -> None:
        """A job arrived `now`, waited, and leaves unserved at `leave`."""
        self.abandoned += self._warmup <= leave < self._end
        if leave > now:
            self._queued(now, leave)

    def visit(self, now: int, start: int, departure: int) -> None:
        """A job arrived `now`, is served from `start` and leaves at `departure`."""
        minute = start // MINUTE
        if departure <= self._end and minute == departure // MINUTE:
            self._busy[minute] += departure - start
        else:
            self._spread(start, departure)
        if start > now:
            self._queued(now, start)
        if self._warmup <= start < self._end:
            self.visits += 1
            if departure <= self._end:
                self.busy += departure - start
                return
        self.busy += max(0, min(departure, self._end) - max(start, self._warmup))

    def _queued(self, now: int, start: int) -> None:
        minutes = len(self._starts)
        if (arrived := now // MINUTE) < minutes:
            self._arrivals[arrived] += 1
        if (started := start // MINUTE) < minutes:
            self._starts[started] += 1
        self.wait += max(0, min(start, self._end) - max(now, self._warmup))
        if self._warmup < start and now < self._end:
            self.max_wait = max(self.max_wait, min(start, self._end) - now)

    def _spread(self, start: int, departure: int) -> None:
        """Busy time over the minutes it covers."""
        departure = min(departure, self._end)
        while start < departure:
            minute = start // MINUTE
            edge = min(departure, (minute + 1) * MINUTE)
            self._busy[minute] += edge - start
            start = edge

    def busy_servers(self, minutes: int) -> NDArray[np.float64]:
        """float64[minutes]: mean number of busy servers in each minute of the run."""
        return np.array(self._busy[:minutes], dtype=np.float64) / MINUTE

    def queue(self, minutes: int) -> NDArray[np.int64]:
        """int64[minutes]: jobs waiting at the end of each minute of the run."""
        waiting = np.cumsum(self._arrivals, dtype=np.int64) - np.cumsum(self._starts, dtype=np.int64)
        return waiting[:minutes]

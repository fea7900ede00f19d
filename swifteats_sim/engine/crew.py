"""A crew: the servers of one queue where instances pause, each at the pace of its instance."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heapreplace

from swifteats_sim.engine.pauses import Pace


class Crew:
    """Servers on a heap by (instant they can begin, number). Jobs come in order of time."""

    __slots__ = ("paces", "ready")

    def __init__(self, paces: Sequence[Pace]) -> None:
        """paces : one a server."""
        self.paces = list(paces)
        self.ready = [(pace.begin(0), server) for server, pace in enumerate(paces)]
        heapify(self.ready)

    def first(self, now: int) -> int:
        """When a job that arrives `now` can begin: at once, or when the first server is free and awake."""
        ready = self.ready
        while ready[0][0] < now:
            server = ready[0][1]
            begin = self.paces[server].begin(now)
            if begin == now:
                break
            heapreplace(ready, (begin, server))  # idle, and asleep by now
        return max(now, ready[0][0])

    def serve(self, start: int, service: int) -> int:
        """The departure of a job that begins at `start`, as `first` just said."""
        server = self.ready[0][1]
        pace = self.paces[server]
        departure = pace.finish(start, service)
        heapreplace(self.ready, (pace.begin(departure), server))
        return departure

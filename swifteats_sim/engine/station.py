"""A station: servers with first-come-first-served queues, which know a job's departure when it arrives.

With FIFO order and a service time drawn on arrival, start = max(now, earliest free server) and departure =
start + service, so a visit costs one event however long the queue. Arrivals must come in order of time.
"""

from __future__ import annotations

from collections import deque
from heapq import heapreplace
from typing import Literal

from swifteats_sim.engine.usage import Usage

Balancing = Literal["shared", "round_robin", "partition"]
REJECTED = -1


class Station:
    """`instances` x `concurrency` servers.

    balancing : "shared" is one queue for all servers; "round_robin" one queue an instance, taken in turn;
        "partition" the instance that owns the job's partition.
    limit : jobs that may wait in one queue, None for no limit.
    """

    def __init__(
        self,
        name: str,
        instances: int,
        concurrency: int,
        balancing: Balancing,
        limit: int | None,
        usage: Usage,
    ) -> None:
        """A station with every server free."""
        queues, servers = (1, instances * concurrency) if balancing == "shared" else (instances, concurrency)
        self.name = name
        self.servers = instances * concurrency
        self.usage = usage
        self._free = [[0] * servers for _ in range(queues)]
        self._waiting: list[deque[int]] = [deque() for _ in range(queues)]
        self._balancing = balancing
        self._limit = limit
        self._turn = -1

    def visit(self, now: int, service: int, partition: int = 0) -> tuple[int, int]:
        """(start, departure) of a job that arrives `now`, or (REJECTED, REJECTED) by a full queue.

        service : ns; partition : the job's partition, used by "partition" balancing only.
        """
        queue = self._queue(partition)
        free = self._free[queue]
        start = free[0]
        if start < now:
            start = now
        elif self._limit is not None and self._is_full(queue, now, start):
            self.usage.reject(now)
            return REJECTED, REJECTED
        departure = start + service
        heapreplace(free, departure)
        self.usage.visit(now, start, departure)
        return start, departure

    def _queue(self, partition: int) -> int:
        if self._balancing == "shared":
            return 0
        if self._balancing == "partition":
            return partition % len(self._free)
        self._turn = (self._turn + 1) % len(self._free)
        return self._turn

    def _is_full(self, queue: int, now: int, start: int) -> bool:
        """Whether the job would have to wait and may not; otherwise its start is noted."""
        waiting = self._waiting[queue]
        while waiting and waiting[0] <= now:
            waiting.popleft()
        if start <= now:
            return False
        assert self._limit is not None
        if len(waiting) >= self._limit:
            return True
        waiting.append(start)
        return False

"""A station: servers with first-come-first-served queues, which know a job's departure when it arrives.

With FIFO order and a service time drawn on arrival, start = max(now, earliest free server) and departure =
start + service, so a visit costs one event however long the queue. Pauses are known beforehand and patience on
arrival, so both keep that. Arrivals must come in order of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush, heapreplace

from swifteats_sim.engine.balancing import (
    Balancer,
    Balancing,
    ByPartition,
    Health,
    HealthChecked,
    LeastBusy,
    RoundRobin,
    Weighted,
)
from swifteats_sim.engine.crew import Crew
from swifteats_sim.engine.pauses import NONE, Pace, Window
from swifteats_sim.engine.usage import Usage

__all__ = ["ABANDONED", "REJECTED", "Balancing", "Station"]

REJECTED, ABANDONED = -1, -2


class Station:
    """`instances` x `concurrency` servers.

    balancing : "shared" is one queue for all servers; else one queue an instance, and a job goes to: "round_robin"
        the next, "weighted" the next by `weights`, "health_checked" the next that passes its checks of `health`,
        "least_busy" the one with the fewest jobs present, "partition" the one that owns the job's partition.
    limit : jobs that may wait in one queue, None for no limit.
    slowdowns : when instances are slow or stand still. Service under way is stretched; a job never begins in a
        standstill; other servers of its queue go on.
    """

    def __init__(
        self,
        name: str,
        instances: int,
        concurrency: int,
        balancing: Balancing,
        limit: int | None,
        usage: Usage,
        *,
        weights: Sequence[int] = (),
        health: Health | None = None,
        slowdowns: Sequence[Window] = NONE,
    ) -> None:
        """A station with every server free.

        ValueError where "weighted" has not one weight an instance or "health_checked" no health.
        """
        queues, servers = (1, instances * concurrency) if balancing == "shared" else (instances, concurrency)
        paces = [Pace(slowdowns, instance) for instance in range(instances)]
        self.name = name
        self.servers = instances * concurrency
        self.usage = usage
        self.free = [[0] * servers for _ in range(queues)]
        self.crews: list[Crew] | None = None
        if slowdowns:
            owners = [pace for pace in paces for _ in range(concurrency)]
            self.crews = [Crew(owners[queue * servers :][:servers]) for queue in range(queues)]
        self._waiting: list[list[int]] = [[] for _ in range(queues)]
        self.limit = limit
        balancer = self.balancer = _balancer(balancing, instances, weights, health, paces)
        self._choose = balancer.choose if balancer else None
        self._join = balancer.join if isinstance(balancer, LeastBusy) else None
        self._is_plain = self.crews is None and self._join is None

    @property
    def has_limit(self) -> bool:
        """Whether a queue can be full."""
        return self.limit is not None

    def visit(self, now: int, service: int, partition: int = 0, patience: int | None = None) -> tuple[int, int]:
        """(start, departure) of a job that arrives `now` (ns).

        (REJECTED, REJECTED) by a full queue; (ABANDONED, now + patience) where it would wait longer than that: it
        waits so long and leaves unserved.
        service : ns; partition : the job's partition, used by "partition" balancing only; patience : ns.
        """
        queue = 0 if self._choose is None else self._choose(now, partition)
        free = self.free[queue]
        start = free[0] if self.crews is None else self.crews[queue].first(now)
        if start <= now:
            start = now
        elif self.limit is not None or patience is not None:
            leave = start if patience is None else min(start, now + patience)
            if self.limit is not None and self._is_full(queue, now, leave):
                self.usage.reject(now)
                return REJECTED, REJECTED
            if leave < start:
                return self._abandon(queue, now, leave)
        if self._is_plain:
            departure = start + service
            heapreplace(free, departure)
        else:
            departure = self._serve(queue, start, service)
        self.usage.visit(now, start, departure)
        return start, departure

    def _serve(self, queue: int, start: int, service: int) -> int:
        """The departure where instances pause or their jobs are counted."""
        if self.crews is None:
            departure = start + service
            heapreplace(self.free[queue], departure)
        else:
            departure = self.crews[queue].serve(start, service)
        if self._join is not None:
            self._join(queue, departure)
        return departure

    def _is_full(self, queue: int, now: int, leave: int) -> bool:
        """Whether the job may not wait; otherwise it is noted to wait until `leave`."""
        waiting = self._waiting[queue]
        while waiting and waiting[0] <= now:
            heappop(waiting)
        assert self.limit is not None
        if len(waiting) >= self.limit:
            return True
        heappush(waiting, leave)
        return False

    def _abandon(self, queue: int, now: int, leave: int) -> tuple[int, int]:
        if self._join is not None:
            self._join(queue, leave)
        self.usage.abandon(now, leave)
        return ABANDONED, leave


def _balancer(
    balancing: Balancing, instances: int, weights: Sequence[int], health: Health | None, paces: Sequence[Pace]
) -> Balancer | None:
    """What chooses among several queues, None where there is one."""
    if balancing == "round_robin":
        return RoundRobin(instances)
    if balancing == "partition":
        return ByPartition(instances)
    if balancing == "least_busy":
        return LeastBusy(instances)
    if balancing == "weighted":
        if len(weights) != instances or min(weights) < 1:
            raise ValueError(f"{instances} instances need as many positive weights, not {list(weights)}")
        return Weighted(weights)
    if balancing == "health_checked":
        if health is None:
            raise ValueError("balancing health_checked needs health")
        return HealthChecked(paces, health)
    return None

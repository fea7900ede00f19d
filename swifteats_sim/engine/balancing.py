"""Balancing: which instance of a station gets a job, decided when the job arrives."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Literal, NamedTuple, Protocol

from swifteats_sim.engine.pauses import Pace

Balancing = Literal["shared", "round_robin", "least_busy", "weighted", "health_checked", "partition"]


class Health(NamedTuple):
    """A check of every instance at 0, `every`, 2 `every`, ... (ns).

    It fails where the instance stands still. After `failures` failed checks in a row the instance is out, from
    that check until the next good one (A65).
    """

    every: int
    failures: int


class Balancer(Protocol):
    """What chooses an instance. Jobs come in order of time."""

    def choose(self, now: int, partition: int) -> int:
        """The instance of a job that arrives `now` (ns)."""


class RoundRobin:
    """Instances in turn."""

    def __init__(self, instances: int) -> None:
        """Instance 0 is next."""
        self._instances, self._turn = instances, -1

    def choose(self, now: int, partition: int) -> int:
        """The instance after the last one."""
        self._turn = (self._turn + 1) % self._instances
        return self._turn


class ByPartition:
    """The instance that owns the job's partition."""

    def __init__(self, instances: int) -> None:
        """Partitions are dealt out in turn."""
        self._instances = instances

    def choose(self, now: int, partition: int) -> int:
        """Partition p belongs to instance p modulo their number."""
        return partition % self._instances


class Weighted:
    """Smooth weighted round robin: as often as the weights say, and never many in a row.

    At each choice every instance gains its weight, the one with most is taken (ties: the lowest number) and pays
    the sum of all weights. Source: nginx, `ngx_http_upstream_round_robin.c` (since 1.3.1): 5, 1, 1 gives a a b a c a a.
    """

    def __init__(self, weights: Sequence[int]) -> None:
        """weights : positive, one an instance."""
        self.weights, self._sum = list(weights), sum(weights)
        self._credit = [0] * len(weights)

    def choose(self, now: int, partition: int) -> int:
        """The instance with most credit."""
        credit, chosen = self._credit, 0
        for instance, weight in enumerate(self.weights):
            credit[instance] += weight
            if credit[instance] > credit[chosen]:
                chosen = instance
        credit[chosen] -= self._sum
        return chosen


class LeastBusy:
    """The instance with the fewest jobs present, waiting or served; ties: the lowest number.

    As nginx's least_conn, `ngx_http_upstream_least_conn_module.c`, which takes ties in turn.
    """

    def __init__(self, instances: int) -> None:
        """No job anywhere."""
        self._present: list[list[int]] = [[] for _ in range(instances)]

    def choose(self, now: int, partition: int) -> int:
        """The instance with the fewest jobs; one that leaves now is gone."""
        chosen, fewest = 0, -1
        for instance, present in enumerate(self._present):
            while present and present[0] <= now:
                heappop(present)
            if fewest < 0 or len(present) < fewest:
                chosen, fewest = instance, len(present)
        return chosen

    def join(self, instance: int, until: int) -> None:
        """A job is present at the instance until then (ns)."""
        heappush(self._present[instance], until)


class HealthChecked:
    """Instances in turn, but for those that are out; if all are, as if none were."""

    def __init__(self, paces: Sequence[Pace], health: Health) -> None:
        """paces : one an instance."""
        self.edges = [outages(pace, health) for pace in paces]
        self._turn = -1

    def choose(self, now: int, partition: int) -> int:
        """The next instance that is not out."""
        instances = len(self.edges)
        for step in range(1, instances + 1):
            instance = (self._turn + step) % instances
            if bisect_right(self.edges[instance], now) % 2 == 0:
                self._turn = instance
                return instance
        self._turn = (self._turn + 1) % instances
        return self._turn


def outages(pace: Pace, health: Health) -> list[int]:
    """Instants (ns, ascending) at which the instance goes out, comes back, goes out, ..."""
    edges = list[int]()
    for first, last in _failed(pace, health.every):
        if last - first + 1 >= health.failures:
            edges += [(first + health.failures - 1) * health.every, (last + 1) * health.every]
    return edges


def _failed(pace: Pace, every: int) -> list[tuple[int, int]]:
    """(first, last) number of the checks that fail in a row, each time."""
    rows = list[tuple[int, int]]()
    for start, end in pace.standstills():
        first, last = -(-start // every), -(-end // every) - 1
        if rows and first <= rows[-1][1] + 1:
            first = rows.pop()[0]  # no good check between the two
        if first <= last:
            rows.append((first, last))
    return rows

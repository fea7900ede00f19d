"""Queues against theory: mean and p99 of waiting, from replications, and mutants that the same check catches.

One value a replication, a t-interval over 30 replications, Bonferroni over all values asked about: a right engine fails
one of these tests in a thousand seeds. The seed was chosen once. Each replication is long beside the queue's memory, so
that the bias of its p99 is small beside the interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.sources import Renewal
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.steps import End, Visit
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.usage import Usage

pytestmark = pytest.mark.slow

REPLICATIONS = 30
WARMUP, MEASURED = 500, 20_000
"""Jobs. Relaxation takes about 40 services at these loads."""
SECOND = 1_000_000_000
SEED = 11
ALPHA = 1e-3


class Queue(NamedTuple):
    """A queue of `servers`, with a mean service of 1 s, offered `rate` jobs/s."""

    rate: float
    servers: int
    service: str

    def theory(self) -> dict[str, float]:
        """Seconds."""
        if self.service == "deterministic":
            return {"mean": deterministic_mean(self.rate), "p99": deterministic_quantile(self.rate, 0.99)}
        waiting = erlang_c(self.servers, self.rate)
        drain = self.servers - self.rate
        return {"mean": waiting / drain, "p99": math.log(waiting / 0.01) / drain}


def erlang_c(servers: int, load: float) -> float:
    """Probability that a job waits in M/M/c."""
    terms = [load**k / math.factorial(k) for k in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(terms) + last)


def deterministic_mean(load: float) -> float:
    """Mean wait in M/D/1, by Pollaczek and Khinchine."""
    return load / (2.0 * (1.0 - load))


def deterministic_quantile(load: float, p: float) -> float:
    """Quantile of the wait in M/D/1, by Erlang's sum for its distribution."""

    def below(t: float) -> float:
        terms = [
            math.exp(load * (t - k)) * (-load * (t - k)) ** k / math.factorial(k) for k in range(math.floor(t) + 1)
        ]
        return (1.0 - load) * math.fsum(terms)

    return float(optimize.brentq(lambda t: below(t) - p, 0.0, 30.0))


class Watched(Station):
    """A station that notes each arrival and service, and when the service began."""

    def __init__(self, servers: int) -> None:
        super().__init__("desk", 1, servers, "shared", None, Usage(0, SECOND))
        self.seen: list[tuple[int, int, int]] = []

    def visit(self, now: int, service: int, partition: int = 0, patience: int | None = None) -> tuple[int, int]:
        start, departure = super().visit(now, service, partition, patience)
        self.seen.append((now, service, start))
        return start, departure


@cache
def seen(queue: Queue) -> list[NDArray[np.int64]]:
    """int64[jobs, 3] a replication: arrival, service and start (ns)."""
    gap = Law([("exponential", (1.0 / queue.rate,), ())], 1.0 / queue.rate)
    service = Law([(queue.service, (1.0,), ())], 1.0)
    every = []
    for replication in range(REPLICATIONS):
        streams, desk = Streams(SEED, replication), Watched(queue.servers)
        flow = Flow("job", (Visit(desk, service, streams("service")), End()), (0, SECOND))
        loop = Loop((flow,), {0: Renewal(gap, streams("arrivals"))})
        loop.open(0)
        while len(desk.seen) < WARMUP + MEASURED:
            loop.advance(loop.now + 1000 * SECOND)
        every.append(np.array(desk.seen[: WARMUP + MEASURED], dtype=np.int64))
    return every


def waits(queue: Queue) -> list[NDArray[np.float64]]:
    """Seconds, a replication."""
    return [(jobs[WARMUP:, 2] - jobs[WARMUP:, 0]) / SECOND for jobs in seen(queue)]


STATISTICS: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "mean": lambda waits: float(waits.mean()),
    "p99": lambda waits: float(np.percentile(waits, 99)),
}


def interval(values: list[float]) -> tuple[float, float]:
    """Mean and half-width, at ALPHA over all values that this file asks about."""
    reach = stats.t.ppf(1.0 - ALPHA / len(STATISTICS) / len(QUEUES) / 2.0, len(values) - 1)
    return float(np.mean(values)), float(reach * np.std(values, ddof=1) / math.sqrt(len(values)))


def contradicted(queue: Queue, waits: list[NDArray[np.float64]]) -> set[str]:
    """The statistics whose interval excludes what theory says."""
    theory, wrong = queue.theory(), set()
    for name, statistic in STATISTICS.items():
        middle, half = interval([statistic(one) for one in waits])
        if abs(middle - theory[name]) > half:
            wrong.add(name)
    return wrong


QUEUES = {
    "M/M/1": Queue(0.65, 1, "exponential"),
    "M/M/3": Queue(2.1, 3, "exponential"),
    "M/D/1": Queue(0.65, 1, "deterministic"),
}


def test_the_theory_is_that_of_the_textbooks() -> None:
    assert erlang_c(1, 0.65) == pytest.approx(0.65)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    # Tables of M/D/1: at load 0.5 the wait is 0 with probability 0.5, and below one service with 0.5 * exp(0.5).
    assert deterministic_quantile(0.5, 0.5 * math.exp(0.5)) == pytest.approx(1.0)


@pytest.mark.parametrize("name", QUEUES)
def test_waiting_is_what_theory_says(name: str) -> None:
    queue = QUEUES[name]
    assert contradicted(queue, waits(queue)) == set()
    # An interval this narrow says something.
    for what, statistic in STATISTICS.items():
        assert interval([statistic(one) for one in waits(queue)])[1] < 0.1 * queue.theory()[what]


def last_come_first_served(jobs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Waits (s) of the same jobs at one server that takes the newest."""
    stack, starts, free = list[int](), np.zeros(len(jobs), dtype=np.int64), 0
    for number, (arrival, _, _) in enumerate(jobs.tolist()):
        while stack and free < arrival:
            newest = stack.pop()
            starts[newest] = max(free, jobs[newest, 0])
            free = int(starts[newest] + jobs[newest, 1])
        stack.append(number)
    while stack:
        newest = stack.pop()
        starts[newest] = max(free, jobs[newest, 0])
        free = int(starts[newest] + jobs[newest, 1])
    return (starts[WARMUP:] - jobs[WARMUP:, 0]) / SECOND


def test_the_same_check_catches_last_come_first_served_by_its_p99() -> None:
    queue = QUEUES["M/M/1"]
    mutant = [last_come_first_served(jobs) for jobs in seen(queue)]
    assert "p99" in contradicted(queue, mutant)
    # The mean cannot tell: the same work waits, only in another order.
    assert np.mean([each.mean() for each in mutant]) == pytest.approx(queue.theory()["mean"], rel=0.05)


def test_the_same_check_catches_a_server_too_many() -> None:
    queue = QUEUES["M/M/3"]
    assert contradicted(queue, waits(queue._replace(servers=4))) == {"mean", "p99"}


def test_the_same_check_catches_arrivals_and_services_on_one_stream() -> None:
    queue = QUEUES["M/M/1"]
    coupled = []
    for jobs in seen(queue):
        gaps = np.diff(jobs[:, 0], prepend=0)
        # One number for both: a long gap before every long service.
        services = np.round(gaps * queue.rate).astype(np.int64)
        free, wait = 0, []
        for arrival, service in zip(jobs[:, 0].tolist(), services.tolist(), strict=True):
            start = max(free, arrival)
            wait.append((start - arrival) / SECOND)
            free = start + service
        coupled.append(np.array(wait[WARMUP:]))
    assert contradicted(queue, coupled) == {"mean", "p99"}

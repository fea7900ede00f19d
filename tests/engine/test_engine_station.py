"""Stations: timelines by hand, and the same departures as two independent models of a queue."""

from __future__ import annotations

from collections.abc import Generator
from itertools import accumulate
from typing import Any

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.station import REJECTED, Balancing, Station
from swifteats_sim.engine.usage import Usage

REFUSED = (REJECTED, REJECTED)
JOBS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=60).map(
    lambda pairs: list(zip(accumulate(gap for gap, _ in pairs), (service for _, service in pairs), strict=True))
)
"""(arrival, service) in order of arrival; many arrive at the same instant, some need no service."""


def station(
    instances: int = 1, concurrency: int = 1, balancing: Balancing = "shared", limit: int | None = None
) -> Station:
    return Station("desk", instances, concurrency, balancing, limit, Usage(0, 10**12))


def test_one_server_serves_one_after_the_other() -> None:
    desk = station()
    assert [desk.visit(now, service) for now, service in [(0, 5), (1, 5), (2, 1), (20, 3)]] == [
        (0, 5), (5, 10), (10, 11), (20, 23),
    ]  # fmt: skip


def test_a_job_that_arrives_as_another_leaves_does_not_wait() -> None:
    desk = station()
    assert [desk.visit(0, 5), desk.visit(5, 2)] == [(0, 5), (5, 7)]


def test_two_servers_share_one_queue() -> None:
    desk = station(instances=1, concurrency=2)
    assert [desk.visit(0, 10), desk.visit(0, 3), desk.visit(1, 4), desk.visit(2, 1)] == [
        (0, 10), (0, 3), (3, 7), (7, 8),
    ]  # fmt: skip


def test_shared_instances_are_one_row_of_servers() -> None:
    desk = station(instances=2, concurrency=2)
    assert desk.servers == 4
    assert [desk.visit(0, 9)[0] for _ in range(5)] == [0, 0, 0, 0, 9]


def test_round_robin_takes_instances_in_turn_even_when_another_is_free() -> None:
    desk = station(instances=2, balancing="round_robin")
    assert [desk.visit(0, 10), desk.visit(0, 1), desk.visit(2, 1), desk.visit(2, 1)] == [
        (0, 10), (0, 1), (10, 11), (2, 3),
    ]  # fmt: skip


def test_a_partition_belongs_to_one_instance() -> None:
    desk = station(instances=2, balancing="partition")
    assert [desk.visit(0, 5, partition) for partition in (0, 2, 1, 4, 3)] == [
        (0, 5), (5, 10), (0, 5), (10, 15), (5, 10),
    ]  # fmt: skip


def test_a_full_queue_rejects_exactly_the_job_too_many() -> None:
    desk = station(limit=2)
    visits = [desk.visit(now, 10) for now in (0, 1, 2, 3, 10, 10, 25)]
    # One is served and two wait at 3; at 10 one place frees, and is taken at once; at 20 another.
    assert visits == [(0, 10), (10, 20), (20, 30), REFUSED, (30, 40), REFUSED, (40, 50)]
    assert desk.usage.rejected == 2
    assert desk.usage.visits == 5


def test_without_waiting_places_only_a_free_server_admits() -> None:
    desk = station(concurrency=2, limit=0)
    assert [desk.visit(now, 5) for now in (0, 0, 4, 5)] == [(0, 5), (0, 5), REFUSED, (5, 10)]


def test_each_queue_has_its_own_limit() -> None:
    desk = station(instances=2, balancing="partition", limit=1)
    assert [desk.visit(0, 5, partition) for partition in (0, 0, 0, 1)] == [(0, 5), (5, 10), REFUSED, (0, 5)]


def test_a_service_of_no_time_still_waits_its_turn() -> None:
    desk = station()
    assert [desk.visit(0, 0), desk.visit(0, 4), desk.visit(1, 0), desk.visit(1, 2)] == [(0, 0), (0, 4), (4, 4), (4, 6)]


def simpy_departures(jobs: list[tuple[int, int]], servers: int) -> list[int]:
    """A plain SimPy model of the same queue."""
    world = simpy.Environment()
    desk = simpy.Resource(world, servers)
    departures = [-1] * len(jobs)

    def job(number: int, arrival: int, service: int) -> Generator[simpy.Event, Any, None]:
        yield world.timeout(arrival)
        with desk.request() as turn:
            yield turn
            yield world.timeout(service)
            departures[number] = int(world.now)

    for number, (arrival, service) in enumerate(jobs):
        world.process(job(number, arrival, service))
    world.run()
    return departures


@settings(max_examples=150, deadline=None)
@given(JOBS, st.integers(1, 4))
def test_departures_are_those_of_a_simpy_resource(jobs: list[tuple[int, int]], servers: int) -> None:
    desk = station(concurrency=servers)
    assert [desk.visit(*job)[1] for job in jobs] == simpy_departures(jobs, servers)


def tick_by_tick(jobs: list[tuple[int, int]], servers: int, limit: int) -> list[tuple[int, int]]:
    """A queue played tick by tick: who leaves, who steps up from the queue, who comes and finds what place."""
    busy_until, queue = list[int](), list[int]()
    visits = [REFUSED] * len(jobs)
    for now in range(sum(service for _, service in jobs) + max((at for at, _ in jobs), default=0) + 1):
        busy_until = [end for end in busy_until if end > now]
        while queue and len(busy_until) < servers:
            number = queue.pop(0)
            busy_until.append(now + jobs[number][1])
            visits[number] = now, now + jobs[number][1]
        for number, (arrival, service) in enumerate(jobs):
            if arrival != now:
                continue
            if len(busy_until) < servers:
                busy_until.append(now + service)
                visits[number] = now, now + service
            elif len(queue) < limit:
                queue.append(number)
    return visits


@settings(max_examples=150, deadline=None)
@given(JOBS.map(lambda jobs: [(at, service + 1) for at, service in jobs]), st.integers(1, 3), st.integers(0, 4))
def test_a_limited_queue_is_that_of_a_game_played_tick_by_tick(
    jobs: list[tuple[int, int]], servers: int, limit: int
) -> None:
    desk = station(concurrency=servers, limit=limit)
    visits = [desk.visit(*job) for job in jobs]
    assert visits == tick_by_tick(jobs, servers, limit)
    assert desk.usage.rejected == visits.count(REFUSED)


@settings(max_examples=50, deadline=None)
@given(JOBS, st.integers(1, 3))
def test_a_queue_that_is_long_enough_is_no_limit(jobs: list[tuple[int, int]], servers: int) -> None:
    endless, long = station(concurrency=servers), station(concurrency=servers, limit=len(jobs))
    assert [long.visit(*job) for job in jobs] == [endless.visit(*job) for job in jobs]


@pytest.mark.parametrize("balancing", ["round_robin", "partition"])
@settings(max_examples=50, deadline=None)
@given(jobs=JOBS)
def test_queues_of_instances_are_stations_of_their_own(balancing: Balancing, jobs: list[tuple[int, int]]) -> None:
    desk = station(instances=3, concurrency=2, balancing=balancing)
    alone = [station(concurrency=2) for _ in range(3)]
    for number, (arrival, service) in enumerate(jobs):
        assert desk.visit(arrival, service, partition=number) == alone[number % 3].visit(arrival, service)

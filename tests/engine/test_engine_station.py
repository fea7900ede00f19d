"""Stations: timelines by hand, and the same departures as two independent models of a queue."""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import accumulate
from typing import Any

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.balancing import Balancing, Health
from swifteats_sim.engine.pauses import Pace, Window
from swifteats_sim.engine.station import ABANDONED, REJECTED, Station
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


def tick_by_tick(
    jobs: list[tuple[int, int]],
    servers: int,
    limit: int,
    patience: int = 10**9,
    asleep: Callable[[int], bool] = lambda now: False,
) -> list[tuple[int, int]]:
    """A queue played tick by tick: who leaves, who steps up from the queue, who gives up, who comes; then work."""
    working, queue = dict[int, int](), list[int]()
    starts, visits = dict[int, int](), dict[int, tuple[int, int]]()
    now = 0
    while len(visits) < len(jobs):
        for number in [number for number, left in working.items() if left == 0]:
            del working[number]
            visits[number] = starts[number], now
        while queue and len(working) < servers and not asleep(now):
            number = queue.pop(0)
            starts[number], working[number] = now, jobs[number][1]
        for tired in [number for number in queue if now - jobs[number][0] >= patience]:
            queue.remove(tired)
            visits[tired] = ABANDONED, now
        for number in [number for number, (arrival, _) in enumerate(jobs) if arrival == now]:
            if len(working) < servers and not asleep(now):
                starts[number], working[number] = now, jobs[number][1]
            elif len(queue) >= limit:
                visits[number] = REFUSED
            elif patience == 0:
                visits[number] = ABANDONED, now
            else:
                queue.append(number)
        if not asleep(now):
            working = {number: left - 1 for number, left in working.items()}
        now += 1
    return [visits[number] for number in range(len(jobs))]


LASTING_JOBS = JOBS.map(lambda jobs: [(at, service + 1) for at, service in jobs])


@settings(max_examples=150, deadline=None)
@given(LASTING_JOBS, st.integers(1, 3), st.integers(0, 4))
def test_a_limited_queue_is_that_of_a_game_played_tick_by_tick(
    jobs: list[tuple[int, int]], servers: int, limit: int
) -> None:
    desk = station(concurrency=servers, limit=limit)
    visits = [desk.visit(*job) for job in jobs]
    assert visits == tick_by_tick(jobs, servers, limit)
    assert desk.usage.rejected == visits.count(REFUSED)


def test_a_job_waits_no_longer_than_its_patience() -> None:
    desk = station()
    assert [desk.visit(now, 10, patience=patience) for now, patience in [(0, 3), (1, 8), (2, 8), (12, 4)]] == [
        (0, 10), (ABANDONED, 9), (10, 20), (ABANDONED, 16),
    ]  # fmt: skip
    assert desk.visit(19, 1) == (20, 21)
    assert (desk.usage.abandoned, desk.usage.visits) == (2, 3)
    assert (desk.usage.wait, desk.usage.queued) == (8 + 1, 8 + 8 + 4 + 1)


def test_who_will_give_up_takes_a_place_in_the_queue_until_then() -> None:
    desk = station(limit=1)
    visits = [desk.visit(now, 10, patience=4) for now in (0, 1, 4, 5, 6)]
    assert visits == [(0, 10), (ABANDONED, 5), REFUSED, (ABANDONED, 9), REFUSED]


@settings(max_examples=200, deadline=None)
@given(LASTING_JOBS, st.integers(1, 3), st.integers(0, 4), st.integers(0, 12), st.sets(st.integers(0, 60)))
def test_patience_and_pauses_are_those_of_the_game(
    jobs: list[tuple[int, int]], servers: int, limit: int, patience: int, asleep: set[int]
) -> None:
    pauses = [Window(tick, tick + 1) for tick in sorted(asleep)]
    desk = Station("desk", 1, servers, "shared", limit, Usage(0, 10**12), slowdowns=pauses)
    visits = [desk.visit(*job, patience=patience) for job in jobs]
    assert visits == tick_by_tick(jobs, servers, limit, patience, lambda now: now in asleep)
    assert desk.usage.abandoned == sum(start == ABANDONED for start, _ in visits)


def test_a_standstill_stretches_what_is_served_and_holds_what_would_begin() -> None:
    desk = Station("desk", 1, 2, "shared", None, Usage(0, 10**12), slowdowns=[Window(5, 20)])
    assert [desk.visit(0, 8), desk.visit(2, 3), desk.visit(6, 4)] == [(0, 23), (2, 5), (20, 24)]


def test_other_instances_of_a_shared_queue_go_on() -> None:
    desk = Station("desk", 2, 1, "shared", None, Usage(0, 10**12), slowdowns=[Window(5, 20, instance=0)])
    # The third job arrives with both idle: instance 1 alone is awake. The fifth finds instance 0 awake first.
    assert [desk.visit(now, 10) for now in (0, 1, 7, 7, 15)] == [(0, 25), (1, 11), (11, 21), (21, 31), (25, 35)]


def test_an_idle_instance_that_stands_still_takes_nobody() -> None:
    desk = Station("desk", 2, 1, "shared", None, Usage(0, 10**12), slowdowns=[Window(5, 20, instance=0)])
    assert [desk.visit(now, 6) for now in (7, 8, 9)] == [(7, 13), (13, 19), (19, 25)]
    assert desk.visit(19, 6) == (20, 26)


def test_a_slow_instance_is_slow_in_its_own_queue_only() -> None:
    slow = [Window(0, 100, instance=1, speed=0.5)]
    desk = Station("desk", 2, 1, "round_robin", None, Usage(0, 10**12), slowdowns=slow)
    assert [desk.visit(0, 10) for _ in range(4)] == [(0, 10), (0, 20), (10, 20), (20, 40)]


WINDOWS = st.lists(
    st.builds(
        lambda start, length, instance, speed: Window(start, start + length, instance, speed),
        st.integers(0, 60), st.integers(1, 30), st.sampled_from([None, 0, 1, 2]), st.sampled_from([0.0, 0.0, 0.5]),
    ),
    max_size=5,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(JOBS, WINDOWS)
def test_a_job_begins_as_soon_as_any_server_is_free_and_awake(
    jobs: list[tuple[int, int]], pauses: list[Window]
) -> None:
    desk = Station("desk", 3, 1, "shared", None, Usage(0, 10**12), slowdowns=pauses)
    paces = [Pace(pauses, instance) for instance in range(3)]
    # All ways in which servers may have been taken so far, each as the instants at which they become free.
    ways: list[tuple[int, ...]] = [(0, 0, 0)]
    for now, service in jobs:
        start, departure = desk.visit(now, service)
        following = dict[tuple[int, ...], None]()
        for free in ways:
            begins = [pace.begin(max(at, now)) for pace, at in zip(paces, free, strict=True)]
            if start != min(begins):
                continue  # servers were not taken so: two ways may end at the same instants
            for server, begin in enumerate(begins):
                if begin == start and paces[server].finish(start, service) == departure:
                    following[*free[:server], departure, *free[server + 1 :]] = None
        assert following, "no free and awake server can have served the job so"
        ways = list(following)


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


def test_the_least_busy_instance_is_the_one_with_fewest_jobs_waiting_or_served() -> None:
    desk = station(instances=2, balancing="least_busy")
    # 0 and 1 take one each; the lower number takes the third; 1 is empty at 3 and so takes the next two.
    assert [desk.visit(now, service) for now, service in [(0, 9), (0, 3), (0, 9), (3, 2), (3, 2), (3, 1)]] == [
        (0, 9), (0, 3), (9, 18), (3, 5), (5, 7), (18, 19),
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(JOBS, st.integers(1, 2), st.sampled_from([None, 0, 2]), st.sampled_from([None, 0, 5]))
def test_least_busy_counts_jobs_present(
    jobs: list[tuple[int, int]], concurrency: int, limit: int | None, patience: int | None
) -> None:
    desk = station(3, concurrency, "least_busy", limit)
    alone = [station(1, concurrency, limit=limit) for _ in range(3)]
    leaves: list[list[int]] = [[], [], []]
    for now, service in jobs:
        counts = [sum(leave > now for leave in each) for each in leaves]
        chosen = counts.index(min(counts))
        visit = alone[chosen].visit(now, service, patience=patience)
        assert desk.visit(now, service, patience=patience) == visit
        leaves[chosen].append(visit[1])


def test_weights_say_how_often_an_instance_is_taken() -> None:
    desk = Station("desk", 2, 1, "weighted", None, Usage(0, 10**12), weights=[3, 1])
    starts = [desk.visit(0, 10)[0] for _ in range(8)]
    assert starts == [0, 10, 0, 20, 30, 40, 10, 50]  # instances 0 0 1 0, twice


def test_a_sick_instance_gets_jobs_until_its_checks_have_failed_and_again_after_a_good_one() -> None:
    desk = Station(
        "desk", 2, 1, "health_checked", None, Usage(0, 10**12),
        health=Health(every=10, failures=2), slowdowns=[Window(5, 35, instance=0)],
    )  # fmt: skip
    # Checks at 10, 20 and 30 fail: instance 0 is out from 20 up to 40.
    assert [desk.visit(now, 1)[0] for now in (6, 7, 19, 19, 20, 21, 36, 39)] == [35, 7, 36, 19, 20, 21, 36, 39]
    assert [desk.visit(40, 5)[0] for _ in range(3)] == [40, 40, 45]


def test_where_all_are_sick_all_get_jobs() -> None:
    desk = Station(
        "desk", 2, 1, "health_checked", None, Usage(0, 10**12),
        health=Health(every=1, failures=1), slowdowns=[Window(0, 50)],
    )  # fmt: skip
    assert [desk.visit(10, 3) for _ in range(4)] == [(50, 53), (50, 53), (53, 56), (53, 56)]


def test_a_station_says_what_its_balancing_needs() -> None:
    with pytest.raises(ValueError, match="2 instances need as many positive weights"):
        Station("desk", 2, 1, "weighted", None, Usage(0, 1), weights=[1])
    with pytest.raises(ValueError, match="needs health"):
        Station("desk", 2, 1, "health_checked", None, Usage(0, 1))

"""How a station was used, against a recount that looks at every ten seconds of the run."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.clock import MINUTE, SECOND
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.usage import Usage

TICK = 10 * SECOND


class Job(NamedTuple):
    """Instants in ticks."""

    arrival: int
    start: int
    departure: int


JOBS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 15), st.integers(0, 15)).map(
        lambda job: Job(job[0], job[0] + job[1], job[0] + job[1] + job[2])
    ),
    max_size=20,
)


@settings(max_examples=200, deadline=None)
@given(JOBS, st.integers(0, 10), st.integers(1, 25))
def test_totals_are_a_recount_tick_by_tick(jobs: list[Job], warmup: int, length: int) -> None:
    end = warmup + length
    usage = Usage(warmup * TICK, end * TICK)
    for job in jobs:
        usage.visit(job.arrival * TICK, job.start * TICK, job.departure * TICK)

    span = range(warmup, end)
    assert usage.busy == TICK * sum(job.start <= tick < job.departure for tick in span for job in jobs)
    assert usage.queued == TICK * sum(job.arrival <= tick < job.start for tick in span for job in jobs)
    assert usage.visits == sum(job.start in span for job in jobs)
    assert usage.wait == TICK * sum(job.start - job.arrival for job in jobs if job.start in span)
    reaching = [job for job in jobs if job.arrival < end and job.start >= warmup]
    assert usage.max_wait == TICK * max((min(job.start, end) - job.arrival for job in reaching), default=0)


def test_looking_through_connections_counts_with_the_visits_that_begin_in_the_span() -> None:
    usage = Usage(10, 20)
    for start in (9, 10, 19, 20):
        usage.scan(start, 100)
    assert usage.scanned == 200


@settings(max_examples=200, deadline=None)
@given(JOBS, st.integers(1, 40))
def test_each_minute_is_a_recount_tick_by_tick(jobs: list[Job], end: int) -> None:
    usage = Usage(0, end * TICK)
    for job in jobs:
        usage.visit(job.arrival * TICK, job.start * TICK, job.departure * TICK)

    minutes = -(-end // 6)
    ticks = [range(6 * minute, min(6 * minute + 6, end)) for minute in range(minutes)]
    busy = [sum(job.start <= tick < job.departure for tick in minute for job in jobs) / len(minute) for minute in ticks]
    waiting = [sum(job.arrival < minute.stop <= job.start for job in jobs) for minute in ticks]
    assert usage.busy_servers(minutes) == pytest.approx(busy, rel=1e-12)
    assert usage.queue(minutes).tolist() == waiting


def test_a_job_across_the_whole_span_counts_inside_it_only() -> None:
    usage = Usage(2 * MINUTE, 4 * MINUTE)
    usage.visit(MINUTE, 90 * SECOND, 10 * MINUTE)
    assert (usage.visits, usage.busy, usage.wait, usage.max_wait) == (0, 2 * MINUTE, 0, 0)
    assert usage.busy_servers(4).tolist() == [0.0, 0.5, 1.0, 1.0]


def test_a_wait_that_ends_with_the_warm_up_is_that_of_a_measured_service() -> None:
    usage = Usage(2 * MINUTE, 4 * MINUTE)
    usage.visit(MINUTE, 2 * MINUTE, 3 * MINUTE)
    assert (usage.visits, usage.busy, usage.queued) == (1, MINUTE, 0)
    assert (usage.wait, usage.max_wait) == (MINUTE, MINUTE)


def test_a_wait_that_outlasts_the_run_is_cut_at_its_end() -> None:
    usage = Usage(0, 2 * MINUTE)
    usage.visit(MINUTE, 5 * MINUTE, 6 * MINUTE)
    assert (usage.visits, usage.busy, usage.wait) == (0, 0, 0)
    assert (usage.queued, usage.max_wait) == (MINUTE, MINUTE)
    assert usage.queue(2).tolist() == [0, 1]


def test_rejections_count_in_the_measured_span_only() -> None:
    usage = Usage(10, 20)
    desk = Station("desk", 1, 1, "shared", 0, usage)
    desk.visit(0, 100)
    assert [desk.visit(now, 1)[0] for now in (9, 10, 19, 20)] == [-1, -1, -1, -1]
    assert usage.rejected == 2


def test_an_unused_station_was_never_busy() -> None:
    usage = Usage(0, 90 * SECOND)
    assert usage.busy_servers(2).tolist() == [0.0, 0.0]
    assert usage.queue(2).tolist() == [0, 0]


def test_who_gives_up_waits_in_the_queue_until_then() -> None:
    usage = Usage(0, 4 * MINUTE)
    usage.abandon(30 * SECOND, 150 * SECOND)
    usage.abandon(MINUTE, MINUTE)
    assert (usage.abandoned, usage.visits, usage.busy) == (2, 0, 0)
    assert (usage.wait, usage.queued, usage.max_wait) == (0, 2 * MINUTE, 2 * MINUTE)
    assert usage.queue(4).tolist() == [1, 1, 0, 0]
    assert usage.busy_servers(4).tolist() == [0.0] * 4


def test_jobs_that_give_up_count_in_the_measured_span_only() -> None:
    usage = Usage(10, 20)
    for leave in (9, 10, 19, 20):
        usage.abandon(0, leave)
    assert usage.abandoned == 2


def test_a_last_minute_that_is_cut_short_ends_with_those_who_wait_then() -> None:
    usage = Usage(0, 90 * SECOND)
    usage.visit(0, 0, 80 * SECOND)
    usage.visit(70 * SECOND, 80 * SECOND, 100 * SECOND)
    usage.visit(75 * SECOND, 100 * SECOND, 110 * SECOND)
    assert usage.queue(2).tolist() == [0, 1]
    assert usage.busy_servers(2).tolist() == [1.0, 1.0]

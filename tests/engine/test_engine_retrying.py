"""Retries: when they are made, what they cost, and the storm that they feed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from engine_bench import (
    EVER,
    SECOND,
    STREAM,
    Ends,
    Log,
    Note,
    Scripted,
    Watched,
    after,
    counts,
    desk,
    fixed,
    run,
    served,
)
from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.engine.branching import Fork
from swifteats_sim.engine.job import DROPPED, FAILED, Job, Step, address, lane_below
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.pauses import Window
from swifteats_sim.engine.publishing import Place
from swifteats_sim.engine.retrying import Attempt, Budget, Terms, TimedOut
from swifteats_sim.engine.sources import Renewal
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.steps import End, Fail, Visit
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.usage import Usage


def retried(
    *steps: Step, attempts: int = 3, timeout: int | None = None, backoff: int = 10, factor: float = 2.0,
    jitter: float = 0.0, budget: Budget | None = None, at: int = 0,
) -> tuple[Step, ...]:  # fmt: skip
    """Attempts that stand at step `at`, with what is tried behind them."""
    terms = Terms(attempts, timeout, backoff, factor, jitter)
    attempt = Attempt(terms, at + 3 + len(steps), STREAM, budget)
    return attempt, TimedOut(attempt), *steps, End()


def tried(job: Job) -> int:
    """The number of the attempt that a part is, from 1."""
    assert job.parent is not None
    return job.parent[0].tries


def around(job: Job) -> Job:
    """What a part is a part of."""
    assert job.parent is not None
    return job.parent[0]


def first(count: int) -> Ends:
    """The first `count` attempts fail."""
    return Ends(FAILED, lambda job: tried(job) <= count)


def lasting(*durations: int) -> Law:
    """Attempt k takes durations[k]."""
    lanes = [0, *(lane_below(0, 0, number) for number in range(1, len(durations)))]
    return Scripted(lambda index, at: durations[[address(lane, 0) for lane in lanes].index(at)])


def test_what_succeeds_at_once_is_tried_once() -> None:
    flow = run(*retried(after(3)), after(1))
    assert (flow.ends, flow.attempts, flow.wasted) == ([(4, "completed", 0)], 1, 0)


def test_what_fails_is_tried_again_after_growing_pauses() -> None:
    log: Log = []
    flow = run(*retried(Note(log, "try"), after(3), first(2)), after(1))
    # Tried 0..3, pause 10, tried 13..16, pause 20, tried 36..39.
    assert log == [(0, "try", 0), (13, "try", 0), (36, "try", 0)]
    assert (flow.ends, flow.attempts) == ([(40, "completed", 0)], 3)


def test_the_last_attempt_s_outcome_is_the_job_s() -> None:
    full = desk(limit=0)
    full.visit(0, 1000)
    flow = run(*retried(Ends(FAILED, lambda job: tried(job) == 1), served(full, 1), attempts=2))
    assert (flow.ends, flow.attempts) == ([(10, "rejected", 0)], 2)


def test_what_was_not_meant_to_go_on_is_not_tried_again() -> None:
    flow = run(*retried(after(3), Ends(DROPPED)))
    assert (flow.ends, flow.attempts) == ([(3, "dropped", 0)], 1)


def test_a_late_answer_wastes_the_server_and_a_patient_second_attempt_succeeds() -> None:
    station, log = desk(), list[tuple[int, str, int]]()
    tries = retried(served(station, lasting(25, 4)), Note(log, "answer"), timeout=20)
    flow = run(*tries, Note(log, "done"), after(1))
    # Times out at 20, is answered at 25; the second attempt begins at 30 and is answered at 34.
    assert log == [(25, "answer", 0), (34, "answer", 0), (34, "done", 0)]
    assert (flow.ends, flow.attempts, flow.wasted) == ([(35, "completed", 0)], 2, 1)
    assert station.usage.busy == 29


def test_the_second_attempt_queues_behind_the_first() -> None:
    station = desk()
    flow = run(*retried(served(station, lasting(45, 3)), timeout=20))
    # Begins at 30, waits for the server until 45, is answered at 48.
    assert (flow.ends, flow.waits) == ([(48, "completed", 0)], [15])


def test_an_answer_at_the_very_instant_of_the_timeout_is_too_late() -> None:
    assert run(*retried(after(20), attempts=1, timeout=20)).ends == [(20, "failed", 0)]
    assert run(*retried(after(19), attempts=1, timeout=20)).ends == [(19, "completed", 0)]


def test_when_all_attempts_time_out_the_job_fails() -> None:
    flow = run(*retried(after(100), timeout=20))
    # 0..20, 30..50, 70..90.
    assert (flow.ends, flow.attempts, flow.wasted) == ([(90, "failed", 0)], 3, 3)


def test_waiting_before_the_attempts_is_not_forgotten_by_a_timeout() -> None:
    station = desk()
    station.visit(0, 7)
    flow = run(served(station, 1), *retried(after(lasting(50, 1)), timeout=20, at=1))
    assert (flow.ends, flow.waits) == ([(39, "completed", 0)], [7])


@given(st.integers(1, 9), st.floats(0, 1), st.floats(0, 1), st.floats(1, 3))
def test_a_pause_lies_between_its_full_length_and_that_less_its_jitter(
    tries: int, u: float, jitter: float, factor: float
) -> None:
    full = 1000 * factor ** (tries - 1)
    pause = Terms(10, None, 1000, factor, jitter).pause(tries, u)
    assert full * (1 - jitter) - 1 <= pause <= full + 1


def test_jitter_spreads_the_pauses_of_jobs_evenly() -> None:
    flow = run(*retried(first(1), backoff=1000, jitter=0.5), births=(0,) * 400)
    times = sorted(at for at, _, _ in flow.ends)
    assert 500 <= times[0] < 510
    assert 990 < times[-1] <= 1000
    assert sum(times) / 400 == pytest.approx(750, abs=30)


def test_a_budget_earns_by_first_attempts_and_pays_for_every_retry() -> None:
    budget = Budget(0.25)
    flow = run(*retried(first(9), attempts=2, budget=budget), births=tuple(range(0, 1000, 100)))
    # Jobs 3 and 7 find one retry saved up by four first attempts.
    assert flow.attempts == 12
    assert [at for at, _, _ in flow.ends] == [0, 100, 200, 310, 400, 500, 600, 710, 800, 900]


def test_a_budget_saves_up_ten_retries_at_most() -> None:
    budget = Budget(0.5)
    for _ in range(100):
        budget.earn()
    assert [budget.spend() for _ in range(11)] == [True] * 10 + [False]


def test_an_attempt_knows_where_it_has_placed_the_job() -> None:
    station = desk(balancing="partition", instances=2)
    station.visit(0, 50, partition=1)
    flow = run(*retried(Place(lambda job: 1)), served(station, 1))
    assert flow.ends == [(51, "completed", 0)]


def test_a_retry_in_a_fork_in_an_attempt() -> None:
    """The way fails once in each outer attempt; the other way fails in the first outer attempt only."""
    log: Log = []
    shaky = retried(after(1), Ends(FAILED, lambda job: tried(job) == 1), Note(log, "inner done"), attempts=2, at=3)
    way = (after(5), Ends(FAILED, lambda job: tried(around(job)) == 1), Note(log, "way done"), End())
    ways = Fork((3, 3 + len(shaky) + 1), 3 + len(shaky) + 1 + len(way))
    flow = run(*retried(ways, *shaky, End(), *way, backoff=100))
    # Outer 1: the inner retry is done at 12, the way has failed at 5. Pause 100. Outer 2 lasts 112..124.
    assert log == [(12, "inner done", 0), (117, "way done", 0), (124, "inner done", 0)]
    assert (flow.ends, flow.attempts) == ([(124, "completed", 0)], 2 + 4)


def test_nested_retries_multiply() -> None:
    inner = retried(Ends(FAILED), attempts=3, at=2)
    flow = run(*retried(*inner, attempts=3))
    assert (flow.attempts, counts(flow)) == (3 + 9, {"failed": 1})


def test_attempts_and_success_are_geometric() -> None:
    """p = 0.3, 3 retries: mean (1 - p^4) / (1 - p) attempts, success 1 - p^4. t-intervals over 30 replications."""
    attempts, successes = list[float](), list[float]()
    for replication in range(30):
        steps = retried(Fail(0.3, Stream(3, replication, "fail")), attempts=4, backoff=0)
        flow = run(*steps, births=(0,) * 3000)
        attempts.append(flow.attempts / 3000)
        successes.append(counts(flow)["completed"] / 3000)
    for values, theory in ((attempts, 1.417), (successes, 0.9919)):
        mean = sum(values) / 30
        half = 2.0452 * (sum((value - mean) ** 2 for value in values) / 29 / 30) ** 0.5
        assert abs(mean - theory) <= half
        assert half <= 0.02 * theory


def storm(budget: Budget | None, until: int) -> tuple[Watched, list[int]]:
    """60 jobs/s (Poisson) at one server of 10 ms each, not drawn; 1 s timeout, 3 retries after 0.1, 0.2 and 0.4 s.

    The server stands still from 20 s to 30 s. Returns the flow, and its attempts by second.
    """
    station = Station("s", 1, 1, "shared", None, Usage(0, EVER), slowdowns=(Window(20 * SECOND, 30 * SECOND),))
    gap = Law([("exponential", (1 / 60,), ())], 1 / 60)
    visit = Visit(station, fixed(SECOND // 100), STREAM)
    tries = retried(visit, attempts=4, timeout=SECOND, backoff=SECOND // 10, budget=budget)
    flow = Watched(*tries, span=(0, until))
    loop, made = Loop((flow,), {0: Renewal(gap, Stream(2, 0, "arrivals"))}), [0]
    loop.open(0)
    for second in range(1, until // SECOND + 1):
        loop.advance(second * SECOND)
        made.append(flow.attempts)
    return flow, [after - before for before, after in pairwise(made)]


def goodput(flow: Watched, start: int, stop: int) -> float:
    """Jobs completed a second from second `start` to `stop`."""
    return sum(outcome == "completed" and start * SECOND <= at < stop * SECOND for at, outcome, _ in flow.ends) / (
        stop - start
    )


def test_without_a_budget_a_short_pause_starts_a_storm_that_never_ends() -> None:
    flow, attempts = storm(None, 320 * SECOND)
    assert goodput(flow, 0, 20) == pytest.approx(60, rel=0.05)
    assert goodput(flow, 60, 320) < 0.5
    assert sum(attempts[60:320]) / 260 == pytest.approx(240, rel=0.02)


def test_with_a_budget_the_goodput_comes_back() -> None:
    flow, attempts = storm(Budget(0.1), 320 * SECOND)
    assert goodput(flow, 0, 20) == pytest.approx(60, rel=0.05)
    assert goodput(flow, 21, 30) < 1
    assert goodput(flow, 100, 320) == pytest.approx(60, rel=0.02)
    assert sum(attempts[100:320]) / 220 == pytest.approx(60, rel=0.02)

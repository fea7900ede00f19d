"""Batches: full ones, late ones, ticks, and what becomes of those in them."""

from __future__ import annotations

import numpy as np
import pytest
from engine_bench import SECOND, Ends, Log, Note, Once, Watched, after, counts, play, run

from swifteats_sim.engine.batching import Depart, Gather, Scatter, Tray
from swifteats_sim.engine.job import FAILED, Job, Stage, Step
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.sources import Renewal
from swifteats_sim.engine.streams import Stream


def batched(size: int | None, every: int, *steps: Step) -> tuple[Step, ...]:
    tray = Tray(size, every)
    return Gather(tray), Depart(tray), *steps, Scatter()


def test_a_full_batch_leaves_with_its_last_job() -> None:
    log: Log = []
    flow = run(*batched(3, 100, Note(log, "off"), after(5)), Note(log, "alone"), births=(0, 4, 9, 10))
    # The third leads; everybody goes on alone behind. The fourth waits for its time.
    assert log == [(9, "off", 2), (14, "alone", 2), (14, "alone", 0), (14, "alone", 1), (110, "off", 3),
                   (115, "alone", 3)]  # fmt: skip
    assert flow.waits == [0, 9, 5, 100]


def test_a_batch_leaves_when_its_first_has_waited_long_enough() -> None:
    log: Log = []
    run(*batched(3, 20, Note(log, "off")), births=(7, 8, 27, 28))
    assert log == [(27, "off", 0), (47, "off", 2)]


def test_a_batch_of_one_never_waits() -> None:
    flow = run(*batched(1, 100, after(5)), births=(0, 1))
    assert flow.ends == [(5, "completed", 0), (6, "completed", 1)]


def test_without_a_size_batches_leave_at_ticks_from_zero() -> None:
    log: Log = []
    run(*batched(None, 10, Note(log, "off")), Note(log, "alone"), births=(3, 4, 10, 11, 35))
    # Who comes at the very tick leaves with it, though by itself.
    assert [each for each in log if each[1] == "off"] == [
        (10, "off", 0), (10, "off", 2), (20, "off", 3), (40, "off", 4),
    ]  # fmt: skip
    assert [at for at, what, index in sorted(log, key=lambda each: each[2]) if what == "alone"] == [10, 10, 10, 20, 40]


def test_where_the_leader_fails_all_fail() -> None:
    flow = run(*batched(2, 100, after(5), Ends(FAILED, lambda job: job.index == 1)), births=(0, 1, 2, 3))
    assert flow.ends == [(6, "failed", 0), (6, "failed", 1), (8, "completed", 3), (8, "completed", 2)]


class Stops:
    """Cancels a job, by its index, as a crash would."""

    def __init__(self, jobs: dict[int, Job]) -> None:
        self.jobs = jobs

    def take(self, job: Job, now: int, loop: Stage) -> int:
        self.jobs[job.index] = job
        return job.pc + 1


def stopped(index: int, at: int, *steps: Step, births: tuple[int, ...]) -> Watched:
    """Jobs of which one is stopped."""
    jobs = dict[int, Job]()
    flow = Watched(Stops(jobs), *steps)
    loop = Loop((flow,), {0: Once(*births)})
    loop.open(0)
    loop.note(at, lambda now: loop.cancel(jobs[index], now))
    loop.advance(10**6)
    return flow


def test_where_the_first_is_stopped_on_the_tray_the_next_one_wakes_the_batch() -> None:
    flow = stopped(0, 5, *batched(9, 20), births=(0, 3, 4))
    assert flow.ends == [(23, "completed", 1), (23, "completed", 2)]


def test_who_is_stopped_on_the_tray_does_not_fill_it() -> None:
    flow = stopped(1, 5, *batched(3, 100), births=(0, 3, 6, 7))
    assert flow.ends == [(7, "completed", 3), (7, "completed", 0), (7, "completed", 2)]


def test_who_is_stopped_on_the_way_does_not_come_out_of_the_batch() -> None:
    flow = stopped(0, 5, *batched(3, 100, after(10)), births=(0, 1, 2))
    assert flow.ends == [(12, "completed", 2), (12, "completed", 1)]


def test_where_the_leader_is_stopped_the_others_gather_anew() -> None:
    flow = stopped(2, 5, *batched(3, 100, after(10)), births=(0, 1, 2))
    assert flow.ends == [(115, "completed", 0), (115, "completed", 1)]


@pytest.mark.slow
def test_waits_for_a_tick_are_uniform() -> None:
    """Poisson arrivals, ticks of 30 s: mean 15 s, sd 30 / sqrt(12), p99 29.7 s; t-intervals over 30 replications."""
    rows = list[tuple[float, float, float]]()
    for replication in range(30):
        flow = Watched(*batched(None, 30 * SECOND), span=(0, 3000 * SECOND))
        gap = Law([("exponential", (0.5,), ())], 0.5)
        play(flow, source=Renewal(gap, Stream(4, replication, "arrivals")), until=3030 * SECOND)
        assert counts(flow) == {"completed": flow.born}
        waits = np.array(flow.waits) / SECOND
        rows.append((float(waits.mean()), float(waits.std()), float(np.percentile(waits, 99))))
    for values, theory in zip(np.array(rows).T, (15.0, 8.660254037844387, 29.7), strict=True):
        half = 2.0452 * values.std(ddof=1) / 30**0.5
        assert abs(values.mean() - theory) <= half
        assert half <= 0.02 * theory

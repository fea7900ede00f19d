"""The loop of flows: its total order, its lag, its journal, its sources, and the record of what it did."""

from __future__ import annotations

import pytest
from engine_bench import (
    EVER,
    STREAM,
    Ends,
    Log,
    Note,
    Once,
    Watched,
    after,
    counts,
    desk,
    every,
    exactly,
    play,
    run,
    served,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.clock import MINUTE
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.job import ABANDONED, COMPLETED, FAILED, Job, Stage
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.sources import Following, Renewal
from swifteats_sim.engine.steps import End


def test_events_of_one_instant_go_by_flow_then_entity_then_index() -> None:
    log: list[tuple[str, int, int]] = []

    class Seen:
        def __init__(self, name: str) -> None:
            self.name = name

        def take(self, job: Job, now: int, loop: Stage) -> int:
            log.append((self.name, job.entity, job.index))
            return job.pc + 1

    late = Watched(Seen("late"))
    # Entity 0 of `first` is back from its delay when its next job and all others are born.
    first = Watched(Seen("first"), after(10), Seen("first again"))
    loop = Loop((first, late), {0: every(10, 0, 0), 1: every(10, 0)})
    for flow, entity in [(1, 0), (0, 1), (0, 0)]:
        loop.switch_on(flow, entity, 0)
    loop.advance(11)
    assert log == [
        ("first", 0, 0), ("first", 1, 0), ("late", 0, 0),
        ("first again", 0, 0), ("first", 0, 1), ("first again", 1, 0), ("first", 1, 1), ("late", 0, 1),
    ]  # fmt: skip


def test_the_journal_of_an_instant_comes_before_its_jobs_in_the_order_noted() -> None:
    log: Log = []
    loop = Loop((Watched(Note(log, "job")),), {0: Once(0, 10)})
    loop.open(0)
    loop.remind(10, lambda at: log.append((at, "reminded", 0)))
    loop.note(10, lambda at: log.append((at, "noted first", 0)))
    loop.note(10, lambda at: log.append((at, "noted second", 0)))
    loop.note(5, lambda at: log.append((at, "noted for earlier", 0)))
    loop.advance(11)
    assert log == [
        (0, "job", 0), (5, "noted for earlier", 0),
        (10, "noted first", 0), (10, "noted second", 0), (10, "reminded", 0), (10, "job", 1),
    ]  # fmt: skip


def test_the_loop_does_nothing_at_or_after_the_instant_it_advances_to() -> None:
    log: Log = []
    loop = Loop((Watched(Note(log, "job")),), {0: every(10, 0)})
    loop.switch_on(0, 0, 0)
    loop.advance(0)
    assert (log, loop.now, loop.events) == ([], 0, 0)
    loop.advance(10)
    assert (log, loop.now) == ([(0, "job", 0)], 10)
    loop.advance(10)
    loop.advance(3)
    assert (len(log), loop.now) == (1, 10)
    loop.advance(11)
    assert log == [(0, "job", 0), (10, "job", 1)]
    # One journal entry and two births.
    assert loop.events == 3


def test_a_change_noted_after_its_instant_is_refused() -> None:
    loop = Loop((), {})
    loop.advance(10)
    loop.note(10, lambda at: None)
    with pytest.raises(ValueError, match="the loop is at 10 ns, too late for a change at 9 ns"):
        loop.note(9, lambda at: None)


def test_an_event_of_a_job_that_expects_another_by_now_is_void() -> None:
    log: Log = []

    class ThinksTwice:
        def take(self, job: Job, now: int, loop: Stage) -> int:
            loop.resume(job, now + 5, 1)
            loop.resume(job, now + 3, 2)
            return -1

    flow = run(ThinksTwice(), Note(log, "first thought"), Note(log, "second thought"))
    assert log == [(3, "second thought", 0)]
    assert flow.ends == [(3, "completed", 0)]


def births(*switches: tuple[bool, int], phase: int = 3, until: int = 60) -> list[int]:
    log: Log = []
    loop = Loop((Watched(Note(log, "job")),), {0: every(10, phase)})
    for on, at in switches:
        (loop.switch_on if on else loop.switch_off)(0, 0, at)
    loop.advance(until)
    assert all(at == phase + 10 * index for at, _, index in log)
    return [index for _, _, index in log]


ON, OFF = True, False


def test_a_periodic_source_keeps_its_phase_and_counts_from_the_start_of_time() -> None:
    assert births((ON, 0)) == [0, 1, 2, 3, 4, 5]
    assert births((ON, 13)) == [1, 2, 3, 4, 5]
    assert births((ON, 14)) == [2, 3, 4, 5]


def test_switching_off_and_on_keeps_the_indices() -> None:
    # Jobs are born at 3, 13, 23, ...: off at 13 loses job 1, back on at 30 goes on with job 3.
    assert births((ON, 0), (OFF, 13), (ON, 30)) == [0, 3, 4, 5]
    # The entity came back before its next job: nothing was lost, and nothing is born twice.
    assert births((ON, 0), (OFF, 4), (ON, 12)) == [0, 1, 2, 3, 4, 5]
    # Gone for good.
    assert births((ON, 0), (OFF, 24)) == [0, 1, 2]
    # On twice is on once.
    assert births((ON, 0), (ON, 5), (ON, 13)) == [0, 1, 2, 3, 4, 5]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 70)), max_size=8), st.integers(0, 9))
def test_a_job_is_born_exactly_where_the_entity_was_last_switched_on(
    switches: list[tuple[bool, int]], phase: int
) -> None:
    ordered = sorted(switches, key=lambda switch: switch[1])
    expected = []
    for index in range(8):
        before = [on for on, at in ordered if at <= phase + 10 * index]
        if before and before[-1]:
            expected.append(index)
    assert births(*ordered, phase=phase, until=80) == expected


def test_every_entity_has_a_phase_of_its_own() -> None:
    flow = Watched(after(1))
    loop = Loop((flow,), {0: every(10, 7, 2, 0)})
    for entity in range(3):
        loop.switch_on(0, entity, 0)
    loop.advance(20)
    assert flow.sample == [(2, 0, 1), (1, 2, 3), (0, 7, 8), (2, 10, 11), (1, 12, 13), (0, 17, 18)]
    assert flow.latencies == [1] * 6


def followed(*switches: tuple[bool, int], until: int = 60) -> Log:
    log: Log = []
    loop = Loop((Watched(Note(log, "job")),), {0: Following(10)})
    for on, at in switches:
        (loop.switch_on if on else loop.switch_off)(0, 0, at)
    loop.advance(until)
    return log


def test_who_follows_sends_at_once_and_then_every_period() -> None:
    assert followed((ON, 7), (OFF, 35)) == [(7, "job", 0), (17, "job", 1), (27, "job", 2)]


def test_who_leaves_and_comes_back_sends_at_once_and_the_old_chain_sends_nothing() -> None:
    # Job 1 would have come at 17. Its number is not given again.
    assert followed((ON, 7), (OFF, 12), (ON, 14), until=30) == [(7, "job", 0), (14, "job", 2), (24, "job", 3)]
    # Even where the new chain's jobs fall on the instants of the old one.
    assert followed((ON, 7), (OFF, 17), (ON, 17), until=30) == [(7, "job", 0), (17, "job", 2), (27, "job", 3)]
    # On twice is on once.
    assert followed((ON, 7), (ON, 9), until=30) == [(7, "job", 0), (17, "job", 1), (27, "job", 2)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=9, unique=True))
def test_a_following_entity_sends_in_each_stay_from_its_beginning(instants: list[int]) -> None:
    ordered = sorted(instants)
    stays = list(zip(ordered[::2], [*ordered[1::2], 80], strict=False))
    switches = [(number % 2 == 0, at) for number, at in enumerate(ordered)]
    log = followed(*switches, until=80)
    assert [at for at, _, _ in log] == [at for start, stop in stays for at in range(start, stop, 10)]
    indices = [index for _, _, index in log]
    assert indices == sorted(set(indices))


EXPONENTIAL = Law([("exponential", (1e-6,), ())], 1e-6)


def test_a_renewal_source_adds_up_its_gaps() -> None:
    instants, at = [], 0
    for number in range(5):
        at += EXPONENTIAL.draw_ns(STREAM, 0, number)
        instants.append(at)
    flow = Watched(after(0))
    play(flow, source=Renewal(EXPONENTIAL, STREAM), until=instants[-1] + 1)
    assert [born for _, born, _ in flow.sample] == instants


def test_the_jobs_of_a_batch_come_together_and_count_on() -> None:
    alone, together = Watched(), Watched()
    play(alone, source=Renewal(EXPONENTIAL, STREAM), until=5000)
    play(together, source=Renewal(EXPONENTIAL, STREAM, batch=3), until=5000)
    instants = [born for _, born, _ in alone.sample]
    assert [born for _, born, _ in together.sample] == [born for born in instants for _ in range(3)]
    assert [index for _, _, index in together.ends] == list(range(3 * len(instants)))


def test_a_chain_ends_where_its_source_says_never() -> None:
    flow = run(after(1), births=(4, 4, 9))
    assert flow.ends == [(5, "completed", 0), (5, "completed", 1), (10, "completed", 2)]


def test_what_is_born_outside_the_span_is_not_counted_except_as_in_flight() -> None:
    flow = Watched(after(10), span=(5, 40))
    loop = play(flow, source=Once(1, 5, 6, 40), until=6)
    assert (flow.born, flow.in_flight, counts(flow)) == (1, 2, {})
    loop.advance(100)
    assert (flow.born, flow.in_flight, counts(flow)) == (2, 0, {"completed": 2})
    assert flow.latencies == [10, 10]
    # In flight inside the span: the first from 5 to 11, the others all their life, the last not at all.
    assert flow.presence == 6 + 10 + 10


def test_presence_counts_who_is_still_in_flight_up_to_the_end_of_the_span() -> None:
    flow = Watched(after(1000), span=(10, 50))
    play(flow, source=Once(0, 20, 49, 60), until=70)
    assert (flow.in_flight, flow.presence) == (4, 40 + 30 + 1)


def test_minutes_show_completions_and_who_is_in_flight_at_their_end() -> None:
    half = MINUTE // 2
    flow = Watched(after(MINUTE), Ends(FAILED, lambda job: job.index == 1), span=(0, 4 * MINUTE))
    play(flow, source=Once(half, half, half + MINUTE), until=4 * MINUTE)
    assert flow.in_flight_by_minute(4).tolist() == [2, 1, 0, 0]
    assert flow.completed_by_minute(4).tolist() == [0, 1, 1, 0]


def test_waits_are_kept_of_the_completed_and_of_those_who_gave_up() -> None:
    class Waited:
        def take(self, job: Job, now: int, loop: Stage) -> int:
            job.waited += 10 + job.index
            loop.end(job, (COMPLETED, ABANDONED, FAILED)[job.index], now)
            return -1

    flow = run(Waited(), births=(0, 1, 2))
    assert exactly(flow.wait) == [10, 11]
    assert counts(flow) == {"completed": 1, "abandoned": 1, "failed": 1}


def test_a_station_in_a_loop_serves_in_order_of_time() -> None:
    flow = run(served(desk(), 10), births=(0, 3, 20))
    assert flow.ends == [(10, "completed", 0), (20, "completed", 1), (30, "completed", 2)]
    assert flow.waits == [0, 7, 0]


def test_a_flow_s_number_is_its_place() -> None:
    first, second = Flow("a", (End(),), (0, EVER)), Flow("b", (End(),), (0, EVER))
    Loop((first, second), {})
    assert (first.number, second.number) == (0, 1)

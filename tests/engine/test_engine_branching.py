"""Ways: one of several by its share, or all at once until the last is done."""

from __future__ import annotations

import pytest
from engine_bench import SECOND, STREAM, Ends, Log, Note, Watched, after, counts, desk, play, run, served
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.branching import Branch, Fork, Jump
from swifteats_sim.engine.job import DROPPED, FAILED, Step
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.sources import Renewal
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.steps import End, Visit
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.usage import Usage


def forked(*ways: tuple[Step, ...], at: int = 0) -> tuple[Step, ...]:
    """A fork that stands at step `at`, with its ways behind it."""
    starts, code = list[int](), list[Step]()
    for way in ways:
        starts.append(at + 1 + len(code))
        code += [*way, End()]
    return Fork(tuple(starts), at + 1 + len(code)), *code


def test_ways_are_taken_by_their_shares() -> None:
    log: Log = []
    branch = Branch((0.2, 0.5, 1.0), (1, 3, 5), STREAM)
    run(branch, Note(log, "a"), Jump(6), Note(log, "b"), Jump(6), Note(log, "c"), births=tuple(range(5000)))
    taken = [sum(what == name for _, what, _ in log) / 5000 for name in "abc"]
    assert taken == pytest.approx([0.2, 0.3, 0.5], abs=0.025)
    # Which way a job takes is a matter of its address.
    again: Log = []
    run(branch, Note(again, "a"), Jump(6), Note(again, "b"), Jump(6), Note(again, "c"), births=tuple(range(5000)))
    assert again == log


def test_shares_that_miss_one_by_rounding_still_lead_somewhere() -> None:
    log: Log = []
    run(Branch((0.0, 0.0), (1, 3), STREAM), Note(log, "a"), Jump(4), Note(log, "b"))
    assert log == [(0, "b", 0)]


def test_a_fork_goes_on_when_its_last_way_is_done() -> None:
    log: Log = []
    ways = forked((after(5), Note(log, "short")), (after(9), Note(log, "long")), (Note(log, "none"),))
    flow = run(*ways, Note(log, "joined"), after(1))
    assert log == [(0, "none", 0), (5, "short", 0), (9, "long", 0), (9, "joined", 0)]
    assert flow.ends == [(10, "completed", 0)]


def test_a_fork_of_ways_that_take_no_time_takes_none() -> None:
    assert run(*forked((), ()), after(1)).ends == [(1, "completed", 0)]


def test_a_job_has_waited_as_long_as_its_last_way() -> None:
    quiet, busy = desk(), desk()
    quiet.visit(0, 3)
    busy.visit(0, 20)
    flow = run(*forked((served(quiet, 1),), (served(busy, 1),)))
    assert flow.ends == [(21, "completed", 0)]
    assert flow.waits == [20]


def test_a_fork_fails_as_the_first_way_that_did_and_not_before_the_last_is_done() -> None:
    log: Log = []
    ways = forked((after(7), Ends(DROPPED)), (after(3), Ends(FAILED)), (after(9),))
    flow = run(*ways, Note(log, "joined"))
    assert (flow.ends, log) == ([(9, "failed", 0)], [])


def test_forks_within_forks() -> None:
    inner = forked((after(5),), (after(8),), at=1)
    flow = run(*forked(inner, (after(6),)), after(1))
    assert flow.ends == [(9, "completed", 0)]


def test_ways_and_jobs_draw_apart() -> None:
    law = Law([("uniform", (0.0, 1e-3), ())], 5e-4)
    drawn = set[int]()

    class Recording(Law):
        def draw_ns(self, stream: Stream, entity: int, index: int = 0, step: int = 0, attempt: int = 0) -> int:
            value = super().draw_ns(stream, entity, index, step, attempt)
            drawn.add(value)
            return value

    recording = Recording([("uniform", (0.0, 1e-3), ())], law.mean)
    run(Fork((1, 3), 5), after(recording, 1), End(), after(recording, 2), End(), births=(0, 1))
    assert len(drawn) == 4


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.integers(0, 50), lambda inside: st.lists(inside, min_size=1, max_size=3), max_leaves=12))
def test_a_fork_takes_as_long_as_its_longest_way(shape: object) -> None:
    """A list is a fork of its elements, a number is a delay."""

    def steps(shape: object, at: int) -> tuple[Step, ...]:
        if isinstance(shape, int):
            return (after(shape),)
        assert isinstance(shape, list)
        ways = list[tuple[Step, ...]]()
        begin = at + 1
        for way in shape:
            ways.append(steps(way, begin))
            begin += len(ways[-1]) + 1
        return forked(*ways, at=at)

    def longest(shape: object) -> int:
        return max(map(longest, shape)) if isinstance(shape, list) else int(str(shape))

    flow = run(*steps(shape, 0))
    assert flow.ends == [(longest(shape), "completed", 0)]
    assert counts(flow) == {"completed": 1}


@pytest.mark.slow
def test_two_queues_joined_answer_as_flatto_and_hahn_say() -> None:
    """Two M/M/1 at 80 %: mean (12 - rho) / 8 / (mu - lambda) = 0.7 s. A t-interval over 30 replications."""
    means, span = list[float](), (100 * SECOND, 4100 * SECOND)
    for replication in range(30):
        stream = Stream(5, replication, "service")
        gap, service = (Law([("exponential", (mean,), ())], mean) for mean in (1 / 8, 1 / 10))
        queues = [Station(name, 1, 1, "shared", None, Usage(*span)) for name in "ab"]
        ways = [(Visit(queue, service, stream, place=place),) for place, queue in enumerate(queues)]
        flow = Watched(*forked(*ways), span=span)
        play(flow, source=Renewal(gap, Stream(5, replication, "arrivals")), until=span[1] + 100 * SECOND)
        means.append(flow.latency.mean / SECOND)
    mean = sum(means) / 30
    half = 2.0452 * (sum((value - mean) ** 2 for value in means) / 29 / 30) ** 0.5
    assert abs(mean - 0.7) <= half
    assert half <= 0.02 * 0.7

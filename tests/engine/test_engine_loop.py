"""The loop of flows: its total order, its lag, its journal, and that nobody can tell how often it was advanced."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.flow import Delay, Flow, KeepNewest, OnlyIf, Place, Start, Step, Visit
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.sources import NEVER, Periodic, Renewal
from swifteats_sim.engine.station import Balancing, Station
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.usage import Usage

STREAM = Stream(1, 0, "loop")
Log = list[tuple[str, int, int]]


def after(duration: int) -> Delay:
    return Delay(Law([("deterministic", (duration * 1e-9,), ())], 0.0), STREAM)


def desk(limit: int | None = None, balancing: Balancing = "shared", instances: int = 1) -> Station:
    return Station("desk", instances, 1, balancing, limit, Usage(0, 10**12))


def served(station: Station, duration: int) -> Visit:
    return Visit(station, after(duration).law, STREAM)


def seen(log: Log, name: str) -> Place:
    """A step that takes no time and notes who passes."""

    def passing(entity: int, index: int) -> int:
        log.append((name, entity, index))
        return 0

    return Place(passing)


def every(period: int, *phases: int) -> Periodic:
    return Periodic(period, array("q", phases))


def records(flow: Flow) -> list[tuple[int, int, int]]:
    """(entity, born, done), in order of completion, of a flow that samples everyone."""
    return flow.sample


def test_events_of_one_instant_go_by_flow_then_entity_then_index_then_step() -> None:
    log: Log = []
    late = Flow("late", (seen(log, "late"),), 0)
    # Entity 0 of `first` is back from its delay when its next job and all others are born.
    first = Flow("first", (seen(log, "first"), after(10), seen(log, "first again")), 0)
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
    loop = Loop((Flow("f", (seen(log, "job"),), 0),), {0: every(10, 0)})
    loop.switch_on(0, 0, 0)
    loop.note(10, lambda at: log.append(("noted first", 0, at)))
    loop.note(10, lambda at: log.append(("noted second", 0, at)))
    loop.note(5, lambda at: log.append(("noted for earlier", 0, at)))
    loop.advance(11)
    assert log == [
        ("job", 0, 0), ("noted for earlier", 0, 5), ("noted first", 0, 10), ("noted second", 0, 10), ("job", 0, 1),
    ]  # fmt: skip


def test_the_loop_does_nothing_at_or_after_the_instant_it_advances_to() -> None:
    log: Log = []
    loop = Loop((Flow("f", (seen(log, "job"),), 0),), {0: every(10, 0)})
    loop.switch_on(0, 0, 0)
    loop.advance(0)
    assert (log, loop.now, loop.events) == ([], 0, 0)
    loop.advance(10)
    assert (log, loop.now) == ([("job", 0, 0)], 10)
    loop.advance(10)
    loop.advance(3)
    assert (len(log), loop.now) == (1, 10)
    loop.advance(11)
    assert log == [("job", 0, 0), ("job", 0, 1)]
    # One journal entry and two births.
    assert loop.events == 3


def test_a_change_noted_after_its_instant_is_refused() -> None:
    loop = Loop((), {})
    loop.advance(10)
    loop.note(10, lambda at: None)
    with pytest.raises(ValueError, match="the loop is at 10 ns, too late for a change at 9 ns"):
        loop.note(9, lambda at: None)


def births(*switches: tuple[bool, int], phase: int = 3, until: int = 60) -> Log:
    log: Log = []
    loop = Loop((Flow("f", (seen(log, "job"),), 0),), {0: every(10, phase)})
    for on, at in switches:
        (loop.switch_on if on else loop.switch_off)(0, 0, at)
    loop.advance(until)
    return log


ON, OFF = True, False


def indices(log: Log) -> list[int]:
    return [index for _, _, index in log]


def test_a_periodic_source_keeps_its_phase_and_counts_from_the_start_of_time() -> None:
    assert indices(births((ON, 0))) == [0, 1, 2, 3, 4, 5]
    assert indices(births((ON, 13))) == [1, 2, 3, 4, 5]
    assert indices(births((ON, 14))) == [2, 3, 4, 5]


def test_switching_off_and_on_keeps_the_indices() -> None:
    # Jobs are born at 3, 13, 23, ...: off at 13 loses job 1, back on at 30 goes on with job 3.
    assert indices(births((ON, 0), (OFF, 13), (ON, 30))) == [0, 3, 4, 5]
    # The entity came back before its next job: nothing was lost, and nothing is born twice.
    assert indices(births((ON, 0), (OFF, 4), (ON, 12))) == [0, 1, 2, 3, 4, 5]
    # Gone for good.
    assert indices(births((ON, 0), (OFF, 24))) == [0, 1, 2]
    # On twice is on once.
    assert indices(births((ON, 0), (ON, 5), (ON, 13))) == [0, 1, 2, 3, 4, 5]


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
    assert indices(births(*ordered, phase=phase, until=80)) == expected


def test_every_entity_has_a_phase_of_its_own() -> None:
    flow = Flow("f", (after(1),), 0, sampled=1)
    loop = Loop((flow,), {0: every(10, 7, 2, 0)})
    for entity in range(3):
        loop.switch_on(0, entity, 0)
    loop.advance(20)
    assert records(flow) == [(2, 0, 1), (1, 2, 3), (0, 7, 8), (2, 10, 11), (1, 12, 13), (0, 17, 18)]
    assert flow.latency.tolist() == [1] * 6


def test_a_renewal_source_adds_up_its_gaps() -> None:
    gap = Law([("exponential", (1e-6,), ())], 1e-6)
    flow = Flow("f", (after(0),), 0, sampled=1)
    loop = Loop((flow,), {0: Renewal(gap, STREAM)})
    loop.open(0)
    instants, at = [], 0
    for number in range(5):
        at += gap.draw_ns(STREAM, 0, number)
        instants.append(at)
    loop.advance(instants[-1] + 1)
    assert [born for _, born, _ in records(flow)] == instants


class Once:
    """A source of one job an entity, at the instants given."""

    def __init__(self, *instants: int) -> None:
        self.instants = list(instants)

    def next(self, entity: int, index: int, born: int) -> int:
        return self.instants.pop(0) if self.instants else NEVER

    def is_on(self, entity: int) -> bool:
        return True


def test_a_chain_ends_where_its_source_says_never() -> None:
    flow = Flow("f", (after(1),), 0, sampled=1)
    loop = Loop((flow,), {0: Once(4, 4, 9)})
    loop.open(0)
    loop.advance(100)
    assert records(flow) == [(0, 4, 5), (0, 4, 5), (0, 9, 10)]


def test_an_older_job_that_arrives_later_is_stale_and_never_overwrites() -> None:
    known = array("q", [-1])
    # Job 0 goes through a queue, and job 1 overtakes it by the other partition.
    slow_then_fast = desk(balancing="partition", instances=2)
    slow_then_fast.visit(0, 50, partition=0)
    steps = (Place(lambda entity, index: index % 2), served(slow_then_fast, 1), KeepNewest(known))
    flow = Flow("f", steps, 0, sampled=1)
    loop = Loop((flow,), {0: Once(2, 8)})
    loop.open(0)
    loop.advance(10)
    assert (list(known), flow.stale) == ([8], 0)
    loop.advance(100)
    assert (list(known), flow.stale) == ([8], 1)
    assert records(flow) == [(0, 8, 9), (0, 2, 51)]


def test_two_jobs_of_one_instant_are_one_news_only() -> None:
    flow = Flow("f", (KeepNewest(array("q", [-1])),), 0)
    loop = Loop((flow,), {0: Once(2, 2)})
    loop.open(0)
    loop.advance(10)
    assert (flow.completed, flow.stale) == (2, 1)


def test_what_is_born_in_the_warm_up_is_not_counted_except_as_in_flight() -> None:
    flow = Flow("f", (KeepNewest(array("q", [5])), after(10)), warmup=5)
    loop = Loop((flow,), {0: Once(1, 4, 5, 6)})
    loop.open(0)
    loop.advance(7)  # births 4 and 5 are not newer than 5: they end at once
    assert (flow.born, flow.completed, flow.stale, flow.in_flight) == (2, 1, 1, 1)
    loop.advance(100)
    assert (flow.born, flow.completed, flow.stale, flow.in_flight) == (2, 2, 1, 0)


def test_a_job_is_dropped_where_its_flag_is_down() -> None:
    flags, log = bytearray(1), list[tuple[str, int, int]]()
    flow = Flow("f", (OnlyIf(flags), seen(log, "passed")), 0)
    loop = Loop((flow,), {0: every(10, 0)})
    loop.switch_on(0, 0, 0)
    loop.raise_flag(flags, 0, True, 10)
    loop.raise_flag(flags, 0, False, 25)
    loop.advance(40)
    assert indices(log) == [1, 2]
    assert (flow.born, flow.completed, flow.dropped, flow.in_flight) == (4, 2, 2, 0)


def test_a_started_job_has_its_starter_s_birth_and_goes_on_beside_it() -> None:
    child = Flow("child", (after(5),), 0, sampled=1)
    parent = Flow("parent", (after(3), Start(1), after(1)), 0, sampled=1)
    loop = Loop((parent, child), {0: Once(10)})
    loop.open(0)
    loop.advance(100)
    assert records(parent) == [(0, 10, 14)]
    assert records(child) == [(0, 10, 18)]
    assert (child.born, child.in_flight) == (1, 0)


def test_a_child_that_is_dropped_leaves_its_parent_alone() -> None:
    child = Flow("child", (OnlyIf(bytearray(1)),), 0)
    parent = Flow("parent", (Start(1), after(1)), 0, sampled=1)
    loop = Loop((parent, child), {0: Once(10)})
    loop.open(0)
    loop.advance(100)
    assert (child.born, child.dropped, child.completed) == (1, 1, 0)
    assert records(parent) == [(0, 10, 11)]


def test_a_rejected_job_ends_at_the_full_queue() -> None:
    station = desk(limit=0)
    flow = Flow("f", (served(station, 10), after(1)), 0, sampled=1)
    loop = Loop((flow,), {0: Once(0, 5, 10)})
    loop.open(0)
    loop.advance(100)
    assert records(flow) == [(0, 0, 11), (0, 10, 21)]
    assert (flow.born, flow.completed, flow.rejected, flow.in_flight) == (3, 2, 1, 0)


class Plan(NamedTuple):
    """A small random stack: what the parent's and the child's steps are, and how the entities behave."""

    steps: list[str]
    child: list[str]
    phases: list[int]
    switches: list[tuple[int, bool, int]]
    limit: int | None


KIND = st.sampled_from(["shared", "turns", "partition", "delay", "place", "newest", "only_if"])
PLANS = st.builds(
    Plan,
    st.lists(st.one_of(KIND, st.just("start")), min_size=1, max_size=6),
    st.lists(KIND, max_size=3),
    st.lists(st.integers(0, 19), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 200)), max_size=8),
    st.sampled_from([None, 0, 1, 3]),
)


def build(plan: Plan, log: Log) -> Loop:
    """A loop whose stations are shared by both flows, with random services and a flag that goes up and down."""
    flags, known = bytearray(5), array("q", [-1] * 5)
    stations = {
        "shared": desk(plan.limit),
        "turns": desk(plan.limit, "round_robin", 2),
        "partition": desk(plan.limit, "partition", 2),
    }
    law = Law([("uniform", (0.0, 12e-9), ())], 6e-9)

    def step(name: str) -> Step:
        simple: dict[str, Callable[[], Step]] = {
            "delay": lambda: Delay(law, STREAM),
            "place": lambda: Place(lambda entity, index: entity + index),
            "newest": lambda: KeepNewest(known),
            "only_if": lambda: OnlyIf(flags),
            "start": lambda: Start(1),
        }
        return Visit(stations[name], law, STREAM) if name in stations else simple[name]()

    parent = Flow("parent", (*map(step, plan.steps), seen(log, "parent")), 0, sampled=1)
    child = Flow("child", (*map(step, plan.child), seen(log, "child")), 0, sampled=1)
    loop = Loop((parent, child), {0: every(20, *plan.phases)})
    for entity in range(len(plan.phases)):
        loop.switch_on(0, entity, 0)
    for entity, on, at in plan.switches:
        loop.raise_flag(flags, entity, on, at)
        if entity < len(plan.phases):
            (loop.switch_on if on else loop.switch_off)(0, entity, at)
    return loop


def history(loop: Loop) -> list[object]:
    return [
        (flow.name, flow.sample, flow.born, flow.completed, flow.rejected, flow.stale, flow.dropped, flow.in_flight)
        for flow in loop.flows
    ]


@settings(max_examples=150, deadline=None)
@given(PLANS, st.lists(st.integers(0, 400), max_size=30))
def test_many_small_advances_are_one_big_one(plan: Plan, cuts: list[int]) -> None:
    whole_log, pieces_log = list[tuple[str, int, int]](), list[tuple[str, int, int]]()
    whole, pieces = build(plan, whole_log), build(plan, pieces_log)
    whole.advance(400)
    for cut in (*sorted(cuts), 400):
        pieces.advance(cut)
    assert pieces_log == whole_log
    assert history(pieces) == history(whole)
    assert (pieces.events, pieces.now) == (whole.events, whole.now)


@settings(max_examples=150, deadline=None)
@given(PLANS, st.integers(0, 400))
def test_no_job_is_lost_or_made(plan: Plan, until: int) -> None:
    loop = build(plan, [])
    loop.advance(until)
    for flow in loop.flows:
        assert flow.born == flow.completed + flow.rejected + flow.dropped + flow.in_flight
        assert flow.completed == len(flow.sample) == len(flow.latency)
        assert all(born <= done < until for _, born, done in flow.sample)
        assert flow.in_flight >= 0

"""Resources: who gets them, who goes without, and that they are given back."""

from __future__ import annotations

from engine_bench import EVER, STREAM, Ends, Log, Note, Once, Watched, after, each, fixed, play, run
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.branching import Branch
from swifteats_sim.engine.clock import SECOND
from swifteats_sim.engine.holding import Acquire, GaveUp, Release, Serve
from swifteats_sim.engine.job import FAILED, Job, Stage, Step
from swifteats_sim.engine.level import Level
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.resource import Ceiling, Holding, Resource
from swifteats_sim.engine.retrying import Attempt, Terms, TimedOut
from swifteats_sim.engine.steps import End
from swifteats_sim.engine.usage import Usage


def pool(size: int = 1, limit: Ceiling | None = None, span: tuple[int, int] = (0, EVER)) -> Resource:
    return Resource("pool", size, Holding(*span), limit)


def holding(resource: Resource, *steps: Step, timeout: int | None = None, priority: int = 0) -> tuple[Step, ...]:
    return Acquire(resource, timeout, priority), GaveUp(resource), *steps, Release(resource)


def test_who_waits_is_served_in_order_of_asking() -> None:
    resource = pool(2)
    flow = run(*holding(resource, after(each(10, 20, 5, 5))), births=(0, 1, 2, 3))
    # Jobs 0 and 1 hold; job 2 gets job 0's at 10, job 3 job 2's at 15.
    assert flow.ends == [(10, "completed", 0), (15, "completed", 2), (20, "completed", 3), (21, "completed", 1)]
    assert flow.waits == [0, 8, 12, 0]
    used = resource.holding
    assert (used.takes, used.refused, used.held, used.most) == (4, 0, 40, 2)
    assert (used.wait, used.queued, used.max_wait) == (20, 20, 12)


def test_an_empty_pool_refuses_who_does_not_wait() -> None:
    resource = pool()
    flow = run(*holding(resource, after(10), timeout=0), births=(0, 5, 10))
    assert flow.ends == [(5, "rejected", 1), (10, "completed", 0), (20, "completed", 2)]
    assert (resource.holding.refused, resource.holding.takes, resource.holding.wait) == (1, 2, 0)


def test_who_waits_gives_up_exactly_at_the_timeout() -> None:
    resource = pool()
    flow = run(*holding(resource, after(each(10, 1, 1)), timeout=7), births=(0, 2, 4))
    # Job 1 leaves at 9; job 2 is served at 10, a ns before it would leave.
    assert flow.ends == [(9, "abandoned", 1), (10, "completed", 0), (11, "completed", 2)]
    assert flow.waits == [7, 0, 6]
    used = resource.holding
    assert (used.takes, used.refused, used.wait, used.queued, used.max_wait) == (2, 1, 6, 13, 7)


def test_a_place_in_line_that_is_empty_is_passed_over() -> None:
    resource = pool()
    flow = run(*holding(resource, after(each(10, 1, 1, 1)), timeout=8), births=(0, 1, 1, 5))
    assert flow.ends == [(9, "abandoned", 1), (9, "abandoned", 2), (10, "completed", 0), (11, "completed", 3)]
    assert resource.used == 0


def test_everything_held_is_given_back_when_a_job_fails() -> None:
    outer, inner, log = pool(), pool(), list[tuple[int, str, int]]()
    flow = run(
        *holding(outer, *holding(inner, Note(log, "holds both"), after(5), Ends(FAILED))), after(1), births=(0, 1)
    )
    assert log == [(0, "holds both", 0), (5, "holds both", 1)]
    assert flow.ends == [(5, "failed", 0), (10, "failed", 1)]
    assert (outer.used, inner.used) == (0, 0)


def in_first_attempt(job: Job) -> bool:
    assert job.parent is not None
    return job.parent[0].tries == 1


def test_a_part_gives_back_what_it_held_when_it_is_stopped_or_fails() -> None:
    resource = pool()
    attempt = Attempt(Terms(2, None, 10, 1.0, 0.0), 8, STREAM)
    flow = run(attempt, TimedOut(attempt), *holding(resource, after(3), Ends(FAILED, in_first_attempt)), End())
    assert (flow.ends, resource.holding.held) == ([(16, "completed", 0)], 6)


def prioritised(resource: Resource, priorities: tuple[int, ...], *steps: Step) -> tuple[Step, ...]:
    """Each job asks with the priority of its index."""

    class Ask:
        def take(self, job: Job, now: int, loop: Stage) -> int:
            return Acquire(resource, None, priorities[job.index]).take(job, now, loop)

    return Ask(), GaveUp(resource), *steps, Release(resource)


def test_the_urgent_overtake_those_who_wait_but_nobody_who_is_served() -> None:
    usage, log = Usage(0, EVER), list[tuple[int, str, int]]()
    resource = pool()
    steps = prioritised(resource, (2, 2, 1, 0, 1, 0), Note(log, "begins"), Serve(usage, fixed(10), STREAM))
    flow = run(*steps, births=(0, 1, 2, 3, 4, 25))
    # 0 is served first, though least urgent. Then 3; then 2, before 4 who came later; 5 comes at 25 and is next.
    assert log == [(0, "begins", 0), (10, "begins", 3), (20, "begins", 2), (30, "begins", 5), (40, "begins", 4),
                   (50, "begins", 1)]  # fmt: skip
    assert flow.waits == [0, 7, 18, 5, 36, 49]
    assert (usage.visits, usage.busy, usage.wait, usage.max_wait) == (6, 60, 115, 49)


def test_use_is_clipped_to_the_span() -> None:
    resource = pool(span=(10, 30))
    run(*holding(resource, after(25)), births=(5, 6), until=40)
    # Held 5..30 by job 0, then by job 1; job 1 waits 6..30.
    used = resource.holding
    assert (used.held, used.queued, used.takes, used.wait, used.most) == (20, 20, 0, 0, 1)
    assert used.max_wait == 24


def test_what_is_still_held_or_waited_for_counts_up_to_the_end() -> None:
    resource = pool(2, span=(10, 30))
    run(*holding(resource, after(1000)), births=(5, 20, 22, 24), until=30)
    used = resource.holding
    assert (used.held, used.queued, used.takes, used.most) == (20 + 10, 8 + 6, 1, 2)
    assert resource.waiting_since() == [22, 24]
    assert used.max_wait == 0
    resource.close()
    assert (used.wait, used.max_wait) == (0, 8)


def test_a_wait_that_began_in_the_warm_up_counts_in_full_where_it_ends_in_the_span() -> None:
    resource = pool(span=(10, 30))
    run(*holding(resource, after(20)), births=(0, 4))
    used = resource.holding
    assert (used.takes, used.wait, used.queued, used.max_wait) == (1, 16, 10, 16)


def test_a_peak_that_the_warm_up_left_behind_counts_and_one_that_it_ended_does_not() -> None:
    level = Level(10, 20)
    level.change(3, 5)
    level.change(6, -2)
    assert (level.value, level.most, level.area) == (3, 3, 30)
    level.change(10, -3)
    assert (level.value, level.most, level.area) == (0, 0, 0)


def test_a_level_is_told_at_the_end_of_each_minute_and_of_the_run() -> None:
    level = Level(0, 150 * SECOND)
    for at, by in ((10, 2), (60, 1), (119, -2), (130, 4), (150, -1), (200, -1)):
        level.change(at * SECOND, by)
    assert level.by_minute(3).tolist() == [2, 1, 5]


class Side:
    """Two pools at one database, with a flow each."""

    def __init__(self, sizes: tuple[int, int], ceiling: int, log: Log) -> None:
        self.limit = Ceiling(ceiling)
        self.pools = [pool(size, self.limit) for size in sizes]
        self.log = log

    def flow(self, number: int, *durations: int, timeout: int | None = None) -> Watched:
        steps = (Note(self.log, f"{number} begins"), after(each(*durations)))
        return Watched(*holding(self.pools[number], *steps, timeout=timeout), name=str(number))


def test_a_pool_under_a_full_ceiling_is_served_when_another_pool_gives_back() -> None:
    log: Log = []
    side = Side((2, 2), 2, log)
    flows = side.flow(0, 10, 20), side.flow(1, 5)
    loop = Loop(flows, {0: Once(0, 1), 1: Once(2)})
    loop.open(0)
    loop.open(1)
    loop.advance(EVER)
    # The database accepts two connections: pool 1 has to wait for pool 0, though none of its own is in use.
    assert log == [(0, "0 begins", 0), (1, "0 begins", 1), (10, "1 begins", 0)]
    assert flows[1].ends == [(15, "completed", 0)]


def test_under_a_ceiling_who_asked_first_is_served_first_wherever() -> None:
    log: Log = []
    side = Side((1, 1), 1, log)
    flows = side.flow(0, 10, 10), side.flow(1, 10, 10)
    loop = Loop(flows, {0: Once(0, 2), 1: Once(1, 3)})
    loop.open(0)
    loop.open(1)
    loop.advance(EVER)
    assert log == [(0, "0 begins", 0), (10, "1 begins", 0), (20, "0 begins", 1), (30, "1 begins", 1)]


def test_a_full_pool_does_not_keep_another_from_the_room_under_the_ceiling() -> None:
    log: Log = []
    side = Side((1, 1), 2, log)
    flows = side.flow(0, 10, 10), side.flow(1, 10)
    loop = Loop(flows, {0: Once(0, 1), 1: Once(2)})
    loop.open(0)
    loop.open(1)
    loop.advance(EVER)
    assert log == [(0, "0 begins", 0), (2, "1 begins", 0), (10, "0 begins", 1)]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), min_size=1, max_size=15),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.integers(1, 4),
    st.sampled_from([None, 0, 5]),
)
def test_nobody_waits_while_there_is_room_and_all_is_given_back(
    jobs: list[tuple[int, int]], sizes: tuple[int, int], ceiling: int, timeout: int | None
) -> None:
    side = Side(sizes, ceiling, [])
    ordered = sorted(jobs)

    class Check:
        """Looked at in every instant at which something happens."""

        def take(self, job: Job, now: int, loop: Stage) -> int:
            assert sum(each.used for each in side.pools) <= ceiling
            for each_pool in side.pools:
                assert each_pool.used <= each_pool.size
                assert not (each_pool.first() and each_pool.is_free())
            return job.pc + 1

    durations = after(each(*(duration for _, duration in ordered)))
    ways = [holding(side.pools[number], Check(), durations, Check(), timeout=timeout) for number in (0, 1)]
    flow = Watched(Branch((0.5, 1.0), (2, 3 + len(ways[0])), STREAM), End(), *ways[0], End(), *ways[1])
    play(flow, source=Once(*(at for at, _ in ordered)))
    assert [each_pool.used for each_pool in side.pools] == [0, 0]
    assert sum(each_pool.holding.takes + each_pool.holding.refused for each_pool in side.pools) == len(jobs)
    assert flow.in_flight == 0

"""Consumers: order in a partition, crashes, commits, failures, duplicates, and the books that are kept of them."""

from __future__ import annotations

import pytest
from engine_bench import EVER, STREAM, Ends, Log, Note, Once, Scripted, Watched, after, counts, each, exactly, run
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.batching import Depart, Gather, Scatter, Tray
from swifteats_sim.engine.consuming import Consume, Handled, Handling
from swifteats_sim.engine.group import Delivery, Group
from swifteats_sim.engine.holding import Acquire, GaveUp, Release
from swifteats_sim.engine.job import DROPPED, FAILED, Job, Stage, Step
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.membership import Membership
from swifteats_sim.engine.publishing import Place
from swifteats_sim.engine.resource import Holding, Resource
from swifteats_sim.engine.steps import KeepNewest
from swifteats_sim.engine.traffic import Traffic

Crashes = tuple[tuple[int, int, int], ...]


class Topic:
    """A topic with its group: session 15, rebalance 3."""

    def __init__(
        self, delivery: Delivery | None = None, consumers: int = 1, partitions: int = 1, crashes: Crashes = (),
        span: tuple[int, int] = (0, EVER),
    ) -> None:  # fmt: skip
        self.traffic = Traffic(*span)
        membership = Membership(consumers, partitions, 15, 3, crashes)
        self.group = Group(membership, delivery or Delivery(), self.traffic)
        self.partitions = partitions

    def steps(self, *handling: Step) -> tuple[Step, ...]:
        """Job k is logged in partition k, modulo their number, and handled by these steps."""
        place = Place(lambda job: job.index % self.partitions, self.traffic)
        end = Ends(0)
        return place, Consume(self.group, STREAM), Handling(self.group, 4 + len(handling), STREAM), *handling, end

    def run(self, *handling: Step, births: tuple[int, ...], then: tuple[Step, ...] = ()) -> Watched:
        flow = Watched(*self.steps(*handling), *then)
        loop = Loop((flow,), {0: Once(*births)})
        self.group.watch(loop)
        loop.open(0)
        loop.advance(EVER)
        return flow


def first_time(job: Job) -> bool:
    """Whether a part is a message's first handling."""
    assert job.parent is not None
    return job.parent[0].tries == 1


def handled(duration: int, log: Log) -> tuple[Step, ...]:
    return Note(log, "begun"), after(duration), Note(log, "done")


def test_an_awaited_handler_takes_one_message_after_the_other() -> None:
    topic = Topic()
    flow = topic.run(after(10), births=(0, 1, 2), then=(after(5),))
    # The consumer is free when the handler is done; what comes behind is not its business.
    assert flow.ends == [(15, "completed", 0), (25, "completed", 1), (35, "completed", 2)]
    assert flow.waits == [0, 9, 18]
    traffic = topic.traffic
    assert (traffic.messages, traffic.waiting, exactly(traffic.delays)) == (3, 0, [0, 9, 18])
    # 3 x 10 in work, 9 + 18 waiting.
    assert traffic.waited == 57


def test_handlers_that_are_not_awaited_run_side_by_side_and_overtake() -> None:
    for awaited, order in ((True, [0, 1]), (False, [1, 0])):
        flow = Topic(Delivery(awaited)).run(after(each(10, 1)), births=(0, 1))
        assert [index for _, _, index in flow.ends] == order


def test_each_consumer_has_its_own_partitions() -> None:
    # Partitions 0 and 2 belong to consumer 0, partition 1 to consumer 1.
    flow = Topic(consumers=2, partitions=3).run(after(10), births=(0, 0, 0))
    assert flow.ends == [(10, "completed", 0), (10, "completed", 1), (20, "completed", 2)]


def test_partitions_beyond_the_first_do_not_help_where_all_goes_to_one() -> None:
    flow = Topic(consumers=5, partitions=1).run(after(10), births=(0, 0, 0))
    assert [at for at, _, _ in flow.ends] == [10, 20, 30]


def test_a_crash_hands_the_work_to_the_next_owner_after_session_and_rebalance() -> None:
    log: Log = []
    topic = Topic(consumers=2, partitions=2, crashes=((0, 5, 1000),))
    flow = topic.run(*handled(10, log), births=(0, 0, 1, 1))
    # Jobs 0 and 2 were the dead one's. It is noticed at 20; the group stands still until 23. Job 3 begins before.
    assert log == [
        (0, "begun", 0), (0, "begun", 1), (10, "done", 1), (10, "begun", 3), (20, "done", 3),
        (23, "begun", 0), (33, "done", 0), (33, "begun", 2), (43, "done", 2),
    ]  # fmt: skip
    assert counts(flow) == {"completed": 4}
    assert (topic.traffic.duplicates, topic.traffic.lost, topic.traffic.waiting) == (1, 0, 0)
    # From the crash on the message waits anew.
    assert exactly(topic.traffic.delays) == [0, 0, 9, 18, 32]


def test_who_is_in_the_middle_of_something_else_when_his_consumer_dies_lets_go_of_it() -> None:
    pool = Resource("pool", 1, Holding(0, EVER))
    topic = Topic(crashes=((0, 5, 30),))
    flow = topic.run(Acquire(pool, None), GaveUp(pool), after(10), Release(pool), births=(0,))
    # Back at 35, one rebalance later it begins again.
    assert (flow.ends, pool.holding.held, pool.used) == ([(48, "completed", 0)], 5 + 10, 0)


def test_a_consumer_that_comes_back_finds_what_it_had_in_hand() -> None:
    log: Log = []
    Topic(crashes=((0, 5, 2),)).run(*handled(10, log), births=(0,))
    assert log == [(0, "begun", 0), (10, "begun", 0), (20, "done", 0)]


def test_what_was_committed_before_the_work_is_lost_in_a_crash() -> None:
    topic = Topic(Delivery(auto_commit=10), crashes=((0, 15, 1),))
    flow = topic.run(after(100), births=(8,))
    assert flow.ends == [(15, "lost", 0)]
    assert (topic.traffic.lost, topic.traffic.duplicates, topic.traffic.waiting) == (1, 0, 0)


def test_what_was_taken_since_the_last_commit_is_done_again() -> None:
    log: Log = []
    topic = Topic(Delivery(awaited=False, auto_commit=10), crashes=((0, 15, 1),))
    flow = topic.run(*handled(2, log), births=(3, 9, 10, 12, 14))
    # At 15: jobs 0 and 1 were committed at 10; 2 and 3 are done but not committed, 4 is in hand.
    assert flow.ends == [
        (5, "completed", 0), (11, "completed", 1), (12, "completed", 2), (14, "completed", 3), (21, "completed", 4),
    ]  # fmt: skip
    assert log[-6:] == [
        (19, "begun", 2), (19, "begun", 3), (19, "begun", 4), (21, "done", 2), (21, "done", 3), (21, "done", 4),
    ]  # fmt: skip
    # The second handling counts for nobody.
    assert (flow.born, counts(flow)) == (5, {"completed": 5})
    assert (topic.traffic.duplicates, topic.traffic.lost) == (3, 0)


def test_a_commit_at_the_very_instant_of_the_crash_counts() -> None:
    topic = Topic(Delivery(auto_commit=10), crashes=((0, 20, 1),))
    assert topic.run(after(100), births=(19,)).ends == [(20, "lost", 0)]
    topic = Topic(Delivery(auto_commit=10), crashes=((0, 19, 1),))
    assert topic.run(after(100), births=(18,)).ends == [(23 + 100, "completed", 0)]


def test_a_message_whose_handlings_all_fail_is_a_dead_letter() -> None:
    log: Log = []
    topic = Topic(Delivery(attempts=3))
    flow = topic.run(Note(log, "try"), after(10), Ends(FAILED, lambda job: job.index == 0), births=(0, 1))
    # The poison keeps its consumer busy three times over.
    assert log == [(0, "try", 0), (10, "try", 0), (20, "try", 0), (30, "try", 1)]
    assert (flow.ends, topic.traffic.dead) == ([(30, "dead", 0), (40, "completed", 1)], 1)


def test_a_handling_that_fails_once_is_repeated() -> None:
    topic = Topic(Delivery(attempts=2))
    flow = topic.run(after(10), Ends(FAILED, first_time), births=(0,))
    assert (flow.ends, topic.traffic.dead) == ([(20, "completed", 0)], 0)


def test_a_share_of_handlings_fails() -> None:
    topic = Topic(Delivery(failures=0.2, attempts=2))
    flow = topic.run(births=(0,) * 3000)
    assert counts(flow)["dead"] / 3000 == pytest.approx(0.04, abs=0.012)


def test_a_handler_that_drops_a_message_is_done_with_it() -> None:
    flow = Topic(Delivery(attempts=3)).run(Ends(DROPPED), births=(0, 1))
    assert flow.ends == [(0, "dropped", 0), (1, "dropped", 1)]


def test_what_a_handler_finds_stale_goes_no_further() -> None:
    from array import array

    log: Log = []
    flow = Topic(Delivery(awaited=False)).run(
        after(each(9, 1)), KeepNewest(array("q", [-1])), births=(0, 1), then=(Note(log, "shown"),)
    )
    assert log == [(2, "shown", 1)]
    assert (flow.ends, counts(flow)) == ([(2, "completed", 1), (9, "stale", 0)], {"completed": 2})


def test_a_message_that_comes_twice_is_handled_twice_and_counted_once() -> None:
    log: Log = []
    topic = Topic(Delivery(duplicates=1.0))
    flow = topic.run(*handled(10, log), births=(0, 1), then=(Note(log, "behind"),))
    begun = [(at, index) for at, what, index in log if what == "begun"]
    assert begun == [(0, 0), (10, 0), (20, 1), (30, 1)]
    # The job goes on once.
    assert [(at, index) for at, what, index in log if what == "behind"] == [(10, 0), (30, 1)]
    assert (flow.ends, topic.traffic.duplicates) == ([(10, "completed", 0), (30, "completed", 1)], 2)


def test_a_share_of_messages_comes_twice() -> None:
    topic = Topic(Delivery(duplicates=0.1))
    topic.run(births=(0,) * 3000)
    assert topic.traffic.duplicates / 3000 == pytest.approx(0.1, abs=0.02)


def test_the_backlog_is_measured_in_the_span_only() -> None:
    topic = Topic(span=(5, 20))
    topic.run(after(10), births=(0, 4, 12))
    # In the log or in work: job 0 0..10, job 1 4..20, job 2 12..30.
    assert topic.traffic.waited == 5 + 15 + 8
    assert (topic.traffic.messages, exactly(topic.traffic.delays)) == (1, [8])


def test_a_batch_of_messages_in_the_hands_of_a_dead_consumer_is_done_again() -> None:
    log: Log = []
    tray = Tray(2, 1000)
    topic = Topic(Delivery(awaited=False, attempts=2), crashes=((0, 5, 1),))
    flow = topic.run(Gather(tray), Depart(tray), Note(log, "off"), after(10), Scatter(), births=(0, 1))
    assert log == [(1, "off", 1), (9, "off", 1)]
    assert sorted(flow.ends) == [(19, "completed", 0), (19, "completed", 1)]
    assert (topic.traffic.duplicates, topic.traffic.waiting) == (2, 0)


CRASHES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(1, 40)), max_size=3).map(tuple)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 12)), min_size=1, max_size=12),
    CRASHES, st.booleans(), st.sampled_from([None, 7, 20]), st.sampled_from([0.0, 0.4]),
)  # fmt: skip
def test_every_message_is_handled_lost_or_dead_and_the_books_balance(
    jobs: list[tuple[int, int]], crashes: Crashes, awaited: bool, auto_commit: int | None, share: float
) -> None:
    ordered = sorted(jobs)
    taken: Log = []

    class Watch:
        def take(self, job: Job, now: int, loop: Stage) -> int:
            taken.append((now, "taken", job.index))
            assert topic.traffic.waiting >= 1
            return job.pc + 1

    topic = Topic(Delivery(awaited, auto_commit, share, share, 3), 3, 4, crashes)
    lasting = Scripted(lambda index, lane: ordered[index][1])
    flow = topic.run(Watch(), after(lasting), births=tuple(at for at, _ in ordered))
    traffic = topic.traffic
    assert flow.in_flight == traffic.waiting == 0
    assert flow.born == len(jobs) == sum(counts(flow).values())
    assert traffic.lost == counts(flow).get("lost", 0)
    assert traffic.dead >= counts(flow).get("dead", 0)
    assert traffic.delays.number <= len(jobs) + traffic.duplicates
    if auto_commit is None:
        assert traffic.lost == 0
    # In a partition, messages are taken in the order in which they were logged, unless something is done again.
    if not crashes and not share:
        for partition in range(4):
            order = [index for _, _, index in taken if index % 4 == partition]
            assert order == sorted(order)


def test_a_flow_without_a_crash_never_looks_at_the_group_again() -> None:
    assert run(*Topic().steps(), births=(0,)).ends == [(0, "completed", 0)]


@given(
    births=st.lists(st.integers(0, 60), min_size=1, max_size=12).map(sorted),
    durations=st.lists(st.integers(0, 20), min_size=12, max_size=12),
    awaited=st.booleans(),
    consumers=st.integers(1, 3),
)
def test_where_nothing_can_go_wrong_a_handler_needs_no_part_of_its_own(
    births: list[int], durations: list[int], awaited: bool, consumers: int
) -> None:
    def ended(direct: bool) -> tuple[list[tuple[int, str, int]], list[int]]:
        topic = Topic(Delivery(awaited), consumers, 3)
        place, consume, *_ = topic.steps()
        handler = after(each(*durations))
        last = Handled(topic.group) if direct else Ends(0)
        steps = [place, consume, *([] if direct else [Handling(topic.group, 5, STREAM)]), handler, last, after(3)]
        flow = Watched(*steps)
        loop = Loop((flow,), {0: Once(*births)})
        loop.open(0)
        loop.advance(EVER)
        return flow.ends, flow.waits

    direct, apart = ended(True), ended(False)
    assert sorted(direct[0]) == sorted(apart[0])
    assert sorted(direct[1]) == sorted(apart[1])

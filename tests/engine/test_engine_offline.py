"""Clients without a connection: what they keep, what goes, and how it is sent."""

from __future__ import annotations

from array import array

from engine_bench import STREAM, Log, Note, Scripted, Watched, after
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.branching import Fork
from swifteats_sim.engine.gaps import Gaps
from swifteats_sim.engine.job import REJECTED, Job, Stage, Step
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.offline import Answered, Offline, Terms
from swifteats_sim.engine.steps import End, KeepNewest


def gaps(*edges: int) -> tuple[Law, Law]:
    """Laws of the time to the next gap and of its length: offline from edges[0] to edges[1] and so on."""
    edges = (0, *edges, 10**9, 10**9 + 1)
    return (
        Scripted(lambda number, lane: edges[2 * number + 1] - edges[2 * number]),
        Scripted(lambda number, lane: edges[2 * number + 2] - edges[2 * number + 1]),
    )


def clients(
    *steps: Step,
    offline: tuple[int, ...],
    until: int,
    keep: int = 100,
    parallel: int = 10,
    phases: tuple[int, ...] = (0,),
) -> Watched:
    """Clients that send every 10 ns from 0 on."""
    flow = Watched(*steps)
    terms = Terms(*gaps(*offline), keep, parallel, STREAM)
    loop = Loop((flow,), {0: Offline(10, array("q", phases), terms)})
    for client in range(len(phases)):
        loop.switch_on(0, client, 0)
    loop.advance(until)
    return flow


def test_what_was_kept_is_sent_when_the_client_is_back() -> None:
    flow = clients(after(3), offline=(15, 42), until=55)
    assert flow.ends == [
        (3, "completed", 0), (13, "completed", 1), (45, "completed", 2), (45, "completed", 3), (45, "completed", 4),
        (53, "completed", 5),
    ]  # fmt: skip
    # Latency counts from sending, the sample keeps the birth.
    assert flow.latencies == [3] * 6
    assert flow.sample[2:5] == [(0, 20, 45), (0, 30, 45), (0, 40, 45)]
    assert flow.presence == 6 * 3 + 0 * 50


def test_a_gap_ends_at_its_last_instant() -> None:
    # Born at 10, when the gap begins, and at 30, when it is over.
    flow = clients(offline=(10, 30), until=35)
    assert flow.ends == [(0, "completed", 0), (30, "completed", 1), (30, "completed", 2), (30, "completed", 3)]


def test_a_client_keeps_so_many_and_the_oldest_go() -> None:
    flow = clients(after(3), offline=(5, 45), until=49, keep=2)
    assert flow.ends == [
        (3, "completed", 0), (30, "lost", 1), (40, "lost", 2), (48, "completed", 3), (48, "completed", 4),
    ]  # fmt: skip
    assert (flow.born, flow.in_flight, flow.presence) == (5, 0, 9)


def test_so_many_are_under_way_at_once_and_the_next_follows_an_answer() -> None:
    log: Log = []
    clients(Note(log, "sent"), after(3), Answered(), after(100), offline=(5, 45), until=49, parallel=2)
    assert log == [(0, "sent", 0), (45, "sent", 1), (45, "sent", 2), (48, "sent", 3), (48, "sent", 4)]


def test_without_an_answer_the_next_follows_the_end() -> None:
    log: Log = []
    clients(Note(log, "sent"), after(2), offline=(5, 45), until=49, parallel=2)
    assert log == [(0, "sent", 0), (45, "sent", 1), (45, "sent", 2), (47, "sent", 3), (47, "sent", 4)]


def test_an_answer_that_a_part_of_the_job_brings_counts() -> None:
    log: Log = []
    steps = (Note(log, "sent"), Fork((2, 5), 7), after(3), Answered(), End(), after(100), End())
    clients(*steps, offline=(5, 45), until=60, parallel=1)
    assert log[:4] == [(0, "sent", 0), (45, "sent", 1), (48, "sent", 2), (50, "sent", 5)]


def test_new_jobs_do_not_wait_for_the_old_ones_and_order_goes_by_birth() -> None:
    known = array("q", [-1])
    flow = clients(after(12), KeepNewest(known), offline=(5, 39), until=80, parallel=1)
    # 1 is sent at 39, 2 at 51, 3 at 63; meanwhile 4, sent at 40, has made the map.
    assert flow.ends == [
        (12, "completed", 0), (51, "completed", 1), (52, "completed", 4), (62, "completed", 5), (63, "stale", 2),
        (72, "completed", 6), (75, "stale", 3),
    ]  # fmt: skip


class Refused:
    def take(self, job: Job, now: int, loop: Stage) -> int:
        loop.end(job, REJECTED, now)
        return -1


def test_a_long_list_that_is_refused_at_once_is_sent_one_by_one() -> None:
    flow = clients(Refused(), offline=(5, 50_005), until=50_006, keep=10_000, parallel=1)
    assert len(flow.ends) == 5001


def test_each_client_has_its_own_gaps() -> None:
    flow = clients(offline=(5, 15), until=20, phases=(0, 7))
    assert flow.ends == [(0, "completed", 0), (15, "completed", 1), (15, "completed", 0), (17, "completed", 1)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=2, max_size=8), st.lists(st.integers(0, 200), max_size=20))
def test_a_client_is_back_at_once_or_at_the_end_of_its_gap(lengths: list[int], instants: list[int]) -> None:
    edges = [sum(lengths[: number + 1]) for number in range(len(lengths) // 2 * 2)]
    asked = Gaps(*gaps(*edges), STREAM)
    for now in sorted(instants):
        inside = [end for start, end in zip(edges[::2], edges[1::2], strict=True) if start <= now < end]
        assert asked.back(0, now) == (inside[0] if inside else now)

"""What the engine itself refuses, and what it counts so that others can check it."""

from __future__ import annotations

import pytest
from engine_bench import EVER, after, every

from swifteats_sim.engine.clock import BackInTime
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.group import Delivery, Group
from swifteats_sim.engine.job import COMPLETED, WAIT, EndedTwice, Job, Stage
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.membership import Membership
from swifteats_sim.engine.steps import End
from swifteats_sim.engine.traffic import Traffic


class Backwards:
    """A step that sends its job to an instant before now."""

    def take(self, job: Job, now: int, loop: Stage) -> int:
        loop.resume(job, now - 1, job.pc + 1)
        return WAIT


class Twice:
    """A step that ends its job, and goes on."""

    def take(self, job: Job, now: int, loop: Stage) -> int:
        loop.end(job, COMPLETED, now)
        return job.pc + 1


def test_an_event_of_the_past_stops_the_loop() -> None:
    flow = Flow("f", (after(5), Backwards(), End()), (0, EVER))
    loop = Loop((flow,), {0: every(100, 7)})
    loop.switch_on(0, 0, 0)
    with pytest.raises(BackInTime, match="an event of 11 ns came up at 12 ns"):
        loop.advance(1000)


def test_a_job_ends_once() -> None:
    flow = Flow("f", (after(5), Twice(), End()), (0, EVER))
    loop = Loop((flow,), {0: every(100, 7)})
    loop.switch_on(0, 0, 0)
    with pytest.raises(EndedTwice, match="job 0 of 0, born at 7 ns"):
        loop.advance(1000)


def test_a_flow_counts_all_its_jobs_and_not_only_those_it_measures() -> None:
    flow = Flow("f", (after(30), End()), (200, 300))
    loop = Loop((flow,), {0: every(100, 0)})
    loop.switch_on(0, 0, 0)
    loop.advance(410)
    assert (flow.sent, flow.ended, flow.in_flight, flow.born) == (5, 4, 1, 1)


def test_a_group_knows_how_many_messages_are_in_its_logs_and_hands() -> None:
    traffic = Traffic(0, EVER)
    group = Group(Membership(1, 1, 15, 3, []), Delivery(), traffic)
    flow = Flow("f", (after(1), End()), (0, EVER))
    loop = Loop((flow,), {0: every(100, 0)})
    jobs = [Job(flow, client, 0, 0, 0) for client in range(3)]
    taken = [group.log(job, 0, 10, loop) for job in jobs]
    assert (taken, group.waiting, traffic.waiting) == ([True, False, False], 3, 3)
    loop.end(jobs[0], COMPLETED, 20)
    assert (group.waiting, traffic.waiting) == (2, 2)

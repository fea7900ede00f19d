"""What a flow keeps of its jobs: all are counted, some are noted one by one, and never more than there is room for."""

from __future__ import annotations

import pytest
from engine_bench import EVER, after, every, exactly

from swifteats_sim.engine import flow as flows
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.steps import End


def sampled(every_nth: int, until: int, clients: int = 8) -> Flow:
    """Clients who each send a job every 10 ns, client k at 10 n + k; a job takes 3 ns."""
    flow = Flow("f", (after(3), End()), (0, EVER), sampled=every_nth)
    loop = Loop((flow,), {0: every(10, *range(clients))})
    for client in range(clients):
        loop.switch_on(0, client, 0)
    loop.advance(until)
    return flow


def test_jobs_of_every_nth_entity_are_noted_as_they_end() -> None:
    flow = sampled(4, until=20)
    assert flow.sample == [(0, 0, 3), (4, 4, 7), (0, 10, 13), (4, 14, 17)]
    assert exactly(flow.latency) == [3] * 15


@pytest.mark.parametrize(("room", "stride"), [(1000, 2), (40, 2), (39, 4), (20, 4), (19, 8), (10, 8)])
def test_where_there_are_too_many_whole_entities_are_left_out(
    monkeypatch: pytest.MonkeyPatch, room: int, stride: int
) -> None:
    """Ten jobs of each of eight clients: those that stay are whole, as if fewer had been asked for at first."""
    monkeypatch.setattr(flows, "SAMPLES", room)
    thinned = sampled(2, until=101).sample
    assert len(thinned) <= room
    monkeypatch.setattr(flows, "SAMPLES", 1000)
    assert thinned == sampled(stride, until=101).sample


def test_one_entity_is_never_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "SAMPLES", 3)
    assert sampled(1, until=101, clients=1).sample == [(0, born, born + 3) for born in range(0, 98, 10)]

"""Open connections: which messages reach them, and what looking for them costs."""

from __future__ import annotations

import pytest
from engine_bench import EVER, STREAM, Once, Scripted, Watched, counts, fixed, play

from swifteats_sim.engine.gaps import Gaps
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.publishing import Place
from swifteats_sim.engine.sources import Following
from swifteats_sim.engine.streaming import Connections, Deliver, Spread


def connected(processes: int, sticky: bool, fan_out: bool) -> Connections:
    return Connections(Spread(processes, sticky, fan_out, scan=20), [1000], STREAM)


def delivered(connections: Connections, clients: int = 10_000) -> Watched:
    """One message to each client, from the partition of its number."""
    flow = Watched(Place(lambda job: job.entity), Deliver(connections))
    loop = Loop((flow,), {0: Following(10)})
    for client in range(clients):
        loop.switch_on(0, client, 0)
    loop.advance(1)
    return flow


def test_with_fan_out_every_message_arrives() -> None:
    connections = connected(10, sticky=False, fan_out=True)
    assert counts(delivered(connections)) == {"completed": 10_000}
    assert (connections.sent, connections.delivered) == (10_000, 10_000)


@pytest.mark.parametrize(("sticky", "share"), [(True, 1 / 10), (False, 1 / 100)])
def test_without_it_one_in_w_arrives_and_one_in_w_squared_where_routing_forgets(sticky: bool, share: float) -> None:
    connections = connected(10, sticky, fan_out=False)
    flow = delivered(connections)
    # Four standard errors of a share.
    assert connections.delivered / 10_000 == pytest.approx(share, abs=4 * (share * (1 - share) / 10_000) ** 0.5)
    assert counts(flow) == {"completed": connections.delivered, "dropped": 10_000 - connections.delivered}


def test_one_process_reaches_everybody() -> None:
    for sticky in (True, False):
        connections = connected(1, sticky, fan_out=False)
        delivered(connections, 100)
        assert connections.delivered == 100


def test_a_client_is_reached_always_or_never() -> None:
    flow = Watched(Place(lambda job: 0), Deliver(connected(3, sticky=True, fan_out=False)))
    play(flow, source=Once(*range(50)))
    assert len(counts(flow)) == 1


def test_messages_are_counted_in_the_span() -> None:
    connections = connected(1, sticky=True, fan_out=True)
    play(Watched(Deliver(connections), span=(10, EVER)), source=Once(9, 10, 11))
    assert (connections.sent, connections.delivered) == (2, 2)


def test_a_process_goes_through_its_share_of_the_connections() -> None:
    # 1000 connections over 10 processes, 20 ns each.
    assert connected(10, sticky=True, fan_out=True).scanning() == 2000


def test_where_there_are_slots_for_some_the_others_hear_nothing() -> None:
    connections = Connections(Spread(slots=512, scan=20), [2048], STREAM)
    delivered(connections)
    assert connections.delivered / 10_000 == pytest.approx(0.25, abs=0.02)
    # Only those who have a connection are gone through.
    assert connections.scanning() == 512 * 20


@pytest.mark.parametrize(("resubscribes", "heard"), [(True, [0, 1, 2, 6, 7, 8, 9]), (False, [0, 1, 2])])
def test_after_a_break_only_who_subscribes_again_hears_anything(resubscribes: bool, heard: list[int]) -> None:
    # Cut off from 3 to 6, and then from 18 to 21.
    breaks = Gaps(Scripted(lambda index, lane: 3 if index == 0 else 12), fixed(3), STREAM)
    flow = Watched(Deliver(Connections(Spread(), [1], STREAM, breaks, resubscribes)))
    play(flow, source=Once(*range(10)))
    assert [index for _, outcome, index in flow.ends if outcome == "completed"] == heard


def missed(connections: Connections) -> dict[str, int]:
    assert connections.delivered + sum(connections.missed.values()) == connections.sent
    return {why: count for why, count in connections.missed.items() if count}


def test_it_is_told_why_a_message_does_not_come() -> None:
    alone, crowded = connected(10, True, fan_out=False), Connections(Spread(slots=512), [2048], STREAM)
    for connections, why in ((alone, "elsewhere"), (crowded, "refused")):
        delivered(connections, 100)
        assert list(missed(connections)) == [why]
    for resubscribes, reasons in ((True, {"away": 3}), (False, {"silent": 7})):
        cut = Gaps(Scripted(lambda index, lane: 3 if index == 0 else 12), fixed(3), STREAM)
        broken = Connections(Spread(), [1], STREAM, cut, resubscribes)
        play(Watched(Deliver(broken)), source=Once(*range(10)))
        assert missed(broken) == reasons

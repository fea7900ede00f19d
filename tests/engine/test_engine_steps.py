"""The plain steps: served, delayed, remembered, let through, started."""

from __future__ import annotations

from array import array

import pytest
from engine_bench import (
    EVER,
    SECOND,
    STREAM,
    Ends,
    Log,
    Note,
    Once,
    Watched,
    after,
    counts,
    desk,
    each,
    every,
    fixed,
    play,
    run,
    served,
)

from swifteats_sim.engine.buckets import Buckets
from swifteats_sim.engine.job import FAILED, Job
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.limiting import Addresses, Limit
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.publishing import Leaders, Place
from swifteats_sim.engine.sources import Renewal
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.steps import Fail, Flagged, Fresh, KeepNewest, OnlyIf, Send, Start, Visit
from swifteats_sim.engine.streaming import Connections, Spread
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.engine.usage import Usage


def test_a_rejected_job_ends_at_the_full_queue() -> None:
    flow = run(served(desk(limit=0), 10), after(1), births=(0, 5, 10))
    assert flow.ends == [(5, "rejected", 1), (11, "completed", 0), (21, "completed", 2)]


def test_waits_at_stations_add_up() -> None:
    first, second = desk(), desk()
    first.visit(0, 4)
    second.visit(0, 20)
    flow = run(served(first, 6), served(second, 1))
    # Waits 4, is served until 10, waits until 20.
    assert flow.ends == [(21, "completed", 0)]
    assert flow.waits == [14]


def test_what_is_added_to_a_service_is_asked_at_arrival() -> None:
    clients, station = [5], desk()
    step = Visit(station, fixed(10), STREAM, scan=Connections(Spread(scan=1), clients, STREAM))
    flow = Watched(step)
    loop = Loop((flow,), {0: Once(0, 2)})
    loop.open(0)
    loop.write(clients, 0, 7, 1)
    loop.advance(EVER)
    assert flow.ends == [(15, "completed", 0), (32, "completed", 1)]
    assert (station.usage.busy, station.usage.scanned) == (32, 12)


def test_who_would_wait_too_long_leaves_when_his_patience_ends_and_takes_no_server() -> None:
    station = desk()
    step = Visit(station, fixed(10), STREAM, patience=(each(0, 4, 19, 9), STREAM))
    flow = run(step, after(1), births=(0, 1, 1, 2))
    # Job 0 is served until 10, job 2 from 10; job 1 leaves after 4, job 3 after 9, for it would have waited 18.
    assert flow.ends == [(5, "abandoned", 1), (11, "completed", 0), (11, "abandoned", 3), (21, "completed", 2)]
    assert flow.waits == [4, 0, 9, 9]
    assert (station.usage.visits, station.usage.abandoned, station.usage.busy) == (2, 2, 20)


@pytest.mark.slow
def test_patience_drawn_from_a_law_is_erlang_a() -> None:
    """M/M/10+M: 11 arrivals/s, mean service 1 s, mean patience 2 s; 30 replications within 4 standard errors."""
    shares, waits = list[float](), list[float]()
    span = (200 * SECOND, 2200 * SECOND)
    for replication in range(30):
        streams = [Stream(7, replication, name) for name in ("arrivals", "service", "patience")]
        gap, service, patience = (Law([("exponential", (mean,), ())], mean) for mean in (1 / 11, 1.0, 2.0))
        team = Station("team", 1, 10, "shared", None, Usage(*span))
        flow = Watched(Visit(team, service, streams[1], (patience, streams[2])), span=span)
        play(flow, source=Renewal(gap, streams[0]), until=span[1] + 100 * SECOND)
        shares.append(counts(flow)["abandoned"] / flow.born)
        waits.append(flow.wait.mean / SECOND)
    for values, theory in ((shares, 0.14774584197760687), (waits, 0.29549168395521375)):
        mean = sum(values) / 30
        error = (sum((value - mean) ** 2 for value in values) / 29 / 30) ** 0.5
        assert abs(mean - theory) < 4 * error
        assert error < 0.02 * theory


def test_an_older_job_that_arrives_later_is_stale_and_never_overwrites() -> None:
    known, log = array("q", [-1]), list[tuple[int, str, int]]()
    flow = run(after(each(50, 1)), KeepNewest(known), Note(log, "shown"), births=(2, 8))
    assert log == [(9, "shown", 1)]
    assert flow.ends == [(9, "completed", 1), (52, "stale", 0)]
    assert (list(known), flow.stale, flow.overwritten, counts(flow)) == ([8], 1, 0, {"completed": 2})
    assert flow.latencies == [1, 50]


def test_without_a_guard_the_older_one_overwrites_the_newer() -> None:
    known, log = array("q", [-1]), list[tuple[int, str, int]]()
    flow = run(after(each(50, 1)), KeepNewest(known, guarded=False), Note(log, "shown"), births=(2, 8))
    assert log == [(9, "shown", 1), (52, "shown", 0)]
    assert (list(known), flow.stale, flow.overwritten) == ([2], 1, 1)


def test_two_jobs_of_one_instant_are_one_news_only() -> None:
    flow = run(KeepNewest(array("q", [-1])), births=(2, 2))
    assert flow.ends == [(2, "completed", 0), (2, "stale", 1)]


def test_a_job_is_dropped_where_its_flag_is_down() -> None:
    flags = bytearray(1)
    flow = Watched(OnlyIf(Flagged(flags)))
    loop = Loop((flow,), {0: every(10, 0)})
    loop.switch_on(0, 0, 0)
    loop.write(flags, 0, 1, 10)
    loop.write(flags, 0, 0, 25)
    loop.advance(40)
    assert flow.ends == [(0, "dropped", 0), (10, "completed", 1), (20, "completed", 2), (30, "dropped", 3)]


def test_a_test_is_told_when_the_job_was_born() -> None:
    assert run(after(5), OnlyIf(lambda entity, born: born == 3), births=(2, 3)).ends == [
        (7, "dropped", 0), (8, "completed", 1),
    ]  # fmt: skip


def test_a_job_older_than_allowed_expires() -> None:
    flow = run(after(each(30, 31)), Fresh(30), births=(0, 100))
    assert flow.ends == [(30, "completed", 0), (131, "expired", 1)]


def test_a_share_of_jobs_fails() -> None:
    flow = run(Fail(0.3, STREAM), births=tuple(range(2000)))
    assert 0.27 < counts(flow)["failed"] / 2000 < 0.33
    assert counts(run(Fail(0.0, STREAM), births=(0, 1))) == {"completed": 2}
    assert counts(run(Fail(1.0, STREAM), births=(0, 1))) == {"failed": 2}


def test_messages_to_clients_are_counted_with_their_bytes() -> None:
    flow = Watched(Send(500), Send(20), span=(5, EVER))
    play(flow, source=Once(4, 5, 6))
    assert (flow.messages, flow.bytes) == (4, 1040)


def test_a_started_job_has_its_starter_s_birth_and_goes_on_beside_it() -> None:
    child = Watched(after(5), name="child")
    parent = Watched(after(3), Start(1), after(1), name="parent")
    play(parent, child, source=Once(10))
    assert (parent.sample, child.sample) == ([(0, 10, 14)], [(0, 10, 18)])
    assert (child.born, child.in_flight) == (1, 0)
    # The customer's clock runs since the parent was sent.
    assert child.latencies == [8]


def test_a_child_that_is_dropped_leaves_its_parent_alone() -> None:
    child = Watched(OnlyIf(lambda entity, born: False), name="child")
    parent = Watched(Start(1), after(1), name="parent")
    play(parent, child, source=Once(10))
    assert (child.ends, parent.ends) == ([(10, "dropped", 0)], [(11, "completed", 0)])


def test_two_children_of_one_job_draw_apart() -> None:
    uniform = Law([("uniform", (0.0, 1e-3), ())], 5e-4)
    child = Watched(after(uniform), name="child")
    play(Watched(Start(1), Start(1, number=2)), child, source=Once(0))
    first, second = child.latencies
    assert first != second


def test_a_bucket_refuses_who_asks_too_often() -> None:
    limit = Limit(Buckets(rate=1e8, burst=2), None)  # a token every 10 ns
    flow = run(limit, births=(0, 1, 2, 10, 11))
    assert [outcome for _, outcome, _ in flow.ends] == ["completed", "completed", "rejected", "completed", "rejected"]


def test_clients_behind_one_address_share_its_bucket() -> None:
    shared, own = Watched(Limit(Buckets(1.0, 1), Addresses(1, STREAM))), Watched(Limit(Buckets(1.0, 1), None))
    for flow in (shared, own):
        loop = Loop((flow,), {0: every(10, 0, 1, 2)})
        for client in range(3):
            loop.switch_on(0, client, 0)
        loop.advance(5)
    assert [outcome for _, outcome, _ in shared.ends] == ["completed", "rejected", "rejected"]
    assert [outcome for _, outcome, _ in own.ends] == ["completed"] * 3
    addresses = Addresses(10, STREAM)
    assert {addresses.of(client) for client in range(1000)} == set(range(10))


def partition_zero(job: Job) -> int:
    return 0


def test_a_producer_waits_for_a_new_leader() -> None:
    traffic = Traffic(0, EVER)
    place = Place(partition_zero, traffic, Leaders(((10, 5), (15, 5))))
    flow = run(place, after(1), births=(9, 10, 14, 20))
    assert flow.ends == [(10, "completed", 0), (21, "completed", 1), (21, "completed", 2), (21, "completed", 3)]
    assert flow.waits == [0, 10, 6, 0]
    assert traffic.messages == 4


def test_what_the_leader_alone_acknowledged_dies_with_it() -> None:
    traffic = Traffic(0, EVER)
    flow = run(Place(partition_zero, traffic, Leaders(((10, 5),), unsafe=3)), births=(6, 7, 9, 10))
    assert flow.ends == [(6, "completed", 0), (7, "lost", 1), (9, "lost", 2), (15, "completed", 3)]
    assert (traffic.lost, traffic.unreplicated, traffic.messages) == (2, 2, 2)


def test_a_key_whose_messages_lie_in_several_partitions_is_scattered() -> None:
    """Five jobs of one entity: the second and the fourth go elsewhere than the one before. The first is in no span."""
    traffic, places = Traffic(5, EVER), iter((0, 1, 1, 0, 0))
    run(Place(lambda job: next(places), traffic), births=(0, 10, 20, 30, 40))
    assert (traffic.scattered, traffic.messages) == (2, 4)


def test_a_message_behind_one_of_another_geo_is_mixed_with_it() -> None:
    """Two partitions, geos in turn: 0, 0, 1 in the first one, and 1 in the other."""
    traffic, places, geos = Traffic(0, EVER), iter((0, 0, 0, 1)), [0]
    flow = Watched(Place(lambda job: next(places), traffic, geos=geos))
    loop = Loop((flow,), {0: Once(0, 10, 20, 30)})
    loop.open(0)
    loop.write(geos, 0, 1, 15)
    loop.advance(EVER)
    assert (traffic.mixed, traffic.messages, traffic.keys, traffic.reached) == (1, 4, 1, 2)


def test_jobs_that_have_ended_take_no_further_step() -> None:
    log: Log = []
    run(Ends(FAILED), Note(log, "after the end"))
    assert log == []

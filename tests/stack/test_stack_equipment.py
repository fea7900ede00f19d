"""The equipment of a stack: each part is what its declaration means."""

from __future__ import annotations

import pytest
from stack_bench import MS, SECOND
from stack_text import END, SPAN, equipment_of

from swifteats_sim.engine.cache import ForcedCache, TtlCache
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.job import Job
from swifteats_sim.engine.steps import End

WEB = "stations:\n  web: {}\nflows:\n  calls: {arrivals: 1 s, steps: [{at: web, service: 1 ms}]}\n"


QUIET = Flow("quiet", (End(),), SPAN)
"""What jobs that take no step belong to."""


def web(declared: str) -> str:
    return WEB.replace("web: {}", f"web: {declared}")


def test_an_instance_that_pauses_begins_what_comes_when_it_is_over() -> None:
    station = equipment_of(web("{pauses: [{at: 10 s, for: 5 s}]}")).stations["web"]
    assert station.visit(9 * SECOND, SECOND) == (9 * SECOND, 10 * SECOND)
    assert station.visit(12 * SECOND, SECOND) == (15 * SECOND, 16 * SECOND)
    assert station.visit(20 * SECOND, SECOND) == (20 * SECOND, 21 * SECOND)


def test_a_pause_of_one_instance_at_half_speed_leaves_the_others_alone() -> None:
    text = web("{instances: 2, balancing: round_robin, pauses: [{at: 10 s, for: 5 s, instance: 1, speed: 50 %}]}")
    station = equipment_of(text).stations["web"]
    assert station.visit(10 * SECOND, SECOND) == (10 * SECOND, 11 * SECOND)
    assert station.visit(10 * SECOND, SECOND) == (10 * SECOND, 12 * SECOND)


def test_pauses_that_come_again_come_at_the_same_times_in_every_build_and_last_as_long_on_average() -> None:
    text = web('{pauses: [{every: "exponential(10 s)", for: "exponential(1 s)"}]}')
    one, two = equipment_of(text).stations["web"], equipment_of(text).stations["web"]
    instants = range(0, END, SECOND)
    waits = [one.visit(at, 0)[0] - at for at in instants]
    assert waits == [two.visit(at, 0)[0] - at for at in instants]
    paused = sum(wait > 0 for wait in waits) / len(waits)
    # A part of 1 / 11 of 55 cycles, whose lengths are exponential: a standard deviation of about a sixth of it.
    assert paused == pytest.approx(1 / 11, rel=0.5)


def test_a_station_served_by_priority_is_a_desk_and_who_waits_there_at_the_end_has_waited_until_then() -> None:
    text = web("{instances: 2, concurrency: 3, discipline: priority}")
    equipment = equipment_of(text.replace("service: 1 ms", "service: 1 ms, priority: 1"))
    desk = equipment.desks["web"]
    assert (equipment.stations, desk.servers, desk.queue.size) == ({}, 6, 6)
    jobs = [Job(QUIET, entity, 0, 0, 0) for entity in range(8)]
    for number, job in enumerate(jobs):
        job.since = END - number * MS
        if desk.queue.is_free():
            desk.queue.give(job, job.since)
        else:
            desk.queue.queue(job, 0, 0, job.since)
    equipment.close()
    assert (desk.usage.wait, desk.usage.queued, desk.usage.max_wait) == (0, (6 + 7) * MS, 7 * MS)


POOLS = """
stations:
  database: {connections: 3}
  other: {}
pools:
  red: {size: 2, to: database}
  blue: {size: 2, to: database}
  free: {size: 2, to: other}
flows:
  calls: {arrivals: 1 s, steps: [{at: database, service: 1 ms}]}
"""


def test_pools_to_one_station_share_the_connections_it_accepts() -> None:
    """C76: two and two do not fit into three; a pool to a station without a limit is its own."""
    pools = equipment_of(POOLS).pools
    jobs = [Job(QUIET, entity, 0, 0, 0) for entity in range(5)]
    for pool, job in zip(("red", "red", "blue"), jobs, strict=False):
        assert pools[pool].is_free()
        pools[pool].give(job, 0)
    assert [name for name, pool in pools.items() if pool.is_free()] == ["free"]
    assert pools["blue"].used == 1


TOPICS = """
stations:
  desk: {}
topics:
  read: {partitions: {dense: 4, sparse: 2}, placement: keyed, consumers: 3, handlers: unawaited, commit: auto}
  unread: {partitions: 2, placement: pinned}
flows:
  calls:
    arrivals: 1 s
    steps: [{place: read}, {consume: read, steps: [{at: desk, service: 1 ms}]}, {place: unread}]
"""


def test_a_topic_that_flows_consume_has_one_group_over_the_partitions_of_every_geo() -> None:
    equipment = equipment_of(TOPICS, "sparse", "dense", "sparse")
    assert set(equipment.groups) == {"read"}
    assert [list(equipment.topics["read"].partitions_of(geo)) for geo in range(3)] == [[0, 1], [2, 3, 4, 5], [6, 7]]
    delivery = equipment.groups["read"].delivery
    assert (delivery.awaited, delivery.auto_commit, delivery.attempts) == (False, 5 * SECOND, 3)
    assert equipment.groups["read"].traffic is equipment.traffic["read"]


@pytest.mark.parametrize(("acks", "dies"), [("leader", True), ("all", False)])
def test_a_message_dies_with_its_leader_only_where_the_leader_alone_answers_for_it(acks: str, dies: bool) -> None:
    faults = f"acks: {acks}, replication_lag: 50 ms, leader_losses: [{{at: 20 s, for: 1 s}}, {{at: 10 s, for: 2 s}}]"
    leaders = equipment_of(TOPICS.replace("placement: pinned", f"placement: pinned, {faults}")).leaders["unread"]
    assert leaders is not None
    assert leaders.loses(10 * SECOND - 50 * MS) == leaders.loses(20 * SECOND - 1) == dies
    assert not leaders.loses(10 * SECOND - 50 * MS - 1)
    assert [leaders.ready(at * SECOND) // SECOND for at in (9, 10, 11, 12, 20)] == [9, 12, 12, 12, 21]


CACHES = """
caches:
  real: {ttl: 2 min, entries: 7, protection: single_flight}
  forced: {ttl: 2 min, hits: 80 %}
  careless: {ttl: 1 h, changes: 10 min, invalidation: {failures: 100 %}}
"""


def test_a_cache_is_real_unless_its_hits_are_declared() -> None:
    shelves = equipment_of(CACHES + WEB).shelves
    assert {name: type(shelf.cache) for name, shelf in shelves.items()} == {
        "real": TtlCache, "forced": ForcedCache, "careless": TtlCache,
    }  # fmt: skip
    assert [name for name, shelf in shelves.items() if shelf.single_flight] == ["real"]
    forced = shelves["forced"].cache
    hits = [forced.read(key, 0, key) for key in range(10_000)]
    assert sum(hits) / 10_000 == pytest.approx(0.8, abs=0.013)


def test_a_change_that_no_invalidation_follows_leaves_a_stale_entry() -> None:
    cache = equipment_of(CACHES + WEB).shelves["careless"].cache
    cache.begin_fill(5, 0)
    cache.fill(5, 0)
    minute = 60 * SECOND
    assert [cache.read(5, at * minute) for at in (9, 10, 59, 60)] == [True, True, True, False]
    # The measured span ends after ten minutes: of its reads one came before the change.
    assert (cache.reads, cache.hits, cache.stale) == (1, 1, 0)


def test_addresses_are_shared_by_clients_and_each_client_keeps_his() -> None:
    text = "limits:\n  mine: {rate: 1/s, burst: 2}\n  theirs: {rate: 1/s, burst: 2, per: address, addresses: 4}\n"
    limits = equipment_of(text + WEB).limits
    assert limits["mine"].addresses is None
    addresses = limits["theirs"].addresses
    assert addresses is not None
    behind = [addresses.of(client) for client in range(4000)]
    assert behind == [addresses.of(client) for client in range(4000)]
    assert sorted(set(behind)) == [0, 1, 2, 3]
    assert all(behind.count(address) == pytest.approx(1000, abs=90) for address in range(4))


def test_a_stream_counts_its_own_clients_or_asks_who_watches_now() -> None:
    text = "streams:\n  own: {processes: 2, scan: 1 ms, clients: 100}\n  city: {processes: 2, scan: 1 ms}\n"
    connections = equipment_of(text + WEB, watchers=30).connections
    assert connections["own"].scanning() == 50 * MS
    assert connections["city"].scanning() == 15 * MS


def test_parts_draw_from_streams_of_their_own_names() -> None:
    """Equipment added or left out changes nothing about the rest."""
    alone = equipment_of(CACHES + WEB).shelves["forced"].cache
    crowd = equipment_of(CACHES + TOPICS + "streams:\n  s: {clients: 5}\n").shelves["forced"].cache
    assert [alone.read(0, 0, who) for who in range(99)] == [crowd.read(0, 0, who) for who in range(99)]

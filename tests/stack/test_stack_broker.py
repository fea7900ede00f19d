"""Topics: which partition a message goes to, who hears of it, and what dies with a leader."""

from __future__ import annotations

import pytest

from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.engine.placement import Rule as Placement
from swifteats_sim.engine.publishing import Leaders
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.stack.broker import COPY, Topic
from swifteats_sim.stack.faults import Faults


def test_round_robin_deals_a_geo_s_messages_over_its_own_partitions() -> None:
    topic = Topic("assignment", (3, 2), "round_robin")
    assert [topic.partition(0, 99) for _ in range(4)] == [0, 1, 2, 0]
    assert [topic.partition(1, 99) for _ in range(3)] == [3, 4, 3]
    assert topic.partition(0, 99) == 1
    assert [list(topic.partitions_of(geo)) for geo in range(topic.geos)] == [[0, 1, 2], [3, 4]]


def test_a_key_always_has_the_same_partition_of_its_geo() -> None:
    topic = Topic("fixes", (3, 2), "keyed")
    assert [topic.partition(0, key) for key in (0, 1, 2, 3, 1)] == [0, 1, 2, 0, 1]
    assert [topic.partition(1, key) for key in (0, 1, 2)] == [3, 4, 3]


def test_a_partition_keeps_its_messages_in_order_and_rings_its_consumer() -> None:
    topic, rung = Topic("assignment", (2,), "keyed"), list[int]()
    topic.subscribe(1, lambda: rung.append(len(topic.logs[1])))
    topic.append(10, 0, 1, "first")
    topic.append(10, 0, 0, "unheard")
    topic.append(20, 0, 3, "second")
    assert list(topic.logs[1]) == [(10, "first"), (20, "second")]
    assert list(topic.logs[0]) == [(10, "unheard")]
    # The message is there before the bell rings.
    assert rung == [1, 2]


def test_a_pinned_topic_uses_the_first_partition_of_each_geo_whatever_the_key() -> None:
    topic = Topic("fixes", (3, 2), "pinned")
    assert [topic.partition(geo, key) for geo in (0, 1) for key in (0, 1, 2)] == [0, 0, 0, 3, 3, 3]


def test_random_placement_spreads_a_key_s_messages_by_draws_with_an_address() -> None:
    stream = Stream(1, 0, "topic.fixes")
    topic = Topic("fixes", (1, 4), "random", stream)
    drawn = [topic.partition(1, 7, index) for index in range(200)]
    assert drawn == [1 + int(4 * stream.uniform(7, index)) for index in range(200)]
    assert {drawn.count(partition) > 30 for partition in (1, 2, 3, 4)} == {True}
    # The same message goes to the same partition, whatever was placed in between.
    assert topic.partition(1, 7, 3) == drawn[3]


def test_random_placement_needs_a_stream() -> None:
    with pytest.raises(ValueError, match="random placement needs a stream"):
        Topic("fixes", (1,), "random")


@pytest.mark.parametrize("placement", ["keyed", "pinned", "round_robin"])
def test_other_placements_need_none(placement: Placement) -> None:
    assert Topic("fixes", (1,), placement).partition(0, 5) == 0


def test_messages_that_were_taken_in_vain_are_in_the_log_again_at_their_place() -> None:
    topic, rung = Topic("assignment", (1,), "keyed"), list[str]()
    for now, message in [(10, "first"), (20, "second"), (30, "third"), (40, "fourth")]:
        topic.append(now, 0, 0, message)
    first, second, third = (topic.logs[0].popleft() for _ in range(3))
    topic.subscribe(0, lambda: rung.append("bell"))
    topic.put_back(0, [third])
    # The third came back before the first two did, and still stands behind them.
    topic.put_back(0, [first, second])
    assert [message for _, message in topic.logs[0]] == ["first", "second", "third", "fourth"]
    assert rung == ["bell", "bell"]


def test_what_is_logged_is_counted_in_the_measured_span_and_waits_until_it_is_done() -> None:
    traffic = Traffic(100, 200)
    topic = Topic("assignment", (1,), "keyed", traffic=traffic)
    for now in (50, 120, 150, 200):
        topic.append(now, 0, 0, now)
    assert (traffic.messages, traffic.waiting) == (2, 4)
    assert traffic.waited == 1 * 20 + 2 * 30 + 3 * 50


def test_a_message_that_only_a_dying_leader_has_is_lost_without_a_word() -> None:
    traffic = Traffic(0, 1000)
    topic = Topic("assignment", (1,), "keyed", traffic=traffic, leaders=Leaders(((100, 50),), unsafe=10))
    for now in (89, 90, 99, 150):
        topic.append(now, 0, 0, now)
    assert [message for _, message in topic.logs[0]] == [89, 150]
    assert (traffic.messages, traffic.lost, traffic.unreplicated, traffic.waiting) == (2, 2, 2, 2)


@pytest.mark.parametrize(("placement", "places"), [("keyed", [1, 2, 0]), ("round_robin", [0, 1, 2])])
def test_one_topic_for_all_geos_places_their_messages_together(placement: Placement, places: list[int]) -> None:
    topic = Topic("assignment", (3,), placement)
    assert [topic.partition(geo, key) for geo, key in [(0, 1), (4, 2), (2, 3)]] == places
    assert topic.geos == 1


def test_geos_that_share_partitions_stand_behind_each_other() -> None:
    """C47. Keys 0 to 3 of two geos in turn, over two partitions of all, or each geo's own."""
    mixed = []
    for partitions in ((2,), (2, 2)):
        traffic = Traffic(0, 1000)
        topic = Topic("assignment", partitions, "keyed", traffic=traffic)
        for now, (geo, key) in enumerate([(0, 0), (0, 1), (1, 2), (1, 3), (0, 4)]):
            topic.append(now, geo, key, key)
        mixed.append((traffic.mixed, traffic.keys, traffic.reached))
    assert mixed == [(3, 5, 2), (0, 5, 4)]


@pytest.mark.parametrize(("placement", "places"), [("keyed", [1, 1]), ("round_robin", [0, 1]), ("pinned", [0, 0])])
def test_the_copy_of_a_message_goes_where_its_placement_puts_it(placement: Placement, places: list[int]) -> None:
    topic = Topic("assignment", (3,), placement, faults=Faults(Stream(1, 0, "faults"), duplicates=1.0))
    message = AssignmentRequest(7, 0, 1)
    topic.append(10, 0, 7, message)
    logged = [partition for partition, log in enumerate(topic.logs) for entry in log if entry == (10, message)]
    assert logged == places
    assert topic.came == [message]


def test_copies_placed_at_random_are_draws_apart() -> None:
    stream = Stream(1, 0, "topic")
    topic = Topic("assignment", (50,), "random", stream, faults=Faults(Stream(1, 0, "faults"), duplicates=1.0))
    apart = 0
    for key in range(100):
        topic.append(10, 0, key, AssignmentRequest(key, 0, 1))
        first, second = (topic.partition(0, key, index) for index in (0, COPY))
        assert AssignmentRequest(key, 0, 1) in [message for _, message in topic.logs[first]]
        assert AssignmentRequest(key, 0, 1) in [message for _, message in topic.logs[second]]
        apart += first != second
    assert apart > 90


def test_a_message_has_come_when_it_is_logged_or_lost_or_was_missed() -> None:
    topic = Topic("assignment", (1,), "keyed", leaders=Leaders(((100, 50),), unsafe=10))
    topic.append(50, 0, 0, "logged")
    topic.append(95, 0, 0, "lost")
    topic.miss("missed")
    assert topic.came == ["logged", "lost", "missed"]

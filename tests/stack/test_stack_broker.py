"""Topics: which partition a message goes to, and who hears of it."""

from __future__ import annotations

from swifteats_sim.stack.broker import Topic


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
    assert topic.lag() == 3
    topic.logs[1].popleft()
    assert topic.lag() == 2

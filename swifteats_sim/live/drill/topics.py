"""The topics of a drill: made for it, counted at its end, and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.live.drill.plan import GEO, PARTITIONS
from swifteats_sim.live.messages.quiet import QUIET
from swifteats_sim.live.messages.requests import topic_of
from swifteats_sim.live.messages.topics import create_topics, dead_topic_of, delete_topics
from swifteats_sim.live.site import Unusable

ANSWER_WITHIN = 10.0
"""s."""
REQUESTED = topic_of(REQUESTS, GEO)
DEAD = dead_topic_of(REQUESTED)


@contextmanager
def own_topics(bootstrap: str, group: str) -> Iterator[None]:
    """New topics for requests and their dead letters, which go at the end, with the group that read them.

    Unusable where they are there: their messages would be somebody else's.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap, **QUIET})
    there = admin.list_topics(timeout=ANSWER_WITHIN).topics
    for topic in (REQUESTED, DEAD):
        if topic in there:
            raise Unusable(f"there is a topic {topic}: another drill is under way, or was killed; delete it")
    create_topics(bootstrap, REQUESTS, (GEO,), PARTITIONS)
    try:
        yield
    finally:
        delete_topics(bootstrap, REQUESTS, (GEO,))
        _forget(admin, group)


def _forget(admin: AdminClient, group: str) -> None:
    """A group without topics vanishes by itself in time, where the broker does not take it now."""
    for answer in admin.delete_consumer_groups([group], request_timeout=ANSWER_WITHIN).values():
        try:
            answer.result()
        except KafkaException:
            return


def messages_in(bootstrap: str, topic: str, partitions: int) -> list[bytes]:
    """The values of all messages that lie in a topic."""
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "swifteats-drill-count", "fetch.wait.max.ms": 10,
                       "enable.auto.commit": False, **QUIET})  # fmt: skip
    found = list[bytes]()
    try:
        for number in range(partitions):
            place = TopicPartition(topic, number, 0)
            first, end = reader.get_watermark_offsets(place, timeout=ANSWER_WITHIN)
            reader.assign([TopicPartition(topic, number, first)])
            found += _read(reader, end - first)
    finally:
        reader.close()
    return found


def _read(reader: Consumer, count: int) -> list[bytes]:
    """So many messages; fewer, if the broker stops giving them."""
    found, silent = list[bytes](), 0
    while len(found) < count and silent < 100:
        came = [message for message in reader.consume(count - len(found), 0.1) if message.error() is None]
        silent = 0 if came else silent + 1
        for message in came:
            value = message.value()
            found.append(value.encode() if isinstance(value, str) else value or b"")
    return found

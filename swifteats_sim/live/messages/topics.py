"""Topics: one for each geographic area with its partitions, and beside it one for what nobody can handle (F3, A24)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from swifteats_sim.live.messages.quiet import QUIET
from swifteats_sim.live.messages.requests import topic_of

ANSWER_WITHIN = 10.0
"""s."""
ALREADY: int = KafkaError.TOPIC_ALREADY_EXISTS
NOT_THERE: int = KafkaError.UNKNOWN_TOPIC_OR_PART


def dead_topic_of(topic: str) -> str:
    """Where the dead letters of a topic go (A24)."""
    return f"{topic}.dead"


def create_topics(bootstrap: str, name: str, geos: Iterable[int], partitions: int) -> None:
    """Make a topic for each geographic area, and one of a single partition for its dead letters, where missing."""
    wanted: dict[str, int] = {}
    for geo in geos:
        topic = topic_of(name, geo)
        wanted |= {topic: partitions, dead_topic_of(topic): 1}
    _create(bootstrap, wanted)


def delete_topics(bootstrap: str, name: str, geos: Iterable[int]) -> None:
    """Delete what `create_topics` has made, where it is there; KafkaException where the brokers do not allow it."""
    topics = [topic for geo in geos for topic in (topic_of(name, geo), dead_topic_of(topic_of(name, geo)))]
    admin = AdminClient({"bootstrap.servers": bootstrap, **QUIET})
    _settle(admin.delete_topics(topics, operation_timeout=ANSWER_WITHIN, request_timeout=ANSWER_WITHIN), NOT_THERE)


def _create(bootstrap: str, wanted: Mapping[str, int]) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap, **QUIET})
    asked = admin.create_topics(
        [NewTopic(topic, count, replication_factor=1) for topic, count in wanted.items()],
        operation_timeout=ANSWER_WITHIN, request_timeout=ANSWER_WITHIN,
    )  # fmt: skip
    _settle(asked, ALREADY)


def _settle(asked: Mapping[str, Future[Any]], fine: int) -> None:
    """Wait for every answer, of which this error is as good as none.

    Whoever was asked, the admin's client, must live as long: what it was asked dies with it.
    """
    for answer in asked.values():
        try:
            answer.result()
        except KafkaException as error:
            if error.args[0].code() != fine:
                raise

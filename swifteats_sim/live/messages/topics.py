"""Topics: one for each geographic area with its partitions, and beside it one for what nobody can handle (F3, A24)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from swifteats_sim.live.messages.quiet import QUIET
from swifteats_sim.live.messages.requests import topic_of

ANSWER_WITHIN = 10.0
"""s."""


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


def _create(bootstrap: str, wanted: Mapping[str, int]) -> None:
    """The admin's client lives until every answer is there: what it was asked dies with it."""
    admin = AdminClient({"bootstrap.servers": bootstrap, **QUIET})
    asked = admin.create_topics(
        [NewTopic(topic, count, replication_factor=1) for topic, count in wanted.items()],
        operation_timeout=ANSWER_WITHIN, request_timeout=ANSWER_WITHIN,
    )  # fmt: skip
    for made in asked.values():
        try:
            made.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise

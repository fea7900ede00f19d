"""The producer: brings messages to a broker of the Kafka protocol, requests round robin, fixes by driver (F3, F22)."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from swifteats_sim.domain.effects import Publish, Unavailable
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.live.tables import message_of, request_of

RELIABLE: dict[str, Any] = {"acks": "all", "enable.idempotence": False, "linger.ms": 0, "message.timeout.ms": 5_000}
"""All replicas have it before it counts (A26). Not idempotent: consumers know an event that they have seen (A25)."""
WAIT = 10.0
"""s until a broker that does not answer counts as gone."""


def topic_of(name: str, geo: int) -> str:
    """The topic of a geographic area (F3)."""
    return f"{name}.{geo}"


def encoded(request: AssignmentRequest) -> bytes:
    """A request as it travels."""
    return json.dumps(message_of(request), separators=(",", ":")).encode()


def decoded(message: bytes) -> AssignmentRequest:
    """The request that `encoded` has made; ValueError for anything else."""
    try:
        return request_of(json.loads(message))
    except (TypeError, ValueError) as error:
        raise ValueError(f"not an assignment request: {message[:80]!r}") from error


class RequestProducer:
    """Publishes assignment requests, round robin over the partitions of their geo. lost : what no broker took."""

    def __init__(self, bootstrap: str, partitions: int) -> None:
        """partitions : of each topic."""
        self._producer = Producer({"bootstrap.servers": bootstrap, "log_level": 0, **RELIABLE})
        self._partitions, self._turns = partitions, Counter[str]()
        self.lost = 0

    def publish(self, effect: Publish) -> None:
        """Until the broker has it; or at once, and then it may be lost (C31)."""
        assert isinstance(effect.message, AssignmentRequest)
        topic = topic_of(effect.topic, effect.geo)
        partition = self._turns[topic] % self._partitions
        self._turns[topic] += 1
        answers: list[KafkaError | None] = []

        def heard(error: KafkaError | None, message: Message) -> None:
            answers.append(error)
            self.lost += effect.forget and error is not None

        try:
            self._producer.produce(topic, encoded(effect.message), partition=partition, on_delivery=heard)
        except (BufferError, KafkaException) as error:
            raise Unavailable("broker") from error
        if effect.forget:
            self._producer.poll(0)
        elif self._producer.flush(WAIT) or answers != [None]:
            raise Unavailable("broker")

    def close(self) -> None:
        """Send what is still to be sent, as long as the broker takes it."""
        self._producer.flush(WAIT)

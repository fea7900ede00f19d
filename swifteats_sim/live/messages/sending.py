"""Sending messages one by one to a broker of the Kafka protocol: awaited, or thrown and forgotten."""

from __future__ import annotations

from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from swifteats_sim.domain.effects import Unavailable
from swifteats_sim.live.messages.quiet import QUIET

RELIABLE: dict[str, Any] = {"acks": "all", "enable.idempotence": False, "linger.ms": 0, "message.timeout.ms": 5_000}
"""All replicas have it before it counts (A26). Not idempotent: consumers know an event that they have seen (A25)."""
WAIT = 10.0
"""s until a broker that does not answer counts as gone."""
ANY = -1
"""The partition is the key's affair."""


class Sender:
    """One client's. lost : messages thrown that no broker took (C31)."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = Producer({"bootstrap.servers": bootstrap, **QUIET, **RELIABLE})
        self.lost = 0

    def send(self, topic: str, value: bytes | None, partition: int = ANY, **more: Any) -> None:
        """Until the broker has it; Unavailable where it does not say so. more : key, headers."""
        has_it: list[bool] = []

        def heard(error: KafkaError | None, message: Message) -> None:
            has_it.append(error is None)  # never `==`: comparing a KafkaError with None fails somewhere later

        try:
            self._producer.produce(topic, value, partition=partition, on_delivery=heard, **more)
        except (BufferError, KafkaException) as error:
            raise Unavailable("broker") from error
        if self._producer.flush(WAIT) or has_it != [True]:
            raise Unavailable("broker")

    def throw(self, topic: str, value: bytes | None, partition: int = ANY) -> None:
        """At once; it may be lost. Unavailable where there is no room for it."""

        def heard(error: KafkaError | None, message: Message) -> None:
            self.lost += error is not None

        try:
            self._producer.produce(topic, value, partition=partition, on_delivery=heard)
        except (BufferError, KafkaException) as error:
            raise Unavailable("broker") from error
        self._producer.poll(0)

    def close(self) -> None:
        """Send what is still to be sent, as long as the broker takes it."""
        self._producer.flush(WAIT)

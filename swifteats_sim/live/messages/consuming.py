"""A member of a consumer group: partitions come and go, and what counts as read is what is settled (A23).

A message is delivered until somebody commits past it, so it may come twice: to the next owner of its partition, when
this one dies or loses it between the work and the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from swifteats_sim.live.messages.offsets import Offsets, Partition
from swifteats_sim.live.messages.quiet import QUIET

GROUP: dict[str, Any] = {
    "enable.auto.commit": False, "enable.auto.offset.store": False, "auto.offset.reset": "earliest",
    "partition.assignment.strategy": "range", "heartbeat.interval.ms": 500,
    "fetch.wait.max.ms": 10,
}  # fmt: skip
"""The last two suit a broker that answers a heartbeat late and a fetch only when its wait is over: see
`servers.broker`."""
SILENCE = 6_000
"""ms after which who is silent counts as dead: as few as brokers allow who are set up as they come."""


class Delivery(NamedTuple):
    """A message in a member's hands. term : see Offsets; key, value : None where the message has none."""

    partition: Partition
    term: int
    offset: int
    key: bytes | None
    value: bytes | None


class Reader:
    """Reads topics as one member of a group. One thread's affair."""

    def __init__(self, bootstrap: str, group: str, topics: Sequence[str], silence: int = SILENCE) -> None:
        """It joins with its first `take`."""
        self._offsets = Offsets()
        member = {"bootstrap.servers": bootstrap, "group.id": group, "session.timeout.ms": silence}
        self._consumer = Consumer({**member, **GROUP, **QUIET})
        self._consumer.subscribe(list(topics), on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost)

    @property
    def owned(self) -> tuple[Partition, ...]:
        """The partitions that are its own as far as it knows."""
        return self._offsets.owned()

    @property
    def open(self) -> int:
        """How many messages it has delivered that are not settled."""
        return self._offsets.open()

    def take(self, most: int, within: float) -> list[Delivery]:
        """What has come, in order within each partition; waits up to `within` s for the first, and for no other."""
        first = self._consumer.poll(within)
        if first is None:
            return []
        came = [first, *self._consumer.consume(most - 1, 0)] if most > 1 else [first]
        return [delivery for message in came for delivery in self._delivered(message)]

    def holds(self, delivery: Delivery) -> bool:
        """Whether it is still this member's affair; otherwise it is delivered again, here or elsewhere."""
        return self._offsets.holds(delivery.partition, delivery.term)

    def settle(self, deliveries: Iterable[Delivery]) -> None:
        """Done with these; they count as read once `commit` has told the broker."""
        for partition, term, offset, *_ in deliveries:
            self._offsets.settle(partition, term, offset)

    def commit(self, wait: bool = True) -> None:
        """Commit what is settled without a gap. What the broker does not take now is delivered again one day.

        wait : until the broker has answered.
        """
        due = self._offsets.due()
        if not due:
            return
        places = [TopicPartition(*partition, offset) for partition, offset in due.items()]
        try:
            if wait:
                answers = self._consumer.commit(offsets=places, asynchronous=False)
                places = [answer for answer in answers if answer.error is None]
            else:
                self._consumer.commit(offsets=places, asynchronous=True)
        except KafkaException:
            return
        self._offsets.committed({Partition(place.topic, place.partition): place.offset for place in places})

    def close(self) -> None:
        """Commit, and leave the group."""
        self._consumer.close()

    def _delivered(self, message: Message) -> Iterable[Delivery]:
        """Nothing for an event of the client, which recovers by itself, and for what is somebody else's by now."""
        topic, number, offset = message.topic(), message.partition(), message.offset()
        if message.error() is not None or topic is None or number is None or offset is None:
            return
        partition = Partition(topic, number)
        term = self._offsets.take(partition, offset)
        if term is not None:
            yield Delivery(partition, term, offset, _bytes(message.key()), _bytes(message.value()))

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        for partition in partitions:
            self._offsets.begin(Partition(partition.topic, partition.partition))

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Commit while they are still its own."""
        self.commit()
        self._lost(consumer, partitions)

    def _lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        for partition in partitions:
            self._offsets.end(Partition(partition.topic, partition.partition))


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value

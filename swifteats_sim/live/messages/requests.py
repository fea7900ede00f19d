"""The producer: brings assignment requests to a broker of the Kafka protocol, round robin over partitions (F3)."""

from __future__ import annotations

import json

from swifteats_sim.domain.effects import Publish
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.live.messages.sending import Sender
from swifteats_sim.live.tables import message_of, request_of


def topic_of(name: str, geo: int) -> str:
    """The topic of a geographic area (F3)."""
    return f"{name}.{geo}"


def encoded(request: AssignmentRequest) -> bytes:
    """A request as it travels."""
    return json.dumps(message_of(request), separators=(",", ":")).encode()


def decoded(message: bytes) -> AssignmentRequest:
    """The request that `encoded` has made; ValueError for anything else."""
    try:
        request = request_of(json.loads(message))
        order, geo, version, excluded = request
        fits = all(_is_number(each, bits) for each, bits in ((order, 63), (geo, 15), (version, 31)))
        if not fits or not all(_is_number(driver, 63) for driver in excluded):
            raise ValueError("numbers that no record can hold")
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"not an assignment request: {message[:80]!r}") from error
    return request


def _is_number(value: object, bits: int) -> bool:
    return type(value) is int and 0 <= value < 1 << bits


class RequestProducer:
    """Publishes assignment requests, round robin over the partitions of their geo.

    A client begins where its first order's number points, so that many clients do not all begin at the same partition.
    """

    def __init__(self, bootstrap: str, partitions: int) -> None:
        """partitions : of each topic."""
        self._sender, self._partitions = Sender(bootstrap), partitions
        self._turns: dict[str, int] = {}

    @property
    def lost(self) -> int:
        """What was not awaited, and no broker took (C31)."""
        return self._sender.lost

    def publish(self, effect: Publish) -> None:
        """Until the broker has it; or at once, and then it may be lost (C31)."""
        assert isinstance(effect.message, AssignmentRequest)
        topic = topic_of(effect.topic, effect.geo)
        turn = self._turns.get(topic, effect.key)
        self._turns[topic] = turn + 1
        hand_over = self._sender.throw if effect.forget else self._sender.send
        hand_over(topic, encoded(effect.message), turn % self._partitions)

    def close(self) -> None:
        """Send what is still to be sent, as long as the broker takes it."""
        self._sender.close()

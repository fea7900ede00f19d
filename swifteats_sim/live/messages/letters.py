"""Dead letters: messages that nobody can handle are set aside beside their topic, as they came (A24)."""

from __future__ import annotations

from swifteats_sim.live.messages.consuming import Delivery
from swifteats_sim.live.messages.sending import Sender
from swifteats_sim.live.messages.topics import dead_topic_of


class DeadLetters:
    """Sets messages aside, each with a reason and where it lay."""

    def __init__(self, bootstrap: str) -> None:
        self._sender = Sender(bootstrap)

    def bury(self, delivery: Delivery, reason: str) -> None:
        """Until the broker has it; Unavailable where it does not say so. Whoever dies then buries it once more."""
        lay = f"{delivery.partition.number}:{delivery.offset}"
        headers = [("reason", reason.encode()), ("lay", lay.encode())]
        self._sender.send(dead_topic_of(delivery.partition.topic), delivery.value, key=delivery.key, headers=headers)

    def close(self) -> None:
        """Leave the broker."""
        self._sender.close()

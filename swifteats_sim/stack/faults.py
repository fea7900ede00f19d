"""What goes wrong with the messages of a topic: some are logged twice, and some handlings fail."""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.engine.streams import Stream

TWICE, FAILS = 0, 1
"""Step words of the draws."""


@dataclass(frozen=True)
class Faults:
    """By draws with the message's own address: order and version (A25).

    duplicates, failures : shares of messages that come twice, and of handlings that fail.
    """

    stream: Stream
    duplicates: float = 0.0
    failures: float = 0.0

    def twice(self, message: object) -> bool:
        """Whether a message is logged twice."""
        return bool(self.duplicates) and self.stream.uniform(*_address(message), TWICE) < self.duplicates

    def fails(self, message: object, handling: int) -> bool:
        """Whether a handling of a message fails. handling : its number."""
        return bool(self.failures) and self.stream.uniform(*_address(message), FAILS, handling) < self.failures


def _address(message: object) -> tuple[int, int]:
    assert isinstance(message, AssignmentRequest)
    return message.event

"""The requests in a consumer's hands, and the events that it remembers: what comes twice is done once (A25)."""

from __future__ import annotations

from swifteats_sim.live.messages.consuming import Delivery, Reader
from swifteats_sim.stack.pending import Pending

Event = tuple[int, int]
REMEMBERED = 100_000
"""Events that are settled. Older ones are told by the order's record, at the price of a read."""


class Hands:
    """What one consumer holds, each request by the delivery that brought it."""

    def __init__(self, reader: Reader, remembered: int = REMEMBERED) -> None:
        """Empty, and without a memory."""
        self._reader, self._remembered = reader, remembered
        self._held: dict[Event, tuple[Pending, Delivery]] = {}
        self._settled: dict[Event, None] = {}

    def __len__(self) -> int:
        """How many requests."""
        return len(self._held)

    def take(self, pending: Pending, delivery: Delivery) -> bool:
        """One more; False where its event is held or was settled already, and the copy is settled with it.

        What is held by a delivery that is no longer this consumer's affair gives way to the new one.
        """
        event = pending.request.event
        if event in self._settled or (event in self._held and self._reader.holds(self._held[event][1])):
            self._reader.settle([delivery])
            return False
        self._held[event] = pending, delivery
        return True

    def holds(self, pending: Pending) -> bool:
        """Whether a request is still this consumer's to decide; otherwise it is forgotten."""
        mine, delivery = self._held.get(pending.request.event, (None, None))
        if mine is not pending or delivery is None:
            return False
        if self._reader.holds(delivery):
            return True
        del self._held[pending.request.event]
        return False

    def delivery(self, pending: Pending) -> Delivery:
        """The one that brought it."""
        return self._held[pending.request.event][1]

    def settle(self, pending: Pending) -> None:
        """Done with it, for good or ill."""
        self._reader.settle([self.release(pending)])

    def release(self, pending: Pending) -> Delivery:
        """Nothing is to be done with it any more, but with the delivery that brought it."""
        event = pending.request.event
        self._settled[event] = None
        if len(self._settled) > self._remembered:
            del self._settled[next(iter(self._settled))]
        return self._held.pop(event)[1]

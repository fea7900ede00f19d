"""What a consumer has taken from its logs and not settled, and what it remembers of the rest until it dies.

What it has settled counts as read at once, or at the next automatic commit (A23, C46). What was not yet read when it
dies is delivered again to the next owner of the partition; what was, is lost where it was not settled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.pending import Pending


class Hands:
    """A consumer's messages. auto_commit : ns between commits; None: after the work."""

    def __init__(self, topic: Topic, auto_commit: int | None) -> None:
        """Empty, and without a memory."""
        self._topic, self._auto_commit = topic, auto_commit
        self._unsettled: dict[int, Pending] = {}
        self._settled: deque[Pending] = deque()
        self._known: set[tuple[int, int]] = set()

    def take(self, pending: Pending) -> bool:
        """One more; False where its event is held or was settled already, and the copy is settled with it (A25)."""
        self._topic.traffic.take(pending.logged, pending.taken)
        self._unsettled[pending.arrived] = pending
        if pending.request.event in self._known:
            self.settle(pending, pending.taken)
            return False
        self._known.add(pending.request.event)
        return True

    def settle(self, pending: Pending, now: int) -> None:
        """Done with a message, for good or ill."""
        del self._unsettled[pending.arrived]
        self._topic.traffic.change(now, -1)
        if self._auto_commit is not None:
            self._settled.append(pending)
            while self._settled and self._settled[0].taken < self._committed(now):
                self._settled.popleft()

    def __len__(self) -> int:
        """How many messages are not settled."""
        return len(self._unsettled)

    def orders(self) -> Iterator[int]:
        """The orders of the messages that are not settled."""
        return (pending.request.order for pending in self._unsettled.values())

    def held_back(self) -> Iterator[int]:
        """Those of them that are deferred now."""
        return (pending.request.order for pending in self._unsettled.values() if pending.nap == "deferred")

    def drop(self, now: int) -> None:
        """Its owner dies: what it held goes back to its log, or is lost where it counted as read."""
        traffic, committed = self._topic.traffic, self._committed(now)
        lost = sum(pending.taken < committed for pending in self._unsettled.values())
        again = [pending for pending in self._settled if pending.taken >= committed]
        traffic.change(now, len(again) - lost)
        again += [pending for pending in self._unsettled.values() if pending.taken >= committed]
        traffic.lost += lost * traffic.counts(now)
        traffic.duplicates += len(again) * traffic.counts(now)
        for partition in dict.fromkeys(pending.partition for pending in again):
            mine = [(pending.logged, pending.request) for pending in again if pending.partition == partition]
            self._topic.put_back(partition, mine)

    def _committed(self, now: int) -> int:
        """The instant of the last automatic commit: what was taken before it is never delivered again."""
        every = self._auto_commit
        return -1 if every is None else now // every * every

"""How far a consumer is done with its partitions: what may be committed is what is settled without a gap."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    number: int


class Line:
    """The messages of one partition that a consumer has taken, in their order.

    next : offset from which the partition would be read again if the consumer died now; None: where it began.
    """

    def __init__(self) -> None:
        """Nothing taken yet."""
        self.next: int | None = None
        self._taken: deque[int] = deque()
        self._open: set[int] = set()

    def take(self, offset: int) -> bool:
        """One more, later than all before it; False where it is not later, and so has been taken already."""
        if self._taken and offset <= self._taken[-1]:
            return False
        self._taken.append(offset)
        self._open.add(offset)
        return True

    def settle(self, offset: int) -> None:
        """Done with a message, for good or ill; those before it may still be open."""
        self._open.discard(offset)
        while self._taken and self._taken[0] not in self._open:
            self.next = self._taken.popleft() + 1

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)


class Offsets:
    """The lines of the partitions that a consumer owns. term : of its ownership; a partition that comes back has a new
    one, so that what was taken before is not mistaken for what is delivered again.
    """  # fmt: skip

    def __init__(self) -> None:
        """No partition is owned."""
        self._lines: dict[Partition, tuple[int, Line]] = {}
        self._committed: dict[Partition, int] = {}
        self._terms = 0

    def begin(self, partition: Partition) -> None:
        """It is owned from now on."""
        self._terms += 1
        self._lines[partition] = self._terms, Line()

    def end(self, partition: Partition) -> None:
        """It is somebody else's; what was open here is delivered again there."""
        self._lines.pop(partition, None)
        self._committed.pop(partition, None)

    def owned(self) -> tuple[Partition, ...]:
        """The partitions, in order."""
        return tuple(sorted(self._lines))

    def take(self, partition: Partition, offset: int) -> int | None:
        """The term in which a message was taken; None where its partition is not owned, or it is taken already."""
        if partition not in self._lines:
            return None
        term, line = self._lines[partition]
        return term if line.take(offset) else None

    def holds(self, partition: Partition, term: int) -> bool:
        """Whether what was taken in this term is still this consumer's affair."""
        return partition in self._lines and self._lines[partition][0] == term

    def settle(self, partition: Partition, term: int, offset: int) -> None:
        """Done with a message; nothing where it is somebody else's by now."""
        if self.holds(partition, term):
            self._lines[partition][1].settle(offset)

    def open(self) -> int:
        """How many messages are taken and not settled."""
        return sum(len(line) for _, line in self._lines.values())

    def due(self) -> dict[Partition, int]:
        """The offsets to commit, where they have moved."""
        moved = ((partition, line.next) for partition, (_, line) in self._lines.items())
        return {
            partition: offset
            for partition, offset in moved
            if offset is not None and offset != self._committed.get(partition)
        }

    def committed(self, offsets: dict[Partition, int]) -> None:
        """The broker knows these."""
        self._committed |= offsets

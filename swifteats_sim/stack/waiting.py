"""Requests that wait, first by key, then by place; an entry is void once its request has moved on."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Generic, Protocol, TypeVar


class Placed(Protocol):
    """Whoever may stand in several lines at once. place : of the entries that count; a new one voids the others."""

    place: int


P = TypeVar("P", bound=Placed)


class Waiting(Generic[P]):
    """A heap with lazy deletion."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._heap: list[tuple[int, int, P]] = []

    def add(self, key: int, one: P) -> None:
        """One more, at the place it has now."""
        heappush(self._heap, (key, one.place, one))

    def first(self) -> int | None:
        """The least key; None where nobody waits."""
        heap = self._heap
        while heap and heap[0][2].place != heap[0][1]:
            heappop(heap)
        return heap[0][0] if heap else None

    def pop(self) -> P | None:
        """The first, who then leaves this line; None where nobody waits."""
        return None if self.first() is None else heappop(self._heap)[2]

    def pop_if(self, fits: Callable[[P], bool]) -> P | None:
        """The first who fits, and leaves this line; nobody behind is asked. None where nobody fits."""
        passed = []
        chosen = None
        while chosen is None and self.first() is not None:
            entry = heappop(self._heap)
            if fits(entry[2]):
                chosen = entry[2]
            else:
                passed.append(entry)
        for entry in passed:
            heappush(self._heap, entry)
        return chosen

"""Requests that wait, first by key, then by place; an entry is void once its request has moved on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import Generic, Protocol, TypeVar

District = tuple[int, int, int]
"""A part of the city: (geo, column, row)."""


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
        while heap:
            key, place, one = heap[0]
            if one.place == place:
                return key
            heappop(heap)
        return None

    def head(self) -> tuple[int, int] | None:
        """Key and place of the first; None where nobody waits."""
        return None if self.first() is None else self._heap[0][:2]

    def pop(self, upto: int | None = None) -> P | None:
        """The first, who then leaves this line; None where nobody waits whose key is `upto` or less."""
        heap = self._heap
        while heap and (upto is None or heap[0][0] <= upto):
            _, place, one = heappop(heap)
            if one.place == place:
                return one
        return None


class Board:
    """Who has a line in which district: nobody else needs to be asked there. Some may have nobody in it any more."""

    def __init__(self) -> None:
        """Nobody has one."""
        self._owners: dict[District, dict[int, None]] = {}

    def put(self, district: District, owner: int) -> None:
        """He has one there."""
        self._owners.setdefault(district, {})[owner] = None

    def take(self, district: District, owner: int) -> None:
        """He has none there any more."""
        self._owners[district].pop(owner, None)

    def owners(self, districts: Iterable[District]) -> list[int]:
        """Who has one in any of these, each once."""
        return list({owner: None for each in districts for owner in self._owners.get(each, ())})


class Scattered(Generic[P]):
    """A line in every district, so that who asks in some of them meets nobody who waits elsewhere."""

    def __init__(self, board: Board, owner: int) -> None:
        """Nobody waits anywhere. board : where the owner tells in which districts he has a line."""
        self._lines: dict[District, Waiting[P]] = {}
        self._board, self._owner = board, owner

    def add(self, district: District, key: int, one: P) -> None:
        """One more in this district, at the place it has now."""
        line = self._lines.get(district)
        if line is None:
            line = self._lines[district] = Waiting()
            self._board.put(district, self._owner)
        line.add(key, one)

    def pop_if(self, districts: Iterable[District], fits: Callable[[P], bool]) -> P | None:
        """Of those in these districts the first who fits, as if they stood in one line; he leaves it.

        Nobody behind him is asked. None where nobody fits.
        """
        lines = [self._lines[each] for each in districts if each in self._lines and self._is_line(each)]
        if not lines:
            return None
        passed, chosen = list[tuple[Waiting[P], int, P]](), None
        while chosen is None and (head := _foremost(lines)) is not None:
            key, _, line = head
            one = line.pop()
            assert one is not None
            if fits(one):
                chosen = one
            else:
                passed.append((line, key, one))
        for line, key, one in passed:
            line.add(key, one)
        return chosen

    def _is_line(self, district: District) -> bool:
        """Whether somebody waits in a district; its line is given up where nobody does."""
        if self._lines[district].first() is not None:
            return True
        del self._lines[district]
        self._board.take(district, self._owner)
        return False


def _foremost(lines: Iterable[Waiting[P]]) -> tuple[int, int, Waiting[P]] | None:
    """Key, place and line of whoever is first in all of them."""
    heads = ((head, line) for line in lines if (head := line.head()) is not None)
    first = min(heads, key=lambda each: each[0], default=None)
    return None if first is None else (*first[0], first[1])

"""Resources that those who decide hold, under a ceiling that flows may share (C76)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from swifteats_sim.engine.job import Stage
from swifteats_sim.engine.resource import Ceiling, Holding, Resource

Served = Callable[[int, int], None]
"""Told (ticket, now) of who has one from now on."""


class Claims(Protocol):
    """What is asked of such a resource. A ticket names who waits. Instants are ns; flows have caught up with them."""

    def ask(self, now: int) -> bool:
        """Take one, if one is free."""

    def refuse(self, asked: int, now: int) -> None:
        """Who asked then goes without."""

    def join(self, ticket: int, now: int) -> None:
        """Stand in line from now on."""

    def leave(self, ticket: int, now: int) -> None:
        """Stand in line no longer."""

    def give_back(self, now: int) -> None:
        """Hold it no longer: who is first in line, here or at a resource under the same ceiling, gets it."""


class Allotment(Resource):
    """A resource of which those who decide get one each, in order of asking; beside flows they have priority 0.

    In the readable engine it answers for itself: see Claims. shares : whether flows are under its ceiling too.
    """

    def __init__(
        self, name: str, size: int, holding: Holding, limit: Ceiling | None, loop: Stage, served: Served
    ) -> None:
        """All free."""
        self.shares = limit is not None and any(type(each) is Resource for each in limit.resources)
        super().__init__(name, size, holding, limit)
        self._loop, self._served = loop, served
        self._turns: deque[tuple[int, int]] = deque()

    def ask(self, now: int) -> bool:
        """See Claims."""
        free = self.is_free()
        if free:
            self.holding.taken(now, now)
        return free

    def refuse(self, asked: int, now: int) -> None:
        """See Claims."""
        self.holding.left(asked, now)

    def join(self, ticket: int, now: int) -> None:
        """See Claims."""
        self._turns.append((ticket, now))
        self.holding.waiting.change(now, 1)

    def leave(self, ticket: int, now: int) -> None:
        """See Claims."""
        self._turns = deque(turn for turn in self._turns if turn[0] != ticket)
        self.holding.waiting.change(now, -1)

    def give_back(self, now: int) -> None:
        """See Claims."""
        self.holding.in_use.change(now, -1)
        self.ceiling.serve_next(now, self._loop)

    def first(self) -> tuple[int, int] | tuple[()]:
        """See Resource."""
        return (0, self._turns[0][1]) if self._turns else ()

    def serve(self, now: int, loop: Stage) -> None:
        """See Resource."""
        ticket, asked = self._turns.popleft()
        self.holding.waiting.change(now, -1)
        self.holding.taken(asked, now)
        self._served(ticket, now)

    def waiting_since(self) -> list[int]:
        """See Resource."""
        return self.left_waiting + [asked for _, asked in self._turns]

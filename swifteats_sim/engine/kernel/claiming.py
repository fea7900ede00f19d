"""A resource of those who decide under a ceiling that flows share, in the loop's memory. See engine.claims.Claims."""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.engine.claims import Served
from swifteats_sim.engine.kernel import entering, levels
from swifteats_sim.engine.kernel.space import Space


class Claiming:
    """How they ask for one. served : told (ticket, now) of each who is served. at : its row, once it is laid out."""

    space: Space
    at: int

    def __init__(self, served: Served, call: Callable[[], None]) -> None:
        """Nobody waits. call : lets whoever is served be told."""
        self._served, self._call = served, call
        self._places: dict[int, int] = {}

    def ask(self, now: int) -> bool:
        """See Claims."""
        return bool(entering.ask(self.space.at, self.at, now))

    def refuse(self, asked: int, now: int) -> None:
        """See Claims."""
        levels.left(self.space.at, self.at, asked, now)

    def join(self, ticket: int, now: int) -> None:
        """See Claims."""
        self._places[ticket] = int(entering.join(self.space.at, self.at, now))

    def leave(self, ticket: int, now: int) -> None:
        """See Claims."""
        entering.leave(self.space.at, self.at, self._places.pop(ticket), now)

    def give_back(self, now: int) -> None:
        """See Claims."""
        entering.give_back(self.space.at, self.at, now)
        self._call()

    def serve(self, now: int) -> None:
        """The first in line has one from now on."""
        ticket = next(iter(self._places))
        del self._places[ticket]
        self._served(ticket, now)

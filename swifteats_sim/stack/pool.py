"""A pool of connections that processes hold, which shares its database's limit with the pools of flows (C76)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import count
from typing import Any

import simpy

from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.resource import Ceiling, Holding


@dataclass(eq=False)
class Turn:
    """A process's place in the line. called : fires when it is served."""

    called: simpy.Event
    served: bool = False


class Pool:
    """Connections that processes hold; those who wait are served in order of asking.

    While processes wait under a limit shared with flows, the clock lets the flows catch up before every event, and they
    halt where one of them gives back what a process has waited for.
    """

    def __init__(
        self, clock: Clock, loop: Plane, name: str, size: int, holding: Holding, limit: Ceiling | None = None
    ) -> None:
        """All free."""
        self._clock, self._loop = clock, loop
        self.resource, self._claims = loop.allot(name, size, holding, limit, self._serve)
        self._tickets = count()
        self._turns: dict[int, Turn] = {}

    def take(self, timeout: int) -> Generator[simpy.Event, Any, bool]:
        """Hold one; False where none was free in time. timeout : ns; 0 does not wait.

        One that comes at the very timeout is taken.
        """
        asked = self._catch_up()
        if self._claims.ask(asked):
            return True
        if timeout and (yield from self._wait(asked, timeout)):
            return True
        self._claims.refuse(asked, self._clock.instant)
        return False

    def _wait(self, asked: int, timeout: int) -> Generator[simpy.Event, Any, bool]:
        turn, ticket = Turn(self._clock.event()), next(self._tickets)
        self._turns[ticket] = turn
        self._claims.join(ticket, asked)
        if self.resource.shares:
            self._clock.follow(self._loop.advance)
        yield turn.called | self._clock.sleep(timeout)
        if self.resource.shares:
            self._clock.leave()
        del self._turns[ticket]
        if not turn.served:
            self._claims.leave(ticket, self._catch_up())
        return turn.served

    def give_back(self) -> None:
        """Hold it no longer: who is first in line, here or at a resource under the same limit, gets it."""
        self._claims.give_back(self._catch_up())

    def _serve(self, ticket: int, now: int) -> None:
        """What a flow gives back at `now` is in the process's hands right after that instant."""
        turn = self._turns[ticket]
        turn.served = True
        if self._clock.between:
            self._loop.halt(now + 1)
            self._clock.process(self._call(turn, now + 1 - self._clock.instant))
        else:
            turn.called.succeed()

    def _call(self, turn: Turn, after: int) -> Generator[simpy.Event, Any, None]:
        yield self._clock.sleep(after)
        if not turn.called.triggered:
            turn.called.succeed()

    def _catch_up(self) -> int:
        """Now, with all done that flows under the same limit do before."""
        now = self._clock.instant
        if self.resource.shares:
            self._loop.advance(now)
        return now

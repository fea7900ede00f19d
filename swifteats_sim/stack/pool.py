"""A pool of connections that processes hold, which shares its database's limit with the pools of flows (C76)."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy

from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.job import Stage
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.resource import Ceiling, Holding, Resource


@dataclass(eq=False)
class Turn:
    """A process's place in the line. asked : ns; called : fires when it is served."""

    asked: int
    called: simpy.Event
    served: bool = False


class Pool(Resource):
    """A resource that is held by processes, not by jobs; those who wait are served in order of asking.

    While processes wait under a limit shared with flows, the clock lets the flows catch up before every event, and they
    halt where one of them gives back what a process has waited for.
    """

    def __init__(
        self, clock: Clock, loop: Loop, name: str, size: int, holding: Holding, limit: Ceiling | None = None
    ) -> None:
        """All free."""
        super().__init__(name, size, holding, limit)
        self._clock, self._loop, self._shares = clock, loop, limit is not None
        self._turns: deque[Turn] = deque()

    def take(self, timeout: int) -> Generator[simpy.Event, Any, bool]:
        """Hold one; False where none was free in time. timeout : ns; 0 does not wait.

        One that comes at the very timeout is taken.
        """
        asked = self._catch_up()
        if self.is_free():
            self.holding.taken(asked, asked)
            return True
        if timeout and (yield from self._wait(asked, timeout)):
            return True
        self.holding.left(asked, self._clock.instant)
        return False

    def _wait(self, asked: int, timeout: int) -> Generator[simpy.Event, Any, bool]:
        turn = Turn(asked, self._clock.event())
        self._turns.append(turn)
        self.holding.waiting.change(asked, 1)
        if self._shares:
            self._clock.follow(self._loop.advance)
        yield turn.called | self._clock.sleep(timeout)
        if self._shares:
            self._clock.leave()
        if not turn.served:
            self._turns.remove(turn)
            self.holding.waiting.change(self._catch_up(), -1)
        return turn.served

    def give_back(self) -> None:
        """Hold it no longer: who is first in line, here or at a resource under the same limit, gets it."""
        now = self._catch_up()
        self.holding.in_use.change(now, -1)
        self._limit.serve_next(now, self._loop)

    def first(self) -> tuple[int, int] | tuple[()]:
        """See Resource: processes have priority 0."""
        return (0, self._turns[0].asked) if self._turns else ()

    def serve(self, now: int, loop: Stage) -> None:
        """See Resource. What a flow gives back at `now` is in the process's hands right after that instant."""
        turn = self._turns.popleft()
        self.holding.waiting.change(now, -1)
        self.holding.taken(turn.asked, now)
        turn.served = True
        if self._clock.between:
            loop.halt(now + 1)
            self._clock.process(self._call(turn, now + 1 - self._clock.instant))
        else:
            turn.called.succeed()

    def _call(self, turn: Turn, after: int) -> Generator[simpy.Event, Any, None]:
        yield self._clock.sleep(after)
        if not turn.called.triggered:
            turn.called.succeed()

    def waiting_since(self) -> list[int]:
        """See Resource."""
        return [turn.asked for turn in self._turns]

    def _catch_up(self) -> int:
        """Now, with all done that flows under the same limit do before."""
        now = self._clock.instant
        if self._shares:
            self._loop.advance(now)
        return now

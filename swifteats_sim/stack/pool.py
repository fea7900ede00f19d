"""A pool of connections that processes hold, which shares its database's limit with the pools of flows (C76)."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from typing import Any

import simpy

from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.job import Stage
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.resource import Ceiling, Holding, Resource

FAR = 1 << 62


class Pool(Resource):
    """A resource that is held by processes, not by jobs; those who wait are served in order of asking.

    A process that waits under a limit shared with flows follows the loop event by event.
    """

    def __init__(
        self, clock: Clock, loop: Loop, name: str, size: int, holding: Holding, limit: Ceiling | None = None
    ) -> None:
        """All free."""
        super().__init__(name, size, holding, limit)
        self._clock, self._loop, self._shares = clock, loop, limit is not None
        self._turns: deque[tuple[int, simpy.Event]] = deque()

    def take(self, timeout: int) -> Generator[simpy.Event, Any, bool]:
        """Hold one; False where none was free in time. timeout : ns; 0 does not wait.

        One that comes at the very timeout is taken.
        """
        asked = self._catch_up()
        if self.is_free():
            self.holding.taken(asked, asked)
            return True
        if timeout:
            turn = self._clock.event()
            self._turns.append((asked, turn))
            self.holding.waiting.change(asked, 1)
            now = asked
            while now < asked + timeout and not turn.triggered:
                yield turn | self._clock.sleep(min(asked + timeout - now, self._look_again(now)))
                now = self._catch_up()
            if turn.triggered:
                return True
            self._turns.remove((asked, turn))
            self.holding.waiting.change(now, -1)
        self.holding.left(asked, self._clock.instant)
        return False

    def _look_again(self, now: int) -> int:
        """Ns until a flow may give something back under the same limit: until its next event is done."""
        coming = self._loop.next_at if self._shares else None
        return FAR if coming is None else coming + 1 - now

    def give_back(self) -> None:
        """Hold it no longer: who is first in line, here or at a resource under the same limit, gets it."""
        now = self._catch_up()
        self.holding.in_use.change(now, -1)
        self._limit.serve_next(now, self._loop)

    def first(self) -> tuple[int, int] | tuple[()]:
        """See Resource: processes have priority 0."""
        return (0, self._turns[0][0]) if self._turns else ()

    def serve(self, now: int, loop: Stage) -> None:
        """See Resource."""
        asked, turn = self._turns.popleft()
        self.holding.waiting.change(now, -1)
        self.holding.taken(asked, now)
        turn.succeed()

    def waiting_since(self) -> list[int]:
        """See Resource."""
        return [asked for asked, _ in self._turns]

    def _catch_up(self) -> int:
        """Now, with all done that flows under the same limit do before."""
        now = self._clock.instant
        if self._shares:
            self._loop.advance(now)
        return now

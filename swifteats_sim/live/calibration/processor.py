"""A processor whom processes share, in virtual time: who of them works next, and for how long."""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush

import simpy

from swifteats_sim.engine.clock import Clock

QUANTUM = 10_000
"""ns that a processor works for one process when others wait."""


class Processor:
    """One processor. Its processes work in turns of a quantum.

    favours_short : whoever has worked least since he was woken is next, as under a scheduler that lets a process which
    was just woken go before those that work at length ("foreground-background", "least attained service": Kleinrock,
    Queueing systems 2, 1976, 4.6); else whoever has waited longest ("round robin", 4.4).
    """

    def __init__(self, clock: Clock, favours_short: bool) -> None:
        """One that has nothing to do."""
        self._clock, self._favours_short = clock, favours_short
        self._busy, self._came = False, 0
        self._waiting: list[tuple[int, int, simpy.Event]] = []

    def work(self, duration: int) -> Generator[simpy.Event, None, None]:
        """Work for so long (ns), whenever it is this process's turn."""
        done = 0
        while done < duration:
            if self._busy:
                yield self._turn(done)
            self._busy = True
            while done < duration:
                step = min(QUANTUM, duration - done)
                yield self._clock.sleep(step)
                done += step
                if self._waiting and not self._goes_on(done):
                    break
            self._hand_over()

    def _turn(self, done: int) -> simpy.Event:
        self._came += 1
        turn = self._clock.event()
        heappush(self._waiting, (done if self._favours_short else 0, self._came, turn))
        return turn

    def _goes_on(self, done: int) -> bool:
        """Whether nobody who waits is to be preferred to one who has worked for so long."""
        return self._favours_short and done < self._waiting[0][0]

    def _hand_over(self) -> None:
        """It stays busy where somebody waits: nobody who comes in this instant is served before him."""
        if self._waiting:
            heappop(self._waiting)[2].succeed()
        else:
            self._busy = False

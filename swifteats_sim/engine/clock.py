"""The virtual clock: SimPy with integer nanoseconds.

SimPy's own order of events is total: by time, then priority, then the order in which they were scheduled.
Flows (`engine.loop`) at the same instant come after everything that decides.
"""

from __future__ import annotations

from collections.abc import Callable

import simpy

SECOND = 1_000_000_000
MINUTE = 60 * SECOND


class BackInTime(RuntimeError):
    """An event was expected at an instant that is already over. at : ns."""

    def __init__(self, at: int, now: int) -> None:
        super().__init__(at, now)
        self.at, self.now = at, now

    def __str__(self) -> str:
        return f"an event of {self.at} ns came up at {self.now} ns"


class Clock(simpy.Environment):
    """A SimPy environment whose time is an integer number of nanoseconds, from 0."""

    def __init__(self) -> None:
        """A clock at 0 with nothing scheduled."""
        super().__init__(initial_time=0)
        self._readings = self._followers = 0
        self._flows: Callable[[int], None] | None = None
        self.between = False

    def step(self) -> None:
        """The next event; what flows, and is followed, is done up to it, and may call for an earlier one."""
        if self._followers:
            assert self._flows is not None
            self.between = True
            self._flows(int(self.peek()))
            self.between = False
        super().step()

    def follow(self, advance: Callable[[int], None]) -> None:
        """Somebody waits for a flow: `advance(instant)` is called before every event, until all have left.

        between : whether that is going on now, so that what happens is later than this instant.
        """
        self._flows = advance
        self._followers += 1

    def leave(self) -> None:
        """One of those who follow waits no longer."""
        self._followers -= 1

    def events(self) -> int:
        """Events scheduled so far. SimPy numbers them; reading its counter costs the hot path nothing."""
        self._readings += 1
        # A reading takes a number itself, so those of earlier readings are not events.
        return next(self._eid) - self._readings + 1

    @property
    def instant(self) -> int:
        """Now, in nanoseconds."""
        return int(self._now)

    def sleep(self, duration: int) -> simpy.Timeout:
        """An event `duration` ns from now.

        SimPy itself accepts NaN and fractions, which would end or bend the run: they raise TypeError here. A
        negative duration raises ValueError.
        """
        if type(duration) is not int:
            raise TypeError(f"a duration is an integer of nanoseconds, not {duration!r}")
        return simpy.Timeout(self, duration)


def to_ns(seconds: float) -> int:
    """Seconds as nanoseconds, rounded to the nearest."""
    return round(seconds * SECOND)

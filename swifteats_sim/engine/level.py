"""A level: a number that goes up and down, measured over a span."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.clock import MINUTE


class Level:
    """How many there are, from 0 on, and what that came to in the measured span [warmup, end) (ns).

    changes : by minute. since : of the last change; lasted, highest : up to then, the level times its time, and the
    highest. `area` and `most` are to be asked when the run is over: the last value is taken to last until `end`.
    """

    __slots__ = ("_end", "_warmup", "changes", "highest", "lasted", "since", "value")

    def __init__(self, warmup: int, end: int) -> None:
        """None at all."""
        self._warmup, self._end = warmup, end
        self.value = self.since = self.lasted = self.highest = 0
        self.changes = [0] * -(-end // MINUTE)

    def change(self, now: int, by: int) -> None:
        """`by` more, or fewer, from now on."""
        lasted = self._inside(now)
        if lasted:
            self.lasted += self.value * lasted
            self.highest = max(self.highest, self.value)
        self.since = now
        self.value += by
        if now < self._end:
            self.changes[now // MINUTE] += by

    @property
    def area(self) -> int:
        """The level times the time it lasted, summed, ns."""
        return self.lasted + self.value * self._inside(self._end)

    @property
    def most(self) -> int:
        """The highest that lasted."""
        return max(self.highest, self.value) if self._inside(self._end) else self.highest

    def by_minute(self, minutes: int) -> NDArray[np.int64]:
        """int64[minutes]: how many there are at the end of each minute of the run."""
        return np.cumsum(np.array(self.changes[:minutes], dtype=np.int64))

    def _inside(self, now: int) -> int:
        """Ns of the span since the last change."""
        return max(0, min(now, self._end) - max(self.since, self._warmup))

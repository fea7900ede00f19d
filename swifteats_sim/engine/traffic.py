"""What passed a topic, and how far its consumers are behind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.clock import MINUTE
from swifteats_sim.engine.histogram import Distribution, Histogram


class Traffic:
    """Counters of one topic over the measured span [warmup, end), ns.

    messages : logged; lost : by their broker or consumer; unreplicated : of those, with the leader that alone had them
    (A26); scattered : in another partition than the last one of their key (C43); mixed : behind one of another geo in
    their partition (C47); duplicates : handled once more; dead : letters.
    waiting : messages logged and not yet done, now. keys, reached : different keys, and partitions that any message
    came to, so far. since, lasted, highest, changes : of `waiting`, see Level. lags : from logged to taken.
    """

    def __init__(self, warmup: int, end: int) -> None:
        """Nothing has passed."""
        self._warmup, self._end = warmup, end
        self.messages = self.lost = self.unreplicated = self.scattered = self.mixed = 0
        self.duplicates = self.dead = self.waiting = self.keys = self.reached = 0
        self._partitions: dict[int, int] = {}
        self._geos: dict[int, int] = {}
        self.lags = Histogram()
        self.lasted = self.since = self.highest = 0
        self._last = end // MINUTE + 1
        self.changes = [0] * (self._last + 1)

    def change(self, now: int, by: int) -> None:
        """`by` messages more, or fewer, are waiting from now on."""
        if self._warmup <= self.since and now < self._end:
            self.lasted += self.waiting * (now - self.since)
        else:
            self.lasted += self._standing(now)
        if now > self.since and now > self._warmup and self.since < self._end:
            self.highest = max(self.highest, self.waiting)
        self.since = now
        self.waiting += by
        self.changes[min(now // MINUTE, self._last)] += by

    def counts(self, now: int) -> bool:
        """Whether an instant lies in the measured span."""
        return self._warmup <= now < self._end

    def place(self, key: int, partition: int, now: int, geo: int = 0) -> None:
        """A message is published, and acknowledged."""
        if self.counts(now):
            self.messages += 1
            self.scattered += self._partitions.get(key, partition) != partition
        self.land(key, partition, now, geo)

    def land(self, key: int, partition: int, now: int, geo: int) -> None:
        """A message of this geo comes to its partition."""
        self.mixed += self.counts(now) and self._geos.get(partition, geo) != geo
        self.keys += key not in self._partitions
        self.reached += partition not in self._geos
        self._partitions[key], self._geos[partition] = partition, geo

    def lose(self, now: int) -> None:
        """A message dies with the leader that alone has it."""
        self.lost += self.counts(now)
        self.unreplicated += self.counts(now)

    def take(self, logged: int, now: int) -> None:
        """A message is taken by a consumer."""
        if self.counts(logged):
            self.lags.add(now - logged)

    @property
    def delays(self) -> Distribution:
        """Of messages logged in the span: ns from logged to taken."""
        return self.lags.distribution()

    @property
    def waited(self) -> int:
        """Time that messages waited or were in work inside the span, ns summed; to be asked when the run is over."""
        return self.lasted + self._standing(self._end)

    @property
    def most(self) -> int:
        """The most that waited at once inside the span, for some time; to be asked when the run is over."""
        return max(self.highest, self.waiting) if self.since < self._end else self.highest

    def lag_by_minute(self, minutes: int) -> NDArray[np.int64]:
        """int64[minutes]: messages waiting at the end of each minute of the run."""
        return np.cumsum(np.array(self.changes[:minutes], dtype=np.int64))

    def _standing(self, until: int) -> int:
        """Ns of those who wait since the last change."""
        return self.waiting * max(0, min(until, self._end) - max(self.since, self._warmup))

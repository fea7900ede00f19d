"""Caches: what is found in them, what of it is stale, and who is filling what. Calls come in order of time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict

from swifteats_sim.engine.changes import Changes
from swifteats_sim.engine.streams import Stream


class Cache(ABC):
    """What all caches share: the counters and the fills under way.

    reads, hits : asked and found, also by another's fill; stale : hits on what has changed since; evicted : entries
    still good that had to go for others; stampedes : fills begun while the same key was being filled. All inside
    [warmup, end) (ns).
    """

    def __init__(self, warmup: int, end: int) -> None:
        """An empty cache."""
        self._warmup, self._end = warmup, end
        self._fills: dict[int, list[int]] = {}
        self.reads = self.hits = self.stale = self.evicted = self.stampedes = 0

    @abstractmethod
    def read(self, key: int, now: int, entity: int = 0, index: int = 0, step: int = 0, attempt: int = 0) -> bool:
        """Whether the key is found `now` (ns). entity .. attempt : who asks, the address of a forced hit's draw."""

    def begin_fill(self, key: int, now: int) -> None:
        """Somebody reads the key's value now, to put it into the cache."""
        fills = self._fills.setdefault(key, [])
        self.stampedes += self._counts(now) and bool(fills)
        fills.append(now)

    def fill(self, key: int, now: int, begun: int | None = None) -> None:
        """A fill is complete. begun : when it began (ns), by default when the key's oldest one did.

        KeyError where nobody fills the key, ValueError where nobody began then.
        """
        self._keep(key, self._close(key, begun), now)

    def give_up(self, key: int, begun: int | None = None) -> None:
        """A fill will not be completed. begun and errors : as in `fill`."""
        self._close(key, begun)

    def share(self, now: int) -> None:
        """Somebody has waited for another's fill, and is spared his own: a hit after all."""
        self.hits += self._counts(now)

    def is_filling(self, key: int) -> bool:
        """Whether somebody is filling the key."""
        return key in self._fills

    @abstractmethod
    def _keep(self, key: int, begun: int, now: int) -> None:
        """Keep a value read at `begun`."""

    def _close(self, key: int, begun: int | None) -> int:
        """Take a fill off the list; returns when it began."""
        fills = self._fills[key]
        began = fills.pop(0 if begun is None else fills.index(begun))
        if not fills:
            del self._fills[key]
        return began

    def _counts(self, now: int) -> bool:
        return self._warmup <= now < self._end


class TtlCache(Cache):
    """Entries that live for `ttl` ns from their fill, whoever reads them.

    What has expired or was removed takes its place until it is read, or leaves in its turn. An invalidation
    removes what is there at its instant, as a delete does: a value read before the change but put there after the
    delay stays (the race of cache-aside), and a fresh one filled within it goes. At one instant a fill comes first.
    """

    def __init__(
        self, warmup: int, end: int, ttl: int, entries: int | None = None, changes: Changes | None = None
    ) -> None:
        """entries : most of them, the least recently used goes (C70); None: no limit. changes : None: never."""
        super().__init__(warmup, end)
        self.ttl, self.entries, self.changes = ttl, entries, changes
        self._kept: OrderedDict[int, tuple[int, int]] = OrderedDict()

    def read(self, key: int, now: int, entity: int = 0, index: int = 0, step: int = 0, attempt: int = 0) -> bool:
        """Whether the key has a live entry: at exactly fill + ttl it has none. It is then the last used."""
        counts = self._counts(now)
        self.reads += counts
        if key not in self._kept:
            return False
        begun, filled = self._kept[key]
        if self._is_gone(key, filled, now):
            del self._kept[key]
            return False
        self._kept.move_to_end(key)
        self.hits += counts
        if self.changes is not None:
            self.stale += counts and self.changes.latest(key, now) > begun
        return True

    def _keep(self, key: int, begun: int, now: int) -> None:
        self._kept[key] = begun, now
        self._kept.move_to_end(key)
        if self.entries is not None and len(self._kept) > self.entries:
            oldest, (_, filled) = self._kept.popitem(last=False)
            self.evicted += self._counts(now) and not self._is_gone(oldest, filled, now)

    def _is_gone(self, key: int, filled: int, now: int) -> bool:
        """Whether an entry has expired or was removed since."""
        return now - filled >= self.ttl or (self.changes is not None and self.changes.removal(key, now) >= filled)


class ForcedCache(Cache):
    """A cache whose hit ratio is declared: every read is a hit with that probability, whatever was filled."""

    def __init__(self, warmup: int, end: int, ratio: float, stream: Stream) -> None:
        """ratio : 0..1."""
        super().__init__(warmup, end)
        self.ratio, self.stream = ratio, stream

    def read(self, key: int, now: int, entity: int = 0, index: int = 0, step: int = 0, attempt: int = 0) -> bool:
        """A hit where the uniform of this address is below the ratio."""
        counts, hit = self._counts(now), self.stream.uniform(entity, index, step, attempt) < self.ratio
        self.reads += counts
        self.hits += counts and hit
        return hit

    def _keep(self, key: int, begun: int, now: int) -> None:
        """Nothing is kept."""

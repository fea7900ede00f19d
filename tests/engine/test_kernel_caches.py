"""The compiled cache against the readable one: the same answers, whatever is forgotten in between."""

from __future__ import annotations

import numpy as np
import pytest
from kernel_bench import address, world

from swifteats_sim.engine.cache import TtlCache
from swifteats_sim.engine.caching import Shelf
from swifteats_sim.engine.changes import Changes, Invalidation
from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import caches
from swifteats_sim.engine.kernel.arrays import jobs_of
from swifteats_sim.engine.kernel.layout import Layout
from swifteats_sim.engine.kernel.lower_clients import lower_shelf
from swifteats_sim.engine.kernel.lowering import Lowering
from swifteats_sim.engine.kernel.memory import CACHE, LIST, MAP
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Streams

MS = 1_000_000
TTL = 200 * MS
STREAMS = Streams(seed=1, replication=0)


def changes() -> Changes:
    """A key changes every 0.3 s; 5 ms later it is removed, or in two of five cases forgotten."""
    law = Law([("exponential", (0.3,), ())], 0.3)
    return Changes(law, STREAMS("changes"), Invalidation(5 * MS, 0.4, STREAMS("removal")))


@compiled
def ask(w, cache, key, now):  # type: ignore[no-untyped-def]
    """Whether a job finds a key."""
    return caches.read(w, cache, key, now, jobs_of(w)[0], 0)


@pytest.mark.parametrize("entries", [None, 20], ids=["room for all", "20 entries"])
def test_a_cache_that_sweeps_what_has_expired_answers_as_one_that_keeps_it(entries: int | None) -> None:
    """Keys come in fashion and go; most are never asked for again, some are, and have changed meanwhile."""
    readable = TtlCache(0, 1 << 60, TTL, entries, changes())
    low = Lowering(Layout((0, 1 << 60), 1))
    row = lower_shelf(low, Shelf("menus", readable, False))
    memory = world(**low.layout.arrays())
    chance, at, now, most = np.random.default_rng(3), address(memory), 0, 0
    for turn in range(8000):
        now += int(chance.exponential(2 * MS))
        key = turn // 10 + int(chance.integers(0, 60) if chance.random() < 0.9 else -chance.integers(0, turn // 10 + 1))
        hit = readable.read(key, now)
        assert ask(at, row, key, now) == hit
        if not hit:
            readable._keep(key, now, now)
            caches.put(at, row, key, now, now)
        most = max(most, int(memory.words[memory.words[row + CACHE.recent] + LIST.size]))
    counted = {name: int(memory.words[row + getattr(CACHE, name)]) for name in ("reads", "hits", "stale", "evicted")}
    assert counted == {name: getattr(readable, name) for name in counted}
    assert min(counted["hits"], counted["stale"]) > 50
    chains = int(memory.words[memory.words[row + CACHE.changed] + MAP.used])
    if entries is None:
        assert most < 120 < len(readable._kept), "as many as are filled within a time to live"
        assert chains <= most
    else:
        assert counted["evicted"] > 100

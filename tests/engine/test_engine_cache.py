"""Caches: timelines by hand, and hit ratios that theory knows."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from scipy import stats

from swifteats_sim.engine.cache import Cache, ForcedCache, TtlCache
from swifteats_sim.engine.changes import Changes, Invalidation
from swifteats_sim.engine.clock import MINUTE, SECOND
from swifteats_sim.engine.keys import zipf_probabilities
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Stream

STREAM = Stream(1, 0, "changes")
EVERY_TEN = Law([("deterministic", (10e-9,), ())], 10e-9)
"""A change at 10, 20, 30, ... ns."""

forever = partial(TtlCache, 0, 10**18)


def put(cache: Cache, key: int, now: int, taking: int = 0) -> None:
    cache.begin_fill(key, now)
    cache.fill(key, now + taking)


def test_an_entry_lives_from_its_fill_and_a_hit_does_not_prolong_it() -> None:
    cache = forever(ttl=10)
    assert not cache.read(7, 0)
    put(cache, 7, 0, taking=3)
    assert [cache.read(7, now) for now in (3, 12, 13, 14)] == [True, True, False, False]
    assert (cache.reads, cache.hits, cache.stale) == (5, 2, 0)


def test_a_fill_renews_an_entry() -> None:
    cache = forever(ttl=10)
    put(cache, 7, 0)
    put(cache, 7, 8)
    assert cache.read(7, 17)


def test_a_full_cache_lets_the_least_recently_used_go() -> None:
    cache = forever(ttl=1000, entries=2)
    put(cache, 1, 0)
    put(cache, 2, 1)
    assert cache.read(1, 2)
    put(cache, 3, 3)
    assert [cache.read(key, 4) for key in (1, 2, 3)] == [True, False, True]
    assert cache.evicted == 1


def test_a_fill_is_a_use() -> None:
    cache = forever(ttl=1000, entries=2)
    for key in (1, 2, 1, 3):
        put(cache, key, 0)
    assert [cache.read(key, 1) for key in (1, 2, 3)] == [True, False, True]


def test_an_expired_entry_that_goes_is_no_loss() -> None:
    cache = forever(ttl=10, entries=1)
    put(cache, 1, 0)
    put(cache, 2, 10)
    assert (cache.read(2, 11), cache.evicted) == (True, 0)


def test_two_who_fill_the_same_key_are_a_stampede() -> None:
    cache = forever(ttl=10)
    cache.begin_fill(1, 0)
    cache.begin_fill(2, 0)
    assert cache.stampedes == 0
    cache.begin_fill(1, 1)
    assert (cache.stampedes, cache.is_filling(1), cache.is_filling(3)) == (1, True, False)
    cache.fill(1, 2)
    assert cache.is_filling(1)
    cache.give_up(1)
    assert not cache.is_filling(1)
    assert cache.is_filling(2)


def test_nobody_completes_what_nobody_began() -> None:
    cache = forever(ttl=10)
    with pytest.raises(KeyError):
        cache.fill(1, 0)
    cache.begin_fill(1, 0)
    with pytest.raises(ValueError, match="not in list"):
        cache.fill(1, 5, begun=3)


def test_a_hit_on_what_changed_since_the_fill_began_is_stale() -> None:
    cache = forever(ttl=1000, changes=Changes(EVERY_TEN, STREAM))
    put(cache, 1, 10, taking=5)
    assert cache.read(1, 19)
    assert cache.stale == 0  # the change at 10 was there when the fill began
    assert cache.read(1, 20)
    assert cache.stale == 1
    put(cache, 2, 9, taking=2)
    assert cache.read(2, 20)
    assert cache.stale == 2  # it read the old value just before the change at 10


def test_a_slow_fill_brings_an_old_value_back() -> None:
    cache = forever(ttl=1000, changes=Changes(EVERY_TEN, STREAM))
    cache.begin_fill(1, 8)
    cache.begin_fill(1, 11)
    cache.fill(1, 12, begun=11)
    assert (cache.read(1, 12), cache.stale) == (True, 0)
    cache.fill(1, 15, begun=8)
    assert (cache.read(1, 15), cache.stale) == (True, 1)


def test_an_invalidation_removes_what_is_there_at_its_instant() -> None:
    def cache(failures: float) -> TtlCache:
        return forever(ttl=1000, changes=Changes(EVERY_TEN, STREAM, Invalidation(4, failures, STREAM)))

    good = cache(0.0)
    put(good, 1, 5)
    assert [good.read(1, now) for now in (10, 13, 14)] == [True, True, False]
    assert good.stale == 2
    put(good, 1, 14)  # removed at 14 too: a fill comes first
    assert not good.read(1, 15)
    put(good, 1, 15)
    assert [good.read(1, now) for now in (20, 23, 24)] == [True, True, False]
    failing = cache(1.0)
    put(failing, 1, 5)
    assert failing.read(1, 900)
    assert failing.stale == 1


def test_an_old_value_put_there_after_the_invalidation_stays() -> None:
    cache = forever(ttl=1000, changes=Changes(EVERY_TEN, STREAM, Invalidation(1, 0.0, STREAM)))
    put(cache, 1, 9, taking=6)
    assert (cache.read(1, 19), cache.stale) == (True, 1)


def test_only_the_measured_span_counts() -> None:
    cache = TtlCache(10, 20, ttl=100, entries=1, changes=Changes(EVERY_TEN, STREAM))
    put(cache, 1, 5)
    for now in (9, 10, 19, 20):
        assert cache.read(1, now)
        cache.begin_fill(2, now)
    assert (cache.reads, cache.hits, cache.stale, cache.stampedes) == (2, 2, 2, 2)
    cache.fill(2, 21)
    assert cache.evicted == 0


def test_a_forced_ratio_is_drawn_by_address() -> None:
    cache = ForcedCache(0, 10**18, 0.7, STREAM)
    hits = [cache.read(0, now, entity=now % 50, index=now // 50) for now in range(5000)]
    assert abs(np.mean(hits) - 0.7) < 4 * math.sqrt(0.7 * 0.3 / 5000)
    assert (cache.reads, cache.hits) == (5000, sum(hits))
    again = ForcedCache(0, 10**18, 0.7, STREAM)
    assert [again.read(9, 0, now % 50, now // 50) for now in reversed(range(5000))] == hits[::-1]
    put(cache, 0, 1)
    assert not cache.is_filling(0)


CATALOGUE, RATE = 150_000, 5000 / 60


def hit_ratio(exponent: float, ttl: float) -> float:
    """Poisson demand `l` for a key and a lifetime T from each fill: of 1 + l T reads a cycle, l T are hits.

    Source: Jung, Berger and Balakrishnan, "Modeling TTL-based Internet caches", Infocom 2003; Fofack, Nain,
    Neglia and Towsley, "Performance evaluation of hierarchical TTL-based cache networks", 2014.
    """
    share = zipf_probabilities(CATALOGUE, exponent)
    load = share * RATE * ttl
    return float((share * load / (1.0 + load)).sum())


@pytest.mark.parametrize(
    ("ttl", "exponent", "per_cent"),
    [
        (120, 0.0, 6), (120, 0.8, 33), (120, 1.0, 58), (120, 1.2, 80),
        (3600, 0.0, 67), (3600, 0.8, 76), (3600, 1.0, 84), (3600, 1.2, 93),
    ],
)  # fmt: skip
def test_the_formula_gives_the_ledgers_figures(ttl: int, exponent: float, per_cent: int) -> None:
    assert round(100 * hit_ratio(exponent, ttl)) == per_cent


def contains(values: list[float], theory: float, width: float) -> bool:
    """Whether the 99 % interval of the mean has the value in it, and is narrow enough to say something."""
    half = stats.t.ppf(0.995, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    assert half < width
    return bool(abs(np.mean(values) - theory) < half)


def batches(cache: TtlCache, instants: list[int], keys: list[int], size: int) -> list[float]:
    """Hit ratio of each batch of reads, with fills that take no time."""
    ratios = []
    for first in range(0, len(keys), size):
        before = cache.hits
        for now, key in zip(instants[first : first + size], keys[first : first + size], strict=True):
            if not cache.read(key, now):
                put(cache, key, now)
        ratios.append((cache.hits - before) / size)
    return ratios


@pytest.mark.parametrize("exponent", [0.8, 1.2])
def test_a_cache_hits_as_often_as_theory_says(exponent: float) -> None:
    generator = np.random.default_rng(11)
    keys = generator.choice(CATALOGUE, 400_000, p=zipf_probabilities(CATALOGUE, exponent)).tolist()
    instants = np.cumsum(generator.exponential(SECOND / RATE, 400_000)).astype(np.int64).tolist()
    # Four batches of 600 s, five lifetimes each, warm the cache up; twelve are left.
    ratios = batches(forever(ttl=2 * MINUTE), instants, keys, 25_000)[4:]
    assert contains(ratios, hit_ratio(exponent, 120.0), 0.005)


def test_the_share_of_stale_hits_is_that_of_changes_within_a_life() -> None:
    """A hit finds an entry of uniform age below T, and changes at rate m have hit it with 1 - exp(-m age)."""
    generator = np.random.default_rng(12)
    changes = Changes(Law([("exponential", (60.0,), ())], 60.0), STREAM)
    cache = forever(ttl=2 * MINUTE, changes=changes)
    now, shares = 0, list[float]()
    for _ in range(20):
        stale, hits = cache.stale, cache.hits
        for _ in range(4_000):
            now += int(generator.exponential(2 * SECOND))
            key = int(generator.integers(20))
            if not cache.read(key, now):
                put(cache, key, now)
        shares.append((cache.stale - stale) / (cache.hits - hits))
    # Twenty batches of 8000 s, 20 keys with 50 lives each; changes come every 60 s, a life lasts 120.
    assert contains(shares, 1.0 - (1.0 - math.exp(-2.0)) / 2.0, 0.01)

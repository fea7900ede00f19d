"""When keys change, and when a change removes what is cached. See engine.changes.Changes."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import draws, maps
from swifteats_sim.engine.kernel.arrays import cells_of, reals_of, words_of
from swifteats_sim.engine.kernel.memory import CACHE, NONE

NUMBER, COMING, LAST = range(3)
"""Values of a key in the maps `changed` and `removed`."""
NEVER = -1
SHORT = 1 << 8
"""Changes of a chain that is soon drawn anew."""


@compiled
def latest(w, cache, key, now):  # type: ignore[no-untyped-def]
    """The last change of a key at or before `now`, or NEVER."""
    at = _chain(w, words_of(w)[cache + CACHE.changed], cache, key, 0)
    while cells_of(w)[at + COMING] <= now:
        cells_of(w)[at + LAST] = cells_of(w)[at + COMING]
        cells_of(w)[at + NUMBER] += 1
        cells_of(w)[at + COMING] += _gap(w, cache, key, cells_of(w)[at + NUMBER])
    return cells_of(w)[at + LAST]


@compiled
def removal(w, cache, key, now):  # type: ignore[no-untyped-def]
    """The last invalidation of a key that worked, at or before `now`, or NEVER."""
    if words_of(w)[cache + CACHE.removal_stream] == NONE:
        return NEVER
    failures, stream = reals_of(w)[words_of(w)[cache + CACHE.failures]], words_of(w)[cache + CACHE.removal_stream]
    at = _chain(w, words_of(w)[cache + CACHE.removed], cache, key, words_of(w)[cache + CACHE.delay])
    while cells_of(w)[at + COMING] <= now:
        if draws.uniform(w, stream, key, cells_of(w)[at + NUMBER], 0, 0) >= failures:
            cells_of(w)[at + LAST] = cells_of(w)[at + COMING]
        cells_of(w)[at + NUMBER] += 1
        cells_of(w)[at + COMING] += _gap(w, cache, key, cells_of(w)[at + NUMBER])
    return cells_of(w)[at + LAST]


@compiled
def _chain(w, m, cache, key, delay):  # type: ignore[no-untyped-def]
    """Where a key's chain stands; it begins when first asked for."""
    at = maps.find(w, m, key)
    if at == NONE:
        at = maps.find_or_add(w, m, key, 0)
        cells_of(w)[at + COMING], cells_of(w)[at + LAST] = _gap(w, cache, key, 0) + delay, NEVER
    return at


@compiled
def _gap(w, cache, key, number):  # type: ignore[no-untyped-def]
    """Before change `number` of a key."""
    return draws.draw_ns(
        w, words_of(w)[cache + CACHE.change_law], words_of(w)[cache + CACHE.change_stream], key, number, 0, 0
    )


@compiled
def forget(w, m, key):  # type: ignore[no-untyped-def]
    """A key's chain in a map is drawn anew from its beginning where somebody asks again; a long one is kept."""
    at = maps.find(w, m, key)
    if at != NONE and cells_of(w)[at + NUMBER] < SHORT:
        maps.remove(w, m, key)

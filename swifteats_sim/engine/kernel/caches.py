"""Caches: what is found in them. See engine.cache."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import changes, draws, maps, nodes
from swifteats_sim.engine.kernel.arrays import cells_of, nodes_of, reals_of, words_of
from swifteats_sim.engine.kernel.memory import CACHE, LIST, NONE
from swifteats_sim.engine.kernel.usage import measured

ENTRY = 8
"""A kind of node: what is cached (key a, begun b, filled c)."""


@compiled
def read(w, cache, key, now, job, place):  # type: ignore[no-untyped-def]
    """Whether the key is found `now`."""
    words, counts = words_of(w), measured(w, now)
    words[cache + CACHE.reads] += counts
    if words[cache + CACHE.share] != NONE:
        u = draws.uniform_of_job(w, words[cache + CACHE.stream], job, 0, place)
        hit = u < reals_of(w)[words[cache + CACHE.share]]
        words[cache + CACHE.hits] += counts * hit
        return hit
    at = maps.find(w, words[cache + CACHE.kept], key)
    if at == NONE:
        return False
    n = cells_of(w)[at]
    if _is_gone(w, cache, nodes_of(w)[n], now):
        _forget(w, cache, n)
        return False
    if words[cache + CACHE.entries] != NONE:
        _be_last(w, cache, n)
    words[cache + CACHE.hits] += counts
    if words[cache + CACHE.change_law] != NONE:
        stale = changes.latest(w, cache, key, now) > nodes_of(w)[n].b
        words[cache + CACHE.stale] += counts * stale
    return True


@compiled
def _is_gone(w, cache, entry, now):  # type: ignore[no-untyped-def]
    """Whether an entry has expired or was removed since."""
    if now - entry.c >= words_of(w)[cache + CACHE.ttl]:
        return True
    return words_of(w)[cache + CACHE.change_law] != NONE and changes.removal(w, cache, entry.a, now) >= entry.c


@compiled
def _forget(w, cache, n):  # type: ignore[no-untyped-def]
    """An entry is there no longer."""
    maps.remove(w, words_of(w)[cache + CACHE.kept], nodes_of(w)[n].a)
    nodes.take_out(w, words_of(w)[cache + CACHE.recent], n)
    nodes.free_node(w, n)


@compiled
def _be_last(w, cache, n):  # type: ignore[no-untyped-def]
    """An entry is the last that was used; where there is room for all, and nobody asks: that was filled."""
    nodes.take_out(w, words_of(w)[cache + CACHE.recent], n)
    nodes.append(w, words_of(w)[cache + CACHE.recent], n)


@compiled
def put(w, cache, key, begun, now):  # type: ignore[no-untyped-def]
    """Keep a value read at `begun`; where it is one too many, the least recently used goes."""
    words = words_of(w)
    at = maps.find_or_add(w, words[cache + CACHE.kept], key, NONE)
    n = cells_of(w)[at]
    if n == NONE:
        n = nodes.new_node(w, ENTRY, NONE)
        cells_of(w)[at] = n
        nodes.append(w, words[cache + CACHE.recent], n)
    else:
        _be_last(w, cache, n)
    nodes_of(w)[n].a, nodes_of(w)[n].b, nodes_of(w)[n].c = key, begun, now
    recent, most = words[cache + CACHE.recent], words[cache + CACHE.entries]
    if most == NONE:
        _sweep(w, cache, now)
    elif words[recent + LIST.size] > most:
        oldest = words[recent + LIST.first]
        words[cache + CACHE.evicted] += measured(w, now) and not _is_gone(w, cache, nodes_of(w)[oldest], now)
        _forget(w, cache, oldest)


@compiled
def _sweep(w, cache, now):  # type: ignore[no-untyped-def]
    """Where there is room for all, those who have expired go when others come: nobody can tell, and memory is saved."""
    words = words_of(w)
    ttl, recent = words[cache + CACHE.ttl], words[cache + CACHE.recent]
    while words[recent + LIST.size] > 0 and now - nodes_of(w)[words[recent + LIST.first]].c >= ttl:
        oldest = words[recent + LIST.first]
        if words[cache + CACHE.change_law] != NONE:
            changes.forget(w, words[cache + CACHE.changed], nodes_of(w)[oldest].a)
            changes.forget(w, words[cache + CACHE.removed], nodes_of(w)[oldest].a)
        _forget(w, cache, oldest)

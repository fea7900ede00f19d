"""Fills of caches that are under way, and those who wait for them. See engine.caching."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import maps, nodes
from swifteats_sim.engine.kernel.arrays import cells_of, jobs_of, nodes_of, words_of
from swifteats_sim.engine.kernel.caches import put
from swifteats_sim.engine.kernel.events import resume
from swifteats_sim.engine.kernel.memory import CACHE, NONE
from swifteats_sim.engine.kernel.usage import measured

FILLING, LOOKING = 6, 7
"""Kinds of nodes: a job's promise to fill (cache a, key b, begun c); a job that waits for another's fill (asked b,
hit c, miss d)."""


@compiled
def is_filling(w, cache, key):  # type: ignore[no-untyped-def]
    """Whether somebody is filling the key."""
    at = maps.find(w, words_of(w)[cache + CACHE.fills], key)
    return at != NONE and cells_of(w)[at] > 0


@compiled
def promise(w, cache, key, j, now):  # type: ignore[no-untyped-def]
    """A job begins to fill a key."""
    at = maps.find_or_add(w, words_of(w)[cache + CACHE.fills], key, 0)
    words_of(w)[cache + CACHE.stampedes] += measured(w, now) and cells_of(w)[at] > 0
    cells_of(w)[at] += 1
    n = nodes.new_node(w, FILLING, j)
    nodes_of(w)[n].a, nodes_of(w)[n].b, nodes_of(w)[n].c = cache, key, now
    nodes.keep(w, j, n)


@compiled
def _close(w, cache, key):  # type: ignore[no-untyped-def]
    """A fill is over, one way or the other."""
    fills = words_of(w)[cache + CACHE.fills]
    at = maps.find(w, fills, key)
    cells_of(w)[at] -= 1
    if cells_of(w)[at] == 0:
        maps.remove(w, fills, key)


@compiled
def fulfil(w, n, now):  # type: ignore[no-untyped-def]
    """The value of a promise, which its job has given up, is there: all who waited have it."""
    cache, key, begun = nodes_of(w)[n].a, nodes_of(w)[n].b, nodes_of(w)[n].c
    nodes.free_node(w, n)
    _close(w, cache, key)
    if words_of(w)[cache + CACHE.share] == NONE:
        put(w, cache, key, begun, now)
    if not words_of(w)[cache + CACHE.single_flight]:
        return
    while True:
        following = next_looking(w, cache, key, now)
        if following == NONE:
            return
        words_of(w)[cache + CACHE.hits] += measured(w, now)
        j, hit = nodes_of(w)[following].job, nodes_of(w)[following].c
        nodes.free_node(w, following)
        resume(w, j, now, hit)


@compiled
def break_promise(w, n, now):  # type: ignore[no-untyped-def]
    """The fill will not be completed: the first who waits for it misses, and promises it."""
    cache, key = nodes_of(w)[n].a, nodes_of(w)[n].b
    nodes.free_node(w, n)
    _close(w, cache, key)
    following = next_looking(w, cache, key, now) if words_of(w)[cache + CACHE.single_flight] else NONE
    if following != NONE:
        j, miss = nodes_of(w)[following].job, nodes_of(w)[following].d
        nodes.free_node(w, following)
        promise(w, cache, key, j, now)
        resume(w, j, now, miss)


@compiled
def look(w, cache, key, j, hit, miss, now):  # type: ignore[no-untyped-def]
    """Let a job wait for another's fill."""
    job = jobs_of(w)[j]
    job.asked += 1
    job.since = now
    n = nodes.new_node(w, LOOKING, j)
    nodes_of(w)[n].b, nodes_of(w)[n].c, nodes_of(w)[n].d = job.asked, hit, miss
    at = maps.find_or_add(w, words_of(w)[cache + CACHE.waiting], key, NONE)  # the first and the last who wait
    if cells_of(w)[at] == NONE:
        cells_of(w)[at] = n
    else:
        nodes_of(w)[cells_of(w)[at + 1]].after = n
    cells_of(w)[at + 1] = n


@compiled
def next_looking(w, cache, key, now):  # type: ignore[no-untyped-def]
    """The first who still waits for a key, who then waits no longer; NONE where nobody does."""
    waiting = words_of(w)[cache + CACHE.waiting]
    at = maps.find(w, waiting, key)
    while at != NONE:
        n = cells_of(w)[at]
        job = jobs_of(w)[nodes_of(w)[n].job]
        if nodes_of(w)[n].after == NONE:
            maps.remove(w, waiting, key)
            at = NONE
        else:
            cells_of(w)[at] = nodes_of(w)[n].after
        if job.asked == nodes_of(w)[n].b:
            job.asked += 1
            job.waited += now - job.since
            return n
        nodes.free_node(w, n)
    return NONE

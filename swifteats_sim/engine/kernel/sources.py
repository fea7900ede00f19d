"""Where jobs come from, and when. See engine.sources, engine.connecting and engine.offline."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import clients, draws, maps, offline, rings
from swifteats_sim.engine.kernel.arrays import cells_of, words_of
from swifteats_sim.engine.kernel.events import push
from swifteats_sim.engine.kernel.memory import NONE, SOURCE
from swifteats_sim.engine.sources import CLIENT

PERIODIC, OFFLINE, FOLLOWING, CONNECTING, RENEWAL = range(5)
NEVER, BIRTH = -1, -1
STAY, COUNT = range(2)
"""Values of an entity that comes and goes: the index of its first job of this stay, NONE while it is away; the next."""


@compiled
def following(w, source, entity, index, born):  # type: ignore[no-untyped-def]
    """When arrival `index + 1` of the entity comes, after arrival `index` at `born`; NEVER ends the chain.

    Those of periodic sources stand in rings instead.
    """
    words, kind = words_of(w), words_of(w)[source + SOURCE.kind]
    if kind == RENEWAL:
        law, stream = words[source + SOURCE.law], words[source + SOURCE.stream]
        return born + draws.draw_ns(w, law, stream, entity, index + 1, 0, 0)
    if not is_on(w, source, entity, index) or (kind == CONNECTING and words[source + SOURCE.breaks] == NONE):
        return NEVER
    cells_of(w)[maps.find(w, words[source + SOURCE.sent], entity) + COUNT] = index + 1
    if kind == CONNECTING:
        return cells_of(w)[clients.gap_of(w, words[source + SOURCE.breaks], entity, born) + clients.STOP]
    return born + words[source + SOURCE.period]


@compiled
def is_on(w, source, entity, index):  # type: ignore[no-untyped-def]
    """Whether arrival `index` of the entity, which its chain still holds, takes place; rings know of theirs."""
    words, kind = words_of(w), words_of(w)[source + SOURCE.kind]
    if kind == RENEWAL:
        return True
    at = maps.find(w, words[source + SOURCE.sent], entity)
    return at != NONE and cells_of(w)[at + STAY] != NONE and cells_of(w)[at + STAY] <= index


@compiled
def client_of(w, source, entity, index):  # type: ignore[no-untyped-def]
    """Who sends job `index` of the entity's chain."""
    words = words_of(w)
    if words[source + SOURCE.kind] != RENEWAL:
        return entity
    population = words[source + SOURCE.population]
    if population == NONE:
        return index
    u = draws.uniform(w, words[source + SOURCE.stream], entity, index, CLIENT, 0)
    return min(int(u * population), population - 1)


@compiled
def switch_on(w, source, entity, now):  # type: ignore[no-untyped-def]
    """From now on this entity sends jobs."""
    words, flow = words_of(w), words_of(w)[source + SOURCE.flow]
    if words[source + SOURCE.kind] <= OFFLINE:
        rings.switch_on(w, source, entity, now)
        return
    at = maps.find(w, words[source + SOURCE.sent], entity)
    if at == NONE:
        at = maps.find_or_add(w, words[source + SOURCE.sent], entity, NONE)
    elif cells_of(w)[at + STAY] != NONE:
        return
    first = cells_of(w)[at + COUNT] + 1
    cells_of(w)[at + STAY] = cells_of(w)[at + COUNT] = first
    if words[source + SOURCE.kind] == CONNECTING and words[source + SOURCE.breaks] != NONE:
        clients.begin_gaps(w, words[source + SOURCE.breaks], entity, now)
    push(w, now, flow, entity, first, BIRTH, 0, NONE)


@compiled
def switch_off(w, source, entity):  # type: ignore[no-untyped-def]
    """No more jobs from this entity."""
    words = words_of(w)
    if words[source + SOURCE.kind] <= OFFLINE:
        rings.switch_off(w, source, entity)
        return
    at = maps.find(w, words[source + SOURCE.sent], entity)
    if at != NONE:
        cells_of(w)[at + STAY] = NONE


@compiled
def sends_at_once(w, source, j, now):  # type: ignore[no-untyped-def]
    """Whether a job that is born now enters its flow now; otherwise its client keeps it."""
    return words_of(w)[source + SOURCE.kind] != OFFLINE or offline.send(w, source, j, now)

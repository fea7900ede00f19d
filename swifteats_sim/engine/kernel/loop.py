"""The loop: event by event. See engine.loop.Loop."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import crashing, flows, heap, offline, rings, sources, ties, wheel
from swifteats_sim.engine.kernel.arrays import followers_of, jobs_of, nodes_of, watched_of, words_of
from swifteats_sim.engine.kernel.errors import BACK_IN_TIME
from swifteats_sim.engine.kernel.events import close_gap, first, push, take_first
from swifteats_sim.engine.kernel.jobs import call, new_job
from swifteats_sim.engine.kernel.memory import FLOW, NONE, REGISTERS, SOURCE
from swifteats_sim.engine.kernel.nodes import free_node
from swifteats_sim.engine.kernel.taking import run

JOURNAL = -1
SWITCH_ON, SWITCH_OFF, FLAG, FOLLOWER, WATCHERS, GROUP_CHANGE = range(20, 26)
"""Kinds of entries of the journal: of a source (a) for an entity (b); an entity's flag, and who follows it (a, value
b); how many watch (b); a group (a)."""
REACHED, NO_ROOM, BROKEN = range(3)
"""What `advance` says: it has come where it was to go; some array must grow first; see `errors`."""


@compiled
def advance(w):  # type: ignore[no-untyped-def]
    """Do everything strictly before `until` of the registers, or before a halt."""
    words = words_of(w)
    while True:
        if words[REGISTERS.bearing]:
            if words[REGISTERS.full]:
                return NO_ROOM
            _bear(w)
            continue
        at, birth_at = heap.first_at(w), rings.next_at(w)
        if min(at, birth_at) >= min(words[REGISTERS.until], words[REGISTERS.horizon]):
            if words[REGISTERS.horizon] >= words[REGISTERS.until]:
                break
            wheel.turn(w)
            continue
        if min(at, birth_at) < words[REGISTERS.now]:
            words[REGISTERS.error] = BACK_IN_TIME
        if words[REGISTERS.full] | words[REGISTERS.error]:
            return BROKEN if words[REGISTERS.error] else NO_ROOM
        words[REGISTERS.done] += 1
        if birth_at < at or (birth_at == at and _birth_is_first(w)):
            words[REGISTERS.now] = birth_at
            _come_round(w, words[REGISTERS.ring], birth_at)
        else:
            words[REGISTERS.now] = at
            _take_event(w, at)
        if words[REGISTERS.halt] != NONE:
            words[REGISTERS.until] = min(words[REGISTERS.until], words[REGISTERS.halt])
            words[REGISTERS.halt] = NONE
    words[REGISTERS.now] = max(words[REGISTERS.now], words[REGISTERS.until])
    return BROKEN if words[REGISTERS.error] else REACHED


@compiled
def _birth_is_first(w):  # type: ignore[no-untyped-def]
    """Whether a birth of a ring comes before the event of the same instant that is first on the heap."""
    words, event = words_of(w), first(w)
    source = words[REGISTERS.ring]
    flow, entity, index = words[source + SOURCE.flow], rings.next_entity(w, source), words[source + SOURCE.ring_round]
    return ties.is_born_before(w, words[source + SOURCE.ring_at], flow, entity, index, event)


@compiled
def _come_round(w, source, now):  # type: ignore[no-untyped-def]
    """The birth that is next in a ring, unless its entity has been switched off."""
    entity, index = rings.next_entity(w, source), words_of(w)[source + SOURCE.ring_round]
    is_on = rings.is_on(w, source)
    rings.move_on(w, source, is_on)
    if is_on:
        _arrive(w, source, entity, index)


@compiled
def _take_event(w, now):  # type: ignore[no-untyped-def]
    """What is first on the heap."""
    event = first(w)
    flow, entity, index, turn, j = event.flow, event.entity, event.index, event.turn, event.job
    take_first(w)
    if flow == JOURNAL:
        _enter(w, j, now)
    elif j == NONE:
        _birth(w, flow, entity, index, now)
    elif jobs_of(w)[j].turn == turn:
        call(w, j)
        run(w, now)
    close_gap(w)


@compiled
def _birth(w, flow, entity, index, now):  # type: ignore[no-untyped-def]
    """An arrival of a source that stands in no ring: its jobs are born, and the next one is awaited."""
    words = words_of(w)
    source = words[flow + FLOW.source]
    following = sources.following(w, source, entity, index, now)
    if not sources.is_on(w, source, entity, index):
        return
    if following != sources.NEVER:
        push(w, following, flow, entity, index + 1, sources.BIRTH, 0, NONE)
    _arrive(w, source, entity, index)


@compiled
def _arrive(w, source, entity, index):  # type: ignore[no-untyped-def]
    """The jobs of one arrival are born, one after the other: many of them need more room than one event has."""
    words, size = words_of(w), words_of(w)[source + SOURCE.batch]
    words[REGISTERS.bearing], words[REGISTERS.bearing_entity] = source, entity
    words[REGISTERS.bearing_next], words[REGISTERS.bearing_last] = index * size, index * size + size
    _bear(w)


@compiled
def _bear(w):  # type: ignore[no-untyped-def]
    """The next job of an arrival, which is over with its last one."""
    words, now = words_of(w), words_of(w)[REGISTERS.now]
    source, member = words[REGISTERS.bearing], words[REGISTERS.bearing_next]
    words[REGISTERS.bearing_next] = member + 1
    if member + 1 == words[REGISTERS.bearing_last]:
        words[REGISTERS.bearing] = 0
    flow, entity = words[source + SOURCE.flow], words[REGISTERS.bearing_entity]
    j = new_job(w, flow, sources.client_of(w, source, entity, member), member, 0, now)
    jobs_of(w)[j].pc = words[flow + FLOW.first]
    flows.bear(w, j)
    if sources.sends_at_once(w, source, j, now):
        flows.begin(w, j)
        call(w, j)
        run(w, now)


@compiled
def _enter(w, n, now):  # type: ignore[no-untyped-def]
    """What the journal says of this instant."""
    kind, a, b = nodes_of(w)[n].kind, nodes_of(w)[n].a, nodes_of(w)[n].b
    if kind == offline.UPLOAD:
        offline.start(w, n, now)
        return
    if kind == SWITCH_ON:
        sources.switch_on(w, a, b, now)
    elif kind == SWITCH_OFF:
        sources.switch_off(w, a, b)
    elif kind == FLAG:
        watched_of(w)[a] = b
    elif kind == FOLLOWER:
        followers_of(w)[a] = b
    elif kind == WATCHERS:
        words_of(w)[REGISTERS.watchers] = b
    else:
        crashing.change(w, a, now)
    free_node(w, n)

"""Rings: the births of periodic sources. They come round in the same order for ever, so that none needs the heap.

A ring has a row for each of its entities, by phase, then as `ties` says, so that memory is read in the order in which
it lies. Its place and its round are those of its next birth: birth `round` of the entity there. Entities that expect
no birth are passed over.
"""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import ties
from swifteats_sim.engine.kernel.arrays import words_of
from swifteats_sim.engine.kernel.heap import NEVER
from swifteats_sim.engine.kernel.memory import REGISTERS, SOURCE

ENTITY, PHASE, CHAINED, ON = range(4)
"""Words of a row: whose it is, when its first birth comes, whether it expects one, whether it is switched on."""
ROW = 4


@compiled
def next_at(w):  # type: ignore[no-untyped-def]
    """When the next birth of any ring comes."""
    return words_of(w)[REGISTERS.ring_at] if words_of(w)[REGISTERS.ring] else NEVER


@compiled
def next_row(w, source):  # type: ignore[no-untyped-def]
    """The row of a ring whose birth comes next."""
    return words_of(w)[source + SOURCE.ring] + ROW * words_of(w)[source + SOURCE.ring_place]


@compiled
def next_entity(w, source):  # type: ignore[no-untyped-def]
    """Whose birth comes next in a ring."""
    return words_of(w)[next_row(w, source) + ENTITY]


@compiled
def is_on(w, source):  # type: ignore[no-untyped-def]
    """Whether that birth takes place."""
    return words_of(w)[next_row(w, source) + ON] != 0


@compiled
def switch_on(w, source, entity, now):  # type: ignore[no-untyped-def]
    """Expect births of an entity from now on: a ring that has looked farther ahead goes back to it."""
    words = words_of(w)
    place = words[words[source + SOURCE.places] + entity]
    row = words[source + SOURCE.ring] + ROW * place
    words[row + ON] = 1
    if words[row + CHAINED]:
        return
    _enlist(words, source)
    words[row + CHAINED] = 1
    words[source + SOURCE.ring_count] += 1
    phase, period = words[row + PHASE], words[source + SOURCE.period]
    turn = max(0, -((phase - now) // period))
    at, first = phase + turn * period, words[source + SOURCE.ring_at]
    if at < first or (at == first and place < words[source + SOURCE.ring_place]):
        _stand_at(words, source, place, turn, at)
        _choose(words)


@compiled
def switch_off(w, source, entity):  # type: ignore[no-untyped-def]
    """The births of an entity take place no longer; it is passed over from the next one on."""
    words = words_of(w)
    words[words[source + SOURCE.ring] + ROW * words[words[source + SOURCE.places] + entity] + ON] = 0


@compiled
def _enlist(words, source):  # type: ignore[no-untyped-def]
    """Put a ring on the list of all, once."""
    if not words[source + SOURCE.ring_is_known]:
        words[source + SOURCE.ring_is_known] = 1
        words[source + SOURCE.ring_at] = NEVER
        words[source + SOURCE.next_ring] = words[REGISTERS.rings]
        words[REGISTERS.rings] = source


@compiled
def _stand_at(words, source, place, turn, at):  # type: ignore[no-untyped-def]
    words[source + SOURCE.ring_place] = place
    words[source + SOURCE.ring_round] = turn
    words[source + SOURCE.ring_at] = at


@compiled
def _choose(words):  # type: ignore[no-untyped-def]
    """Find the ring whose birth comes next; at one instant, as `ties` says."""
    chosen, source = words[REGISTERS.rings], words[words[REGISTERS.rings] + SOURCE.next_ring]
    while source:
        at, first = words[source + SOURCE.ring_at], words[chosen + SOURCE.ring_at]
        flow, other = words[source + SOURCE.flow], words[chosen + SOURCE.flow]
        if at < first or (at == first and ties.is_flow_before(words, at, flow, other)):
            chosen = source
        source = words[source + SOURCE.next_ring]
    words[REGISTERS.ring], words[REGISTERS.ring_at] = chosen, words[chosen + SOURCE.ring_at]


@compiled
def move_on(w, source, stays):  # type: ignore[no-untyped-def]
    """The birth at a ring's place is over. stays : whether its entity expects another one."""
    words = words_of(w)
    ring, size = words[source + SOURCE.ring], words[source + SOURCE.ring_size]
    place, turn = words[source + SOURCE.ring_place], words[source + SOURCE.ring_round]
    if not stays:
        words[ring + ROW * place + CHAINED] = 0
        words[source + SOURCE.ring_count] -= 1
    if words[source + SOURCE.ring_count] == 0:
        words[source + SOURCE.ring_at] = NEVER
    else:
        place += 1
        while place == size or not words[ring + ROW * place + CHAINED]:
            place, turn = (0, turn + 1) if place == size else (place + 1, turn)
        _stand_at(words, source, place, turn, words[ring + ROW * place + PHASE] + turn * words[source + SOURCE.period])
    _choose(words)

"""The wheel of what comes later than soon: a list of events for each short span, which come into the heap with it.

So the heap holds a few events that are looked at again and again, however many wait: Varghese and Lauck, "Hashed and
hierarchical timing wheels", SOSP 1987. What comes later than the wheel is long stands in the slot where it will be its
turn, and lets it pass till then.
"""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import heap
from swifteats_sim.engine.kernel.arrays import events_of, jobs_of, words_of
from swifteats_sim.engine.kernel.memory import NONE, REGISTERS, SLOTS
from swifteats_sim.engine.kernel.rows import fetch

SHIFT = 25
SPAN = 1 << SHIFT
"""Of a slot, ns."""
FIRST = len(REGISTERS)
"""Where the slots begin: the newest event of each, or NONE."""


@compiled
def put(w, at, row):  # type: ignore[no-untyped-def]
    """An event that comes at the horizon or later."""
    words, slot = words_of(w), _slot_of(at)
    event = events_of(w)[row]
    event.at, event.later = at, words[slot]
    words[slot] = row


@compiled
def turn(w):  # type: ignore[no-untyped-def]
    """What comes within one span from the horizon comes soon."""
    words, begun = words_of(w), words_of(w)[REGISTERS.horizon]
    slot, horizon = _slot_of(begun), begun + SPAN
    row, words[slot], words[REGISTERS.horizon] = words[slot], NONE, horizon
    while row != NONE:
        event = events_of(w)[row]
        following = event.later
        fetch(events_of(w), following)
        if event.at < horizon:
            fetch(jobs_of(w), event.job)
            heap.insert(w, event.at, row)
        else:
            event.later, words[slot] = words[slot], row
        row = following


@compiled
def _slot_of(at):  # type: ignore[no-untyped-def]
    return FIRST + ((at >> SHIFT) & (SLOTS - 1))

"""The heap of what comes soon: by instant, then as `ties` says, which is a total order.

Four ways lead down from each entry, which says no more than an instant and the row of its event. What comes later than
soon stands in the wheel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.engine.kernel import ties
from swifteats_sim.engine.kernel.arrays import events_of, heap_of, words_of
from swifteats_sim.engine.kernel.layout import lines
from swifteats_sim.engine.kernel.memory import HEAP, REGISTERS

NEVER = 1 << 62
"""Later than any instant."""
WAYS = 4
"""Entries below one of the heap."""


def no_events(count: int) -> NDArray[Any]:
    """HEAP[count]: an empty heap: none comes ever, and no two at once, so that one need not look.

    The four below one entry share a line of the cache.
    """
    heap = lines(count, HEAP, before=1)
    heap["at"] = NEVER + np.arange(count)
    return heap


@compiled
def first_at(w):  # type: ignore[no-untyped-def]
    """When the first event comes, NEVER where there is none."""
    return heap_of(w)[0].at


@compiled
def insert(w, at, row):  # type: ignore[no-untyped-def]
    """One more entry."""
    here = words_of(w)[REGISTERS.heap]
    words_of(w)[REGISTERS.heap] = here + 1
    _rise(w, here, at, row)


@compiled
def remove_first(w):  # type: ignore[no-untyped-def]
    """The last entry takes the place of the first one."""
    heap, last = heap_of(w), words_of(w)[REGISTERS.heap] - 1
    words_of(w)[REGISTERS.heap] = last
    at, row = heap[last].at, heap[last].row
    heap[last].at = NEVER + last
    if last:
        replace_first(w, at, row)


@compiled
def replace_first(w, at, row):  # type: ignore[no-untyped-def]
    """Another entry for the first one: what comes first moves up, down to a leaf, and the entry rises from there.

    Most come after nearly all that wait, so that they rise no farther.
    """
    heap, count, here, below = heap_of(w), words_of(w)[REGISTERS.heap], 0, 1
    while below < count:
        chosen = _first_of(w, below)
        heap[here].at, heap[here].row = heap[chosen].at, heap[chosen].row
        here, below = chosen, WAYS * chosen + 1
    _rise(w, here, at, row)


@compiled
def _rise(w, here, at, row):  # type: ignore[no-untyped-def]
    """Put an event into the heap, up from a place that is free."""
    heap = heap_of(w)
    while here > 0:
        above = (here - 1) // WAYS
        if not _precedes(w, at, row, heap[above]):
            break
        heap[here].at, heap[here].row = heap[above].at, heap[above].row
        here = above
    heap[here].at, heap[here].row = at, row


@compiled
def _first_of(w, place):  # type: ignore[no-untyped-def]
    """Which of the WAYS entries from a place on comes first. Nothing here can be foretold: so nothing branches."""
    heap = heap_of(w)
    a, b, c, d = heap[place].at, heap[place + 1].at, heap[place + 2].at, heap[place + 3].at
    left, right = min(a, b), min(c, d)
    if (a == b) | (c == d) | (left == right):
        return _first_of_equals(w, place)
    one, other = place + (b < a), place + 2 + (d < c)
    return one + (other - one) * (right < left)


@apart
def _first_of_equals(w, place):  # type: ignore[no-untyped-def]
    """The same where some come at the same instant."""
    heap, chosen = heap_of(w), place
    for other in range(place + 1, place + WAYS):
        if _precedes(w, heap[other].at, heap[other].row, heap[chosen]):
            chosen = other
    return chosen


@compiled
def _precedes(w, at, row, other):  # type: ignore[no-untyped-def]
    """Whether an event comes before an entry of the heap."""
    if at != other.at:
        return at < other.at
    return ties.is_before(w, at, events_of(w)[row], events_of(w)[other.row])

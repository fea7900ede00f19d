"""The heap of what is to come: by instant, flow, entity, index, lane and turn, which is a total order.

Four ways lead down from each entry, which says no more than an instant and the row of its event.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.engine.kernel.arrays import events_of, heap_of, jobs_of, nodes_of, stack_of, words_of
from swifteats_sim.engine.kernel.memory import HEAP, NONE, REGISTERS

NEVER = 1 << 62
"""Later than any instant."""
WAYS = 4
"""Entries below one of the heap."""
ROOM = 4096
"""Rows that an array must have free when an event begins, beside the `margin` for whoever is there: see `widen`."""


def no_events(first: int, until: int) -> NDArray[Any]:
    """HEAP[...]: these entries of a heap, empty: none comes ever, and no two at once, so that one need not look."""
    heap = np.zeros(until - first, HEAP)
    heap["at"] = NEVER + np.arange(first, until)
    return heap


@compiled
def first_at(w):  # type: ignore[no-untyped-def]
    """When the first event comes, NEVER where there is none."""
    return heap_of(w)[0].at


@compiled
def first(w):  # type: ignore[no-untyped-def]
    """The first event, where there is one."""
    return events_of(w)[heap_of(w)[0].row]


@compiled
def push(w, at, flow, entity, index, lane, turn, job):  # type: ignore[no-untyped-def]
    """One more event. job : its row, NONE: a birth; or the node of an entry of the journal."""
    words = words_of(w)
    if words[REGISTERS.gap]:
        words[REGISTERS.gap] = 0
        row = heap_of(w)[0].row  # the event that is being done has been read
        _put(events_of(w)[row], flow, entity, index, lane, turn, job)
        _sink(w, at, row)
        return
    row, here = _new_row(w), words[REGISTERS.heap]
    words[REGISTERS.heap] = here + 1
    _put(events_of(w)[row], flow, entity, index, lane, turn, job)
    _rise(w, here, at, row)


@compiled
def _new_row(w):  # type: ignore[no-untyped-def]
    """A row for an event."""
    words, row = words_of(w), words_of(w)[REGISTERS.free_event]
    if row != NONE:
        words[REGISTERS.free_event] = events_of(w)[row].job
        return row
    row = words[REGISTERS.events]
    words[REGISTERS.events] = row + 1
    if row + ROOM + words[REGISTERS.margin] > len(events_of(w)):
        words[REGISTERS.full] = 1
    return row


@compiled
def widen(w, by):  # type: ignore[no-untyped-def]
    """One event may wake everybody who is there: with a row more in use, more must be free when it begins."""
    words = words_of(w)
    words[REGISTERS.margin] += by
    margin = words[REGISTERS.margin] + ROOM
    if words[REGISTERS.events] + margin > len(events_of(w)) or words[REGISTERS.jobs] + margin > len(jobs_of(w)):
        words[REGISTERS.full] = 1
    if words[REGISTERS.nodes] + margin > len(nodes_of(w)) or 4 * margin > len(stack_of(w)):
        words[REGISTERS.full] = 1


@compiled
def take_first(w):  # type: ignore[no-untyped-def]
    """The first event is being done: it leaves a gap on top of the heap, for the next event that is pushed."""
    words_of(w)[REGISTERS.gap] = 1


@compiled
def close_gap(w):  # type: ignore[no-untyped-def]
    """Where nobody has pushed an event, the last one fills the gap."""
    words, heap = words_of(w), heap_of(w)
    if words[REGISTERS.gap]:
        words[REGISTERS.gap] = 0
        over, last = heap[0].row, words[REGISTERS.heap] - 1
        words[REGISTERS.heap] = last
        events_of(w)[over].job = words[REGISTERS.free_event]
        words[REGISTERS.free_event] = over
        at, row = heap[last].at, heap[last].row
        heap[last].at = NEVER + last
        if last:
            _sink(w, at, row)


@compiled
def _sink(w, at, row):  # type: ignore[no-untyped-def]
    """Fill the gap on top of the heap: what comes first moves up, down to a leaf, and the event rises from there.

    Most events come after nearly all that wait, so that they rise no farther.
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
def _put(event, flow, entity, index, lane, turn, job):  # type: ignore[no-untyped-def]
    event.flow, event.entity, event.index, event.lane, event.turn, event.job = flow, entity, index, lane, turn, job


@compiled
def _precedes(w, at, row, other):  # type: ignore[no-untyped-def]
    """Whether an event comes before an entry of the heap."""
    if at != other.at:
        return at < other.at
    return _is_before(events_of(w)[row], events_of(w)[other.row])


@apart
def _is_before(one, other):  # type: ignore[no-untyped-def]
    """Which of two events of one instant comes first."""
    if one.flow != other.flow:
        return one.flow < other.flow
    if one.entity != other.entity:
        return one.entity < other.entity
    if one.index != other.index:
        return one.index < other.index
    if one.lane != other.lane:
        return one.lane < other.lane
    return one.turn < other.turn


@compiled
def next_turn(w):  # type: ignore[no-untyped-def]
    """A number that no event had."""
    words_of(w)[REGISTERS.turn] += 1
    return words_of(w)[REGISTERS.turn]


@compiled
def resume(w, j, at, pc):  # type: ignore[no-untyped-def]
    """A job goes on with step `pc` at `at`; whatever else it waited for is void."""
    job = jobs_of(w)[j]
    job.pc = pc
    job.turn = next_turn(w)
    push(w, at, job.flow, job.entity, job.index, job.lane, job.turn, j)

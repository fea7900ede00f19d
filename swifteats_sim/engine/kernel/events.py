"""The heap of what is to come: by instant, flow, entity, index, lane and turn, which is a total order."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel.arrays import events_of, jobs_of, words_of
from swifteats_sim.engine.kernel.memory import REGISTERS

NEVER = 1 << 62
"""Later than any instant."""
ROOM = 4096
"""Rows that an array must have free when an event begins: more than any one event takes."""


@compiled
def first_at(w):  # type: ignore[no-untyped-def]
    """When the first event comes, NEVER where there is none."""
    return events_of(w)[0].at if words_of(w)[REGISTERS.heap] else NEVER


@compiled
def push(w, at, flow, entity, index, lane, turn, job):  # type: ignore[no-untyped-def]
    """One more event. job : its row, NONE: a birth; or the node of an entry of the journal."""
    words, events = words_of(w), events_of(w)
    if words[REGISTERS.gap]:
        words[REGISTERS.gap] = 0
        _sink(w, at, flow, entity, index, lane, turn, job)
        return
    here = words[REGISTERS.heap]
    words[REGISTERS.heap] = here + 1
    if here + ROOM > len(events):
        words[REGISTERS.full] = 1
    while here > 0:
        above = (here - 1) >> 1
        if not _precedes(at, flow, entity, index, lane, turn, events[above]):
            break
        events[here] = events[above]
        here = above
    _put(events[here], at, flow, entity, index, lane, turn, job)


@compiled
def take_first(w):  # type: ignore[no-untyped-def]
    """The first event is being done: it leaves a gap on top of the heap, for the next event that is pushed."""
    words_of(w)[REGISTERS.gap] = 1


@compiled
def close_gap(w):  # type: ignore[no-untyped-def]
    """Nobody has pushed an event: the last one fills the gap."""
    words, events = words_of(w), events_of(w)
    if words[REGISTERS.gap]:
        words[REGISTERS.gap] = 0
        words[REGISTERS.heap] -= 1
        last = events[words[REGISTERS.heap]]
        _sink(w, last.at, last.flow, last.entity, last.index, last.lane, last.turn, last.job)


@compiled
def _sink(w, at, flow, entity, index, lane, turn, job):  # type: ignore[no-untyped-def]
    """Put an event on top of the heap, and down from there as far as it has to go."""
    events, count, here, below = events_of(w), words_of(w)[REGISTERS.heap], 0, 1
    while below < count:
        if below + 1 < count and _before(events[below + 1], events[below]):
            below += 1
        if _precedes(at, flow, entity, index, lane, turn, events[below]):
            break
        events[here] = events[below]
        here, below = below, 2 * below + 1
    _put(events[here], at, flow, entity, index, lane, turn, job)


@compiled
def _put(event, at, flow, entity, index, lane, turn, job):  # type: ignore[no-untyped-def]
    event.at, event.flow, event.entity, event.index, event.lane = at, flow, entity, index, lane
    event.turn, event.job = turn, job


@compiled
def _before(one, other):  # type: ignore[no-untyped-def]
    """Whether an event comes before another one."""
    if one.at != other.at:
        return one.at < other.at
    return _precedes(one.at, one.flow, one.entity, one.index, one.lane, one.turn, other)


@compiled
def _precedes(at, flow, entity, index, lane, turn, other):  # type: ignore[no-untyped-def]
    """Whether an event that is not yet on the heap comes before one that is."""
    if at != other.at:
        return at < other.at
    if flow != other.flow:
        return flow < other.flow
    if entity != other.entity:
        return entity < other.entity
    if index != other.index:
        return index < other.index
    if lane != other.lane:
        return lane < other.lane
    return turn < other.turn


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

"""Events: rows of what is to come, in the heap if it comes soon, otherwise in the wheel."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import heap, wheel
from swifteats_sim.engine.kernel.arrays import events_of, heap_of, jobs_of, nodes_of, stack_of, words_of
from swifteats_sim.engine.kernel.memory import NONE, REGISTERS

ROOM = 4096
"""Rows that an array must have free when an event begins, beside the `margin` for whoever is there: see `widen`."""


@compiled
def first(w):  # type: ignore[no-untyped-def]
    """The first event, where there is one."""
    return events_of(w)[heap_of(w)[0].row]


@compiled
def push(w, at, flow, entity, index, lane, turn, job):  # type: ignore[no-untyped-def]
    """One more event. job : its row, NONE: a birth; or the node of an entry of the journal."""
    words = words_of(w)
    if at < words[REGISTERS.horizon] and words[REGISTERS.gap]:
        words[REGISTERS.gap] = 0
        row = heap_of(w)[0].row  # the event that is being done has been read
        _put(events_of(w)[row], flow, entity, index, lane, turn, job)
        heap.replace_first(w, at, row)
        return
    row = _new_row(w)
    _put(events_of(w)[row], flow, entity, index, lane, turn, job)
    if at < words[REGISTERS.horizon]:
        heap.insert(w, at, row)
    else:
        wheel.put(w, at, row)


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
    """Where nobody has pushed an event that comes soon, the last one fills the gap."""
    words = words_of(w)
    if words[REGISTERS.gap]:
        words[REGISTERS.gap] = 0
        over = heap_of(w)[0].row
        events_of(w)[over].job = words[REGISTERS.free_event]
        words[REGISTERS.free_event] = over
        heap.remove_first(w)


@compiled
def _put(event, flow, entity, index, lane, turn, job):  # type: ignore[no-untyped-def]
    event.flow, event.entity, event.index, event.lane, event.turn, event.job = flow, entity, index, lane, turn, job


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

"""Ties: who comes first of those who come at the same instant, by the stated order or shuffled. See engine.ties."""

from __future__ import annotations

import numpy as np

from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.engine.kernel.arrays import words_of
from swifteats_sim.engine.kernel.memory import FLOW, NONE, REGISTERS
from swifteats_sim.engine.ties import STATED

JOURNAL = -1
"""See engine.loop."""
_HIGH, _MIDDLE, _LOW = np.uint64(30), np.uint64(27), np.uint64(31)
_ONE, _OTHER = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@compiled
def _next(key, word):  # type: ignore[no-untyped-def]
    """A key with one word more. See engine.ties.mixed."""
    word = key + np.uint64(word)
    word = (word ^ (word >> _HIGH)) * _ONE
    word = (word ^ (word >> _MIDDLE)) * _OTHER
    return word ^ (word >> _LOW)


@compiled
def _of_flow(words, at, flow):  # type: ignore[no-untyped-def]
    """Where the births of a flow stand. flow : its row."""
    return _next(_next(np.uint64(words[REGISTERS.ties]), at), words[flow + FLOW.number])


@compiled
def _place(words, at, event):  # type: ignore[no-untyped-def]
    """(rank, of entity) of an event of no journal."""
    place = _of_flow(words, at, event.flow)
    if event.job == NONE:
        return place, _next(np.uint64(words[REGISTERS.ties]), event.entity)
    return _next(place, event.entity), np.uint64(0)


@apart
def is_before(w, at, one, other):  # type: ignore[no-untyped-def]
    """Which of two events of one instant comes first."""
    words = words_of(w)
    if words[REGISTERS.ties] != STATED and one.flow != JOURNAL and other.flow != JOURNAL:
        (left, inner), (right, outer) = _place(words, at, one), _place(words, at, other)
        if left != right:
            return left < right
        if inner != outer:
            return inner < outer
    if one.flow != other.flow:
        return one.flow < other.flow
    if one.entity != other.entity:
        return one.entity < other.entity
    if one.index != other.index:
        return one.index < other.index
    if one.lane != other.lane:
        return one.lane < other.lane
    return one.turn < other.turn


@apart
def is_born_before(w, at, flow, entity, index, event):  # type: ignore[no-untyped-def]
    """Whether a birth comes before an event of the same instant."""
    words = words_of(w)
    if words[REGISTERS.ties] != STATED and event.flow != JOURNAL:
        left, (right, outer) = _of_flow(words, at, flow), _place(words, at, event)
        if left != right:
            return left < right
        inner = _next(np.uint64(words[REGISTERS.ties]), entity)
        if inner != outer:
            return inner < outer
    if flow != event.flow:
        return flow < event.flow
    if entity != event.entity:
        return entity < event.entity
    return index <= event.index


@compiled
def is_flow_before(words, at, one, other):  # type: ignore[no-untyped-def]
    """Of which of two flows, by row, the births of one instant come first."""
    if words[REGISTERS.ties] != STATED:
        left, right = _of_flow(words, at, one), _of_flow(words, at, other)
        if left != right:
            return left < right
    return one < other

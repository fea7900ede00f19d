"""The compiled heap and wheel of events and the rings of births, against Python's heap."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_bench import FREE, address, world

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import rings, wheel
from swifteats_sim.engine.kernel.arrays import words_of
from swifteats_sim.engine.kernel.events import close_gap, push, take_first
from swifteats_sim.engine.kernel.events import first as first_event
from swifteats_sim.engine.kernel.heap import first_at
from swifteats_sim.engine.kernel.memory import REGISTERS, SLOTS, SOURCE

PERIOD = 10
SMALL = st.integers(0, 3)
LATE = st.one_of(
    st.integers(0, 5), st.sampled_from([each * wheel.SPAN + more for each in (1, 2, SLOTS) for more in (-1, 0)])
)
"""Soon, in the spans that follow, or when the wheel has come round."""
EVENT = st.tuples(LATE, SMALL, SMALL, SMALL, SMALL)


@compiled
def _play(w, first, following, order):  # type: ignore[no-untyped-def]
    """Push `first`, then take all events, pushing as many of `following` with each as its last column says."""
    for turn in range(len(first)):
        push(w, first[turn, 0], first[turn, 1], first[turn, 2], first[turn, 3], first[turn, 4], turn, turn)
    done = coming = 0
    while done < len(first) + coming:
        if first_at(w) >= words_of(w)[REGISTERS.horizon]:
            wheel.turn(w)
            continue
        now, order[done] = first_at(w), first_event(w).job
        take_first(w)
        if done < len(following):
            for _ in range(following[done, 5]):
                if coming < len(following):
                    f, job = following[coming], len(first) + coming
                    push(w, now + f[0], f[1], f[2], f[3], f[4], job, job)
                    coming += 1
        close_gap(w)
        done += 1
    return done


@given(st.lists(EVENT, min_size=1), st.lists(st.tuples(LATE, *[SMALL] * 4, st.integers(0, 2)), max_size=40))
@settings(max_examples=100, deadline=None)
def test_events_come_by_instant_flow_entity_index_lane_and_turn(
    first: list[tuple[int, ...]], following: list[tuple[int, ...]]
) -> None:
    heap = [(*event, turn) for turn, event in enumerate(first)]
    heapify(heap)
    expected, coming = list[int](), 0
    while heap:
        event = heappop(heap)
        pushed = following[len(expected)][5] if len(expected) < len(following) else 0
        expected.append(event[-1])
        for late, *rest, _ in following[coming : coming + pushed]:
            heappush(heap, (event[0] + late, *rest, len(first) + coming))
            coming += 1
    w, order = world(), np.zeros(len(first) + len(following), dtype=np.int64)
    rows = np.array(following, dtype=np.int64).reshape(-1, 6)
    count = _play(address(w), np.array(first, dtype=np.int64), rows, order)
    assert order[:count].tolist() == expected


@compiled
def _births(w, source, switches, out):  # type: ignore[no-untyped-def]
    """Each row of `switches` switches an entity on, 1, or off, 0, at its instant; (at, entity, round) of each birth."""
    words, done = words_of(w), 0
    for row in range(len(switches)):
        while rings.next_at(w) < switches[row, 0]:
            entity = rings.next_entity(w, source)
            is_on = rings.is_on(w, source)
            if is_on:
                out[done, 0], out[done, 1], out[done, 2] = rings.next_at(w), entity, words[source + SOURCE.ring_round]
                done += 1
            rings.move_on(w, source, is_on)
        if switches[row, 2]:
            rings.switch_on(w, source, switches[row, 1], switches[row, 0])
        elif switches[row, 1] >= 0:
            rings.switch_off(w, source, switches[row, 1])
    return done


def _expected(phases: list[int], switches: list[tuple[int, int, int]], end: int) -> list[tuple[int, int, int]]:
    """Birth k of an entity comes at its phase and k periods, if it is on then; a switch of that instant comes first."""
    found, on = [], [False] * len(phases)
    coming = sorted(switches, key=lambda switch: switch[0])
    for at in range(end):
        while coming and coming[0][0] == at:
            _, entity, value = coming.pop(0)
            on[entity] = bool(value)
        found += [
            (at, entity, at // PERIOD) for entity, phase in enumerate(phases) if on[entity] and at % PERIOD == phase
        ]
    return found


@given(st.data(), st.lists(st.integers(0, PERIOD - 1), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_births_of_a_ring_are_those_of_its_entities_while_they_are_on(data: st.DataObject, phases: list[int]) -> None:
    size, end = len(phases), 60
    entity = st.integers(0, size - 1)
    switches = sorted(
        data.draw(st.lists(st.tuples(st.integers(0, end - 1), entity, st.integers(0, 1)), max_size=12)),
        key=lambda switch: switch[0],
    )
    w, source, place = world(), FREE, FREE + len(SOURCE)
    order = sorted(range(size), key=phases.__getitem__)
    ring = np.array([(entity, phases[entity], 0, 0) for entity in order]).ravel()
    w.words[source + SOURCE.ring], w.words[source + SOURCE.places] = place, place + len(ring)
    w.words[place : place + len(ring)] = ring
    w.words[place + len(ring) : place + len(ring) + size] = np.argsort(order)
    w.words[source + SOURCE.period], w.words[source + SOURCE.ring_size] = PERIOD, size
    out = np.zeros((end * size, 3), dtype=np.int64)
    rows = np.array([*switches, (end, -1, 0)], dtype=np.int64)
    count = _births(address(w), source, rows, out)
    assert [tuple(row) for row in out[:count].tolist()] == _expected(phases, switches, end)

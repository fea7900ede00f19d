"""Compiled tables, wide sums, paces and draws, each against its readable twin."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_bench import FREE, address, world

from swifteats_sim.engine import job
from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import draws, maps, paces, wide
from swifteats_sim.engine.kernel.arrays import cells_of, words_of
from swifteats_sim.engine.kernel.memory import MAP, NONE
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.pauses import FULL_SPEED, Pace, Window
from swifteats_sim.engine.streams import Stream

WORD = st.integers(0, (1 << 63) - 1)
PUT, REMOVE, ASK = range(3)


@compiled
def _keep(w, m, what, said):  # type: ignore[no-untyped-def]
    """Put, remove or ask for keys; the value found, or NONE."""
    for row in range(len(what)):
        key = what[row, 1]
        at = maps.find(w, m, key)
        said[row] = NONE if at == NONE else cells_of(w)[at]
        if what[row, 0] == PUT:
            cells_of(w)[maps.find_or_add(w, m, key, 0)] = row
        elif what[row, 0] == REMOVE and at != NONE:
            maps.remove(w, m, key)


@given(st.lists(st.tuples(st.integers(PUT, ASK), st.integers(0, 12).map(lambda key: key * 8)), min_size=1))
@settings(max_examples=100, deadline=None)
def test_a_table_remembers_what_a_dict_does(what: list[tuple[int, int]]) -> None:
    kept, expected = dict[int, int](), []
    for row, (act, key) in enumerate(what):
        expected.append(kept.get(key, NONE))
        if act == PUT:
            kept[key] = row
        elif act == REMOVE:
            kept.pop(key, None)
    w, said = world(), np.zeros(len(what), dtype=np.int64)
    w.words[FREE + MAP.mask], w.words[FREE + MAP.width] = 31, 1
    _keep(address(w), FREE, np.array(what, dtype=np.int64), said)
    assert said.tolist() == expected
    assert w.words[FREE + MAP.used] == len(kept)


@compiled
def _add(w, values, counts):  # type: ignore[no-untyped-def]
    for row in range(len(values)):
        wide.add(words_of(w), FREE, values[row])
        wide.add_product(words_of(w), FREE, counts[row], values[row])


@given(st.lists(st.tuples(st.integers(0, (1 << 52) - 1), st.integers(0, (1 << 30) - 1)), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_a_wide_sum_is_exact(values: list[tuple[int, int]]) -> None:
    w = world()
    _add(address(w), *np.array(values, dtype=np.int64).T.copy())
    assert wide.total(w.words, FREE) == sum(value + value * count for value, count in values)


@compiled
def _finish(w, starts, services, said):  # type: ignore[no-untyped-def]
    for row in range(len(starts)):
        said[row, 0] = paces.begin(words_of(w), FREE, starts[row])
        said[row, 1] = paces.finish(words_of(w), FREE, said[row, 0], services[row])


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60), st.integers(0, FULL_SPEED - 1)), max_size=6),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 100)), min_size=1, max_size=10),
)
@settings(max_examples=100, deadline=None)
def test_work_takes_as_long_as_the_pace_says(slow: list[tuple[int, int, int]], work: list[tuple[int, int]]) -> None:
    pace = Pace([Window(start, start + lasting, speed=speed / FULL_SPEED) for start, lasting, speed in slow], 0)
    w, said = world(), np.zeros((len(work), 2), dtype=np.int64)
    laid_out = [len(pace.starts), *pace.starts, *pace.ends, *pace.speeds]
    w.words[FREE : FREE + len(laid_out)] = laid_out
    starts, services = np.array(work, dtype=np.int64).T.copy()
    _finish(address(w), starts, services, said)
    begun = [pace.begin(start) for start, _ in work]
    assert said[:, 0].tolist() == begun
    assert said[:, 1].tolist() == [pace.finish(at, service) for at, (_, service) in zip(begun, work, strict=True)]


@compiled
def _draw(w, words, drawn, places):  # type: ignore[no-untyped-def]
    for row in range(len(words)):
        entity, index, lane, place = words[row, 0], words[row, 1], words[row, 2], words[row, 3]
        places[row, 0], places[row, 1] = draws.address(lane, place), draws.lane_below(lane, place, index)
        drawn[row] = draws.draw_ns(w, 0, 0, entity, index, 0, places[row, 0])


@given(st.lists(st.tuples(WORD, WORD, st.one_of(st.just(0), WORD), WORD), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_draws_are_those_of_the_reference_at_the_same_address(words: list[tuple[int, int, int, int]]) -> None:
    law = Law([("lognormal", (0.1, 0.3), ()), ("uniform", (1.0, 2.0), ()), ("gamma", (0.7, 1.0), ())], 3.0)
    stream = Stream(1, 0, "services")
    w = world(reals=law.code, streams=stream.key)
    drawn, places = np.zeros(len(words), dtype=np.int64), np.zeros((len(words), 2), dtype=np.int64)
    _draw(address(w), np.array(words, dtype=np.int64), drawn, places)
    for row, (entity, index, lane, place) in enumerate(words):
        here = job.address(lane, place)
        assert places[row].tolist() == [here, job.lane_below(lane, place, index)]
        assert drawn[row] == law.draw_ns(stream, entity, index, 0, here)

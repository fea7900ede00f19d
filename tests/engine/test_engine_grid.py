"""Who is near a place: by a grid as by a pass over all, whoever moves, is heard of late, or of an earlier instant."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from swifteats_sim.engine import grid, nearby
from swifteats_sim.engine.grid import COLUMNS, FILLED, ROWS, empty_grid
from swifteats_sim.engine.legs import Legs
from swifteats_sim.engine.nearby import NOBODY

SECOND = 1_000_000_000
LIVE = 30 * SECOND


@dataclass
class Crowd:
    """Entities first .. stop-1 of all that have legs, and what is known of them."""

    legs: Legs
    first: int
    stop: int
    known: NDArray[np.int64]
    wanted: NDArray[np.uint8]
    live: int = LIVE
    grids: tuple[NDArray[Any], ...] = field(init=False)

    def __post_init__(self) -> None:
        self.grids = empty_grid(self.stop - self.first)
        self.seen = np.zeros((len(self.known), 2))
        self.seen_at = np.full(len(self.known), -1)

    def walk(self, entity: int, now: int, way: tuple[float, float], seconds: float) -> None:
        """From where it is now, so far east and north in so many seconds."""
        self.legs.stop(entity, now)
        _, x, y = self.legs.stand(entity)
        span = (now, now + max(int(seconds * SECOND), 1))
        self.legs.append(entity, span, (x, y, x + way[0], y + way[1]))

    def nearest(self, place: tuple[float, float], radius: float, now: int) -> tuple[int, int]:
        """By the pass, by the grid."""
        passed = self._asked(place, radius, now)
        return nearby.nearest(*passed), grid.nearest(*passed, now, self.legs.fastest, *self.grids)

    def within(self, place: tuple[float, float], radius: float, now: int) -> tuple[list[Any], list[Any]]:
        """By the pass, by the grid, which writes them down in an order of its own: (number, square of distance)."""
        passed, found = self._asked(place, radius, now), []
        room = np.empty(len(self.known), dtype=np.int64), np.empty(len(self.known))
        for search, more in ((nearby.within, ()), (grid.within, (now, self.legs.fastest, *self.grids))):
            count = search(*passed, *more, *room)
            found.append(list(zip(room[0][:count].tolist(), room[1][:count].tolist(), strict=True)))
        return found[0], sorted(found[1])

    def _asked(self, place: tuple[float, float], radius: float, now: int) -> tuple[Any, ...]:
        legs, since = self.legs, max(now - self.live, 0)
        sight = self.wanted, self.known, self.seen_at, self.seen, *legs.tracks
        return self.first, self.stop, *place, radius * radius, since, *sight


def scattered(count: int, side: float, seed: int, live: int = LIVE) -> Crowd:
    """Over a square; nobody is heard of, everybody is wanted."""
    legs = Legs(np.random.default_rng(seed).uniform(0.0, side, (count, 2)))
    return Crowd(legs, 0, count, np.full(count, -1, dtype=np.int64), np.ones(count, dtype=np.uint8), live)


def agree(crowd: Crowd, place: tuple[float, float], radius: float, now: int) -> int:
    """Both find the same; returns how many."""
    passed, gridded = crowd.nearest(place, radius, now)
    assert gridded == passed
    everybody, found = crowd.within(place, radius, now)
    assert found == everybody
    return len(found)


@pytest.mark.parametrize("live", [LIVE, 3600 * SECOND], ids=["live", "of any age"])
def test_through_an_hour_of_moves_the_grid_finds_whom_a_pass_finds(live: int) -> None:
    """400 entities in 20 x 20 km; fixes come late, or go back (C55), or stop coming; speeds rise while grids stand."""
    crowd, chance, found, fills = scattered(400, 20_000.0, 1, live), np.random.default_rng(2), 0, set[int]()
    for now in range(SECOND, 400 * SECOND, 7 * SECOND // 2):
        for entity in chance.integers(0, 400, 60).tolist():
            crowd.walk(entity, now, tuple(chance.normal(0.0, 400.0, 2).tolist()), chance.uniform(40.0, 200.0))
        for entity in chance.integers(0, 400, 200).tolist():
            crowd.known[entity] = max(now - int(chance.exponential(8 * SECOND)), 0)
        crowd.wanted[:] = chance.random(400) < 0.6
        for one in chance.integers(0, 400, 6).tolist():
            x, y = chance.uniform(-3000.0, 23_000.0, 2).tolist()
            found += agree(crowd, (x, y), float(chance.uniform(100.0, 3000.0)), now)
            found += agree(crowd, crowd.legs.position(one, max(crowd.known[one], 0)), 20.0, now)
        fills.add(int(crowd.grids[0][FILLED]))
    assert found > 1000
    assert len(fills) == (13 if live == LIVE else 1), "filled anew when older than the oldest fix that counts"


COORDINATES = st.sampled_from([0.0, 1.0, 999.0, 1000.0, 2500.0, 4000.0, 7999.0, 8000.0])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_small_crowds_at_the_edges_of_cells_are_found_alike(data: st.DataObject) -> None:
    """Many share a place, or stand exactly at a distance; the first number is the nearest of several."""
    homes = data.draw(st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=30))
    # corners hold the grid open, so that circles are narrow beside it
    legs = Legs(np.array([*homes, (-9000.0, -9000.0), (30_000.0, 30_000.0)]))
    count = len(homes) + 2
    first = data.draw(st.integers(0, len(homes) - 1))
    bits = st.lists(st.integers(0, 1), min_size=count, max_size=count)
    crowd = Crowd(legs, first, count, np.zeros(count, np.int64), np.array(data.draw(bits), np.uint8))
    for now in sorted(data.draw(st.lists(st.integers(1, 90 * SECOND), min_size=1, max_size=8))):
        entity = data.draw(st.integers(0, count - 1))
        crowd.walk(entity, now, (data.draw(COORDINATES) - 4000.0, 0.0), data.draw(st.sampled_from([1.0, 60.0, 600.0])))
        crowd.known[data.draw(st.integers(0, count - 1))] = data.draw(st.integers(-1, now))
        place = data.draw(st.tuples(COORDINATES, COORDINATES))
        agree(crowd, place, data.draw(st.sampled_from([1.0, 1000.0, 2500.0, 4000.0])), now)


def test_who_left_his_cell_since_it_was_filled_is_found_where_he_is_known_to_be() -> None:
    """A car leaves at 40 m/s just after the grid was filled; 25 s later it is known to be 1 km on."""
    crowd = scattered(300, 40_000.0, 3)
    assert crowd.nearest((0.0, 0.0), 400.0, SECOND) == (NOBODY, NOBODY)
    x, y = crowd.legs.position(7, SECOND)
    crowd.walk(7, SECOND, (6000.0, 0.0), 150.0)
    crowd.known[7] = 26 * SECOND
    assert crowd.nearest((x + 1000.0, y), 1.0, 27 * SECOND) == (7, 7)
    assert crowd.nearest((x, y), 999.0, 27 * SECOND) == (NOBODY, NOBODY)
    assert crowd.grids[0][FILLED] == SECOND


def test_of_those_equally_near_the_first_is_taken_whatever_cell_he_is_in() -> None:
    """Both are 600 m from the place; 3 is in the second ring of cells of 250 m, to the east, and 1 in the third."""
    homes = np.array([[0.0, 0.0], [8400.0, 9000.0], [20_000.0, 20_000.0], [9600.0, 9000.0]])
    crowd = Crowd(Legs(homes), 0, 4, np.zeros(4, np.int64), np.ones(4, np.uint8))
    assert crowd.nearest((9000.0, 9000.0), 1000.0, 1) == (1, 1)


def test_there_are_no_more_cells_than_there_is_room_for_however_far_out_somebody_is() -> None:
    crowd = scattered(50, 10_000.0, 4)
    crowd.known[:] = 0
    crowd.walk(3, SECOND, (1e7, -1e6), 1e4)
    crowd.known[3] = 9000 * SECOND
    assert agree(crowd, crowd.legs.position(3, 9000 * SECOND), 500.0, 9001 * SECOND) == 1
    assert (crowd.grids[0][COLUMNS], crowd.grids[0][ROWS]) == (grid.SIDE, 13)


def test_a_circle_without_an_end_and_a_range_of_nobody() -> None:
    crowd = scattered(9, 1000.0, 5)
    crowd.known[:] = 0
    assert agree(crowd, (0.0, 0.0), math.inf, 1) == 9
    nobody = Crowd(crowd.legs, 4, 4, crowd.known, crowd.wanted)
    assert agree(nobody, (0.0, 0.0), 500.0, 1) == 0

"""Entities in the cells of a square grid, so that a search looks only at those who can be near.

An entity lies in the cell that it was in, in truth, when the grid was filled. Whatever is known of it is of an instant
since the oldest fix that counts; between the two it has come no farther than the fastest leg of all leads in that time.
So much farther does a search look, and finds exactly whom a pass over all entities finds. Where it would look at most
cells, as in a small geo or where fixes of any age count (C10), that pass is made.

A grid is filled anew when it is older than the oldest fix that counts: it is then no farther off than what is known.

grid : int64[], see FILLED .. BEGINS; frame : float64[], see LEFT .. SPOTS; now : ns; fastest : m/ns, of all legs. All
other arguments: see engine.nearby.
"""

from __future__ import annotations

from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine import nearby
from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.nearby import NOBODY
from swifteats_sim.engine.tracks import position

LEFT, BOTTOM, CELL, SPOTS = range(4)
"""Of a frame, m: the corner of the first cell, how wide all are, and where everybody was, x and y."""
SIDE = 128
"""Most columns, and rows."""
FILLED, COLUMNS, ROWS, BEGINS = range(4)
"""Of a grid: when it was filled (ns, -1: never), its size, and where each cell's entities begin, row by row."""
MEMBERS = BEGINS + SIDE * SIDE + 1
"""Where the entities are, by cell and number. Behind them is the cell of each, by number."""
CELLS_A_RADIUS = 4
SLACK = 1.0
"""Metres that a search looks farther yet: more than is lost by rounding."""


def empty_grid(entities: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(grid, frame) of so many entities, never filled."""
    grid = np.zeros(MEMBERS + 2 * entities, dtype=np.int64)
    grid[FILLED] = -1
    return grid, np.zeros(SPOTS + 2 * entities)


@compiled
def nearest(  # type: ignore[no-untyped-def]  # numba infers int64
    first, stop, x, y, square, since, wanted, known, seen_at, seen, last, times, places, ways, lines, points, now,
    fastest, grid, frame
):  # fmt: skip
    """See nearby.nearest: cells in rings around the place, until nobody nearer is possible."""
    reach = _ready(first, stop, square, since, last, times, places, ways, lines, points, now, fastest, grid, frame)
    if _is_wide(sqrt(square) + reach, grid, frame):
        return nearby.nearest(
            first, stop, x, y, square, since, wanted, known, seen_at, seen, last, times, places, ways, lines, points
        )
    column, row, inside = floor((x - frame[LEFT]) / frame[CELL]), floor((y - frame[BOTTOM]) / frame[CELL]), 0.0
    found, least, ring = NOBODY, square, 0
    while inside - reach <= sqrt(least):
        for across in range(max(row - ring, 0), min(row + ring + 1, grid[ROWS])):
            for along in range(column - ring, column + ring + 1, 1 if abs(across - row) == ring else 2 * ring):
                if 0 <= along < grid[COLUMNS]:
                    cell = BEGINS + across * grid[COLUMNS] + along
                    for member in range(grid[cell], grid[cell + 1]):
                        entity = grid[member]
                        here = nearby.away(
                            entity, x, y, wanted, since, known, seen_at, seen, last, times, places, ways, lines, points
                        )
                        if here < least or (here == least and (found == NOBODY or entity < found)):
                            found, least = entity, here
        inside = _inside(x - frame[LEFT], y - frame[BOTTOM], column, row, frame[CELL]) + ring * frame[CELL]
        ring += 1
    return found


@compiled
def within(  # type: ignore[no-untyped-def]  # numba infers int64
    first, stop, x, y, square, since, wanted, known, seen_at, seen, last, times, places, ways, lines, points,
    now, fastest, grid, frame, entities, squares
):  # fmt: skip
    """See nearby.within, but they are written down by cell: row by row, those that a circle so much wider meets."""
    wide = sqrt(square) + _ready(
        first, stop, square, since, last, times, places, ways, lines, points, now, fastest, grid, frame
    )
    if _is_wide(wide, grid, frame):
        return nearby.within(
            first,
            stop,
            x,
            y,
            square,
            since,
            wanted,
            known,
            seen_at,
            seen,
            last,
            times,
            places,
            ways,
            lines,
            points,
            entities,
            squares,
        )
    east, north, cell, found = x - frame[LEFT], y - frame[BOTTOM], frame[CELL], 0
    for row in range(max(floor((north - wide) / cell), 0), min(floor((north + wide) / cell) + 1, grid[ROWS])):
        off = max(max(row * cell - north, north - (row + 1) * cell), 0.0)
        half = sqrt(max(wide * wide - off * off, 0.0))
        begin = BEGINS + row * grid[COLUMNS] + max(floor((east - half) / cell), 0)
        end = BEGINS + row * grid[COLUMNS] + min(floor((east + half) / cell) + 1, grid[COLUMNS])
        for member in range(grid[begin], grid[end] if begin < end else 0):
            entity = grid[member]
            here = nearby.away(
                entity, x, y, wanted, since, known, seen_at, seen, last, times, places, ways, lines, points
            )
            if here <= square:
                entities[found], squares[found] = entity, here
                found += 1
    return found


@compiled
def _ready(first, stop, square, since, last, times, places, ways, lines, points, now, fastest, grid, frame):  # type: ignore[no-untyped-def]
    """Fill the grid if it is too old; how far (m) an entity may be from its cell, by any fix that counts."""
    if first < stop and (grid[FILLED] < since or grid[FILLED] < 0):
        fill(first, stop, sqrt(square), last, times, places, ways, lines, points, now, grid, frame)
    return fastest * max(now - grid[FILLED], grid[FILLED] - since) + SLACK


@compiled
def _is_wide(wide, grid, frame):  # type: ignore[no-untyped-def]
    """Whether the square around a circle so wide (m) covers half of the grid, or more."""
    return 8.0 * wide * wide >= grid[COLUMNS] * grid[ROWS] * frame[CELL] * frame[CELL]


@compiled
def _inside(east, north, column, row, cell):  # type: ignore[no-untyped-def]
    """How far (m) a place in a cell is from the cell's nearest side."""
    east, north = east - column * cell, north - row * cell
    return min(min(east, cell - east), min(north, cell - north))


@compiled
def fill(first, stop, radius, last, times, places, ways, lines, points, now, grid, frame):  # type: ignore[no-untyped-def]
    """Put all entities into the cells that they are in now. radius : of searches, m."""
    count = stop - first
    for each in range(count):
        x, y = position(last, times, places, ways, lines, points, first + each, now)
        frame[SPOTS + 2 * each], frame[SPOTS + 2 * each + 1] = x, y
    _lay_out(count, radius, grid, frame)
    for each in range(count):
        east, north = frame[SPOTS + 2 * each] - frame[LEFT], frame[SPOTS + 2 * each + 1] - frame[BOTTOM]
        column, row = int(east / frame[CELL]), int(north / frame[CELL])
        grid[MEMBERS + count + each] = row * grid[COLUMNS] + column
    _sort(first, count, grid)
    grid[FILLED] = now


@compiled
def _lay_out(count, radius, grid, frame):  # type: ignore[no-untyped-def]
    """The cells that hold everybody: as wide as a part of the radius, or wider where there would be too many."""
    left, bottom, right, top = frame[SPOTS], frame[SPOTS + 1], frame[SPOTS], frame[SPOTS + 1]
    for each in range(count):
        x, y = frame[SPOTS + 2 * each], frame[SPOTS + 2 * each + 1]
        left, right, bottom, top = min(left, x), max(right, x), min(bottom, y), max(top, y)
    width, height, frame[LEFT], frame[BOTTOM] = right - left, top - bottom, left, bottom
    frame[CELL] = max(max(radius / CELLS_A_RADIUS, max(width, height) / (SIDE - 1)), SLACK)
    grid[COLUMNS], grid[ROWS] = int(width / frame[CELL]) + 1, int(height / frame[CELL]) + 1


@compiled
def _sort(first, count, grid):  # type: ignore[no-untyped-def]
    """By cell, then by number: count those of each cell, then put everybody where his cell's next one belongs."""
    cells = grid[COLUMNS] * grid[ROWS]
    for cell in range(BEGINS, BEGINS + cells + 1):
        grid[cell] = 0
    for each in range(MEMBERS + count, MEMBERS + 2 * count):
        grid[BEGINS + 1 + grid[each]] += 1
    grid[BEGINS] = MEMBERS
    for cell in range(BEGINS, BEGINS + cells):
        grid[cell + 1] += grid[cell]
    for each in range(count - 1, -1, -1):
        cell = BEGINS + 1 + grid[MEMBERS + count + each]
        grid[cell] -= 1
        grid[grid[cell]] = first + each
    for cell in range(BEGINS + 1, BEGINS + cells):
        grid[cell] = grid[cell + 1]
    grid[BEGINS + cells] = MEMBERS + count

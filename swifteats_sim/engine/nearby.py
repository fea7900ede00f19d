"""Who is near a place, by what is known of him: one compiled pass over a range of entities.

Where an entity was seen is reckoned once a fix, and only where somebody asks. The arithmetic is that of
`city.travel.squares`, in the same order, so that the numbers are the same bit for bit.

known, seen_at : int64 per entity, when the last processed fix was sent, and the one whose place was reckoned last
(ns); seen : float64[entities, 2], that place (m). last .. points : see engine.tracks.Tracks. wanted : uint8 per
entity. x, y, square : of a circle, m and m2. since : ns, of the oldest fix that counts. Columns come one by one: a
tuple of them costs a call three times as much.
"""

from __future__ import annotations

from math import nan

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.tracks import position

NOBODY = -1


@compiled
def away(entity, x, y, wanted, since, known, seen_at, seen, last, times, places, ways, lines, points):  # type: ignore[no-untyped-def]
    """The square of an entity's distance from a place (m2).

    Not a number, which is neither less nor more than any, where the entity is not wanted or its fix is too old.
    """
    at = known[entity]
    if not wanted[entity] or at < since:
        return nan
    if at != seen_at[entity]:
        seen[entity, 0], seen[entity, 1] = position(last, times, places, ways, lines, points, entity, at)
        seen_at[entity] = at
    east, north = seen[entity, 0] - x, seen[entity, 1] - y
    return east * east + north * north


@compiled
def nearest(  # type: ignore[no-untyped-def]  # numba infers int64
    first, stop, x, y, square, since, wanted, known, seen_at, seen, last, times, places, ways, lines, points
):
    """The nearest of the wanted entities first .. stop-1 inside the circle, or NOBODY; the first of several."""
    found, least = NOBODY, square
    for entity in range(first, stop):
        here = away(entity, x, y, wanted, since, known, seen_at, seen, last, times, places, ways, lines, points)
        if here < least or (here == least and found == NOBODY):
            found, least = entity, here
    return found


@compiled
def within(  # type: ignore[no-untyped-def]  # numba infers int64
    first, stop, x, y, square, since, wanted, known, seen_at, seen, last, times, places, ways, lines, points,
    entities, squares
):  # fmt: skip
    """How many of the wanted entities first .. stop-1 are inside the circle.

    They are written into `entities`, by number, with the squares of their distances.
    """
    found = 0
    for entity in range(first, stop):
        here = away(entity, x, y, wanted, since, known, seen_at, seen, last, times, places, ways, lines, points)
        if here <= square:
            entities[found], squares[found] = entity, here
            found += 1
    return found

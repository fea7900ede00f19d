"""Who is near a place, by what the platform knows: one compiled pass over the drivers of a geo.

Where a driver was seen is reckoned once a fix, and only where somebody asks. The arithmetic is that of
`travel.squares`, in the same order, so that the numbers are the same bit for bit.

known, seen_at : int64 per driver, when the last processed fix was sent, and the one whose place was reckoned last (ns);
seen : float64[drivers, 2], that place (m). last, times, places : see engine.legs.Legs. wanted : uint8 per driver. x, y,
square : of a circle, m and m2. since : ns, of the oldest fix that counts. Columns come one by one: a tuple of them
costs a call three times as much.
"""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.legs import position

NOBODY = -1


@compiled
def look(driver, at, seen_at, seen, last, times, places):  # type: ignore[no-untyped-def]
    """Reckon where a driver was at an instant (ns)."""
    seen[driver, 0], seen[driver, 1] = position(last, times, places, driver, at)
    seen_at[driver] = at


@compiled
def nearest(  # type: ignore[no-untyped-def]  # numba infers int64
    first, stop, x, y, square, since, wanted, known, seen_at, seen, last, times, places
):
    """The nearest of the wanted drivers first .. stop-1 inside the circle, or NOBODY."""
    found, least = NOBODY, square
    for driver in range(first, stop):
        at = known[driver]
        if wanted[driver] and at >= since:
            if at != seen_at[driver]:
                look(driver, at, seen_at, seen, last, times, places)
            east, north = seen[driver, 0] - x, seen[driver, 1] - y
            away = east * east + north * north
            if away < least or (away == least and found == NOBODY):
                found, least = driver, away
    return found


@compiled
def within(  # type: ignore[no-untyped-def]  # numba infers int64
    first, stop, x, y, square, since, wanted, known, seen_at, seen, last, times, places,
    drivers, squares
):  # fmt: skip
    """How many of the wanted drivers first .. stop-1 are inside the circle.

    They are written into `drivers`, by number, with the squares of their distances.
    """
    found = 0
    for driver in range(first, stop):
        at = known[driver]
        if wanted[driver] and at >= since:
            if at != seen_at[driver]:
                look(driver, at, seen_at, seen, last, times, places)
            east, north = seen[driver, 0] - x, seen[driver, 1] - y
            away = east * east + north * north
            if away <= square:
                drivers[found], squares[found] = driver, away
                found += 1
    return found

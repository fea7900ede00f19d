"""Who is near a place, by what the platform knows: one compiled pass over the drivers of a geo.

Where a driver was seen is reckoned once a fix, and only where somebody asks. The arithmetic is that of
`Trajectories.position` and of `travel.squares`, in the same order, so that the numbers are the same bit for bit.

known, seen_at : int64 per driver, when the last processed fix was sent, and the one whose place was reckoned last (ns);
seen : float64[drivers, 2], that place (m). last .. y1 : see `Trajectories.legs`. wanted : uint8 per driver. x, y,
square : of a circle, m and m2. since : ns, of the oldest fix that counts. Columns come one by one: a tuple of them
costs a call three times as much.
"""

from __future__ import annotations

from swifteats_sim.city.trajectories import NONE
from swifteats_sim.engine.compiled import compiled

NOBODY = -1


@compiled
def look(driver, at, seen_at, seen, last, start, end, previous, x0, y0, x1, y1):  # type: ignore[no-untyped-def]
    """Reckon where a driver was at an instant (ns)."""
    leg = last[driver]
    while start[leg] > at and previous[leg] != NONE:
        leg = previous[leg]
    share = (at - start[leg]) / max(end[leg] - start[leg], 1)
    if share >= 1.0:
        seen[driver, 0], seen[driver, 1] = x1[leg], y1[leg]
    else:
        share = max(share, 0.0)
        seen[driver, 0] = x0[leg] + (x1[leg] - x0[leg]) * share
        seen[driver, 1] = y0[leg] + (y1[leg] - y0[leg]) * share
    seen_at[driver] = at


@compiled
def nearest(  # type: ignore[no-untyped-def]  # numba infers int64
    first, stop, x, y, square, since, wanted, known, seen_at, seen, last, start, end, previous, x0, y0, x1, y1
):
    """The nearest of the wanted drivers first .. stop-1 inside the circle, or NOBODY."""
    found, least = NOBODY, square
    for driver in range(first, stop):
        at = known[driver]
        if wanted[driver] and at >= since:
            if at != seen_at[driver]:
                look(driver, at, seen_at, seen, last, start, end, previous, x0, y0, x1, y1)
            east, north = seen[driver, 0] - x, seen[driver, 1] - y
            away = east * east + north * north
            if away < least or (away == least and found == NOBODY):
                found, least = driver, away
    return found


@compiled
def within(  # type: ignore[no-untyped-def]  # numba infers int64
    first, stop, x, y, square, since, wanted, known, seen_at, seen, last, start, end, previous, x0, y0, x1, y1,
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
                look(driver, at, seen_at, seen, last, start, end, previous, x0, y0, x1, y1)
            east, north = seen[driver, 0] - x, seen[driver, 1] - y
            away = east * east + north * north
            if away <= square:
                drivers[found], squares[found] = driver, away
                found += 1
    return found

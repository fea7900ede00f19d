"""Whether an entity has moved since it was last asked (A44). See engine.legs.Movement."""

from __future__ import annotations

from swifteats_sim.engine import tracks
from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel.arrays import (
    last_legs_of,
    leg_places_of,
    leg_times_of,
    leg_ways_of,
    lines_of,
    points_of,
    reals_of,
)


@compiled
def has_moved(w, step, entity, at):  # type: ignore[no-untyped-def]
    """Whether it is so far (reals[a]) from where it was when this last held (reals[b + 2 * entity], NaN: never)."""
    x, y = tracks.position(
        last_legs_of(w), leg_times_of(w), leg_places_of(w), leg_ways_of(w), lines_of(w), points_of(w), entity, at
    )
    reals, last = reals_of(w), step.b + 2 * entity
    east, north = x - reals[last], y - reals[last + 1]
    if east * east + north * north < reals[step.a] * reals[step.a]:
        return False
    reals[last], reals[last + 1] = x, y
    return True

"""Who moves along streets: how far he is from the root of a tree, and the way that he takes to it.

He is on a leg along lines (see engine.ways), of which each is an arc of the map: arc `line - first`. Where its street
may be driven back, he turns if that is quicker.

last .. points : see engine.tracks.Tracks. ms : uint32[arcs]; tail, head, leaving : see StreetMap; back : int32[arcs],
see `backward`; tree : uint32[nodes], ms from each node to its root. at, now : ns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.tracks import leg_at, metre_at
from swifteats_sim.engine.ways import length_of
from swifteats_sim.streets.routes import ASTRAY, MILLISECOND, way_to
from swifteats_sim.streets.street_map import StreetMap

NO_WAY_BACK = -1


def backward(streets: StreetMap) -> NDArray[np.int32]:
    """int32[arcs]: the arc that leads back along each, NO_WAY_BACK where there is none."""
    forth = streets.tail.astype(np.int64) * streets.nodes + streets.head
    back = streets.head.astype(np.int64) * streets.nodes + streets.tail
    found = np.minimum(np.searchsorted(forth, back), streets.arcs - 1)
    return np.where(forth[found] == back, found, NO_WAY_BACK).astype(np.int32)


@compiled
def place_of(last, times, places, ways, lines, points, first, entity, at):  # type: ignore[no-untyped-def]
    """(arc, share of it that lies behind) of an entity at an instant."""
    line, metre = metre_at(times, places, ways, lines, points, leg_at(last, times, entity, at), at)
    length = length_of(lines, points, line)
    return line - first, metre / length if length > 0.0 else 1.0


@compiled
def ahead_and_back(arc, behind, ms, tail, head, back, tree):  # type: ignore[no-untyped-def]
    """Ms to the root for who goes on, and for who turns where he is; the latter infinite where he must not."""
    ahead = ms[arc] * (1.0 - behind) + tree[head[arc]]
    if back[arc] == NO_WAY_BACK:
        return ahead, np.inf
    return ahead, ms[back[arc]] * behind + tree[tail[arc]]


@compiled
def approach(  # type: ignore[no-untyped-def]  # numba infers int64
    last, times, places, ways, lines, points, first, ms, tail, head, back, tree, entity, at
):  # fmt: skip
    """How long (ns) an entity needs to the root from where it was at an instant."""
    arc, behind = place_of(last, times, places, ways, lines, points, first, entity, at)
    ahead, turning = ahead_and_back(arc, behind, ms, tail, head, back, tree)
    return int(np.rint(min(ahead, turning) * MILLISECOND))


@compiled
def approaches(  # type: ignore[no-untyped-def]
    last, times, places, ways, lines, points, first, ms, tail, head, back, tree, entities, known
):  # fmt: skip
    """int64[n]: the same of several entities, each from where it was when it was last heard of (known, by entity)."""
    found = np.empty(len(entities), dtype=np.int64)
    for row in range(len(entities)):
        found[row] = approach(
            last, times, places, ways, lines, points, first, ms, tail, head, back, tree,
            entities[row], known[entities[row]],
        )  # fmt: skip
    return found


@compiled
def set_out(  # type: ignore[no-untyped-def]  # numba infers int64, float64
    last, times, places, ways, lines, points, first, ms, tail, head, back, tree, leaving, entity, now, arcs
):  # fmt: skip
    """(how many arcs lead to the root, the share of the first that is left) for an entity that stands; see `arcs`.

    arcs : int32[nodes + 1], written: the way. ASTRAY: the tree is not one of these ms.
    """
    arc, behind = place_of(last, times, places, ways, lines, points, first, entity, now)
    if behind >= 1.0:
        return way_to(tree, ms, leaving, head, head[arc], arcs), 1.0
    ahead, turning = ahead_and_back(arc, behind, ms, tail, head, back, tree)
    arcs[0], left, node = arc, 1.0 - behind, head[arc]
    if turning < ahead:
        arcs[0], left, node = back[arc], behind, tail[arc]
    count = way_to(tree, ms, leaving, head, node, arcs[1:])
    return (ASTRAY if count == ASTRAY else count + 1), left

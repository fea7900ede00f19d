"""Plays the domain's rules once in a world in which all goes well, and counts their effects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from swifteats_sim.domain import effects

Counts = Mapping[str, float]
"""Effects by kind, as a stack names them."""
World = Mapping[str, effects.Record | None]
"""What a read finds, by table."""
KINDS: dict[type, tuple[str, ...]] = {
    effects.Read: ("read",), effects.CompareAndSet: ("compare_and_set",), effects.Insert: ("insert",),
    effects.Transaction: ("transaction",), effects.Put: ("compare_and_set",), effects.Update: ("read", "transaction"),
    effects.Publish: ("publish",), effects.CallPayment: ("call_payment",), effects.FindDrivers: ("find_drivers",),
}  # fmt: skip
"""`Sleep` is missing: it costs nobody anything."""
_FOUND = effects.Candidates(
    np.array([0]), np.array([1]), np.array([0]), 0, 0, np.array([0]), np.array([0]), 1, np.array([0.0]), 0.0
)


def played(rule: effects.Rule[Any], world: World) -> Counter[str]:
    """Effects that a rule yields when every write holds and every read finds the table's record in `world`."""
    counts = Counter[str]()
    try:
        effect = next(rule)
        while True:
            counts.update(KINDS.get(type(effect), ()))
            effect = rule.send(_outcome(effect, world))
    except StopIteration:
        return counts


def times(factor: float, costs: Counts) -> Counts:
    """So many times these effects."""
    return {kind: factor * count for kind, count in costs.items()}


def _outcome(effect: effects.Effect, world: World) -> object:
    match effect:
        case effects.Read():
            return tuple(world[table] for table, _ in effect.records)
        case effects.Transaction() | effects.Update():
            return effects.COMMITTED
        case effects.FindDrivers():
            return _FOUND
        case effects.Publish() | effects.Sleep() | effects.Put():
            return None
        case _:
            return True

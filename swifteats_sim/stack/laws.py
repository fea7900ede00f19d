"""From a scenario's distributions to the engine's laws."""

from __future__ import annotations

from collections.abc import Mapping

from swifteats_sim.engine.laws import Law
from swifteats_sim.scenario.distributions import Distribution


def law_of(declared: Distribution | Mapping[str, Distribution]) -> Law:
    """One law, or the named parts of a service, which add up.

    Parts go by name, so that their order in a file changes no draw.
    """
    parts = [declared[name] for name in sorted(declared)] if isinstance(declared, Mapping) else [declared]
    rows = [(part.law, part.parameters, part.values) for part in parts]
    return Law(rows, sum(part.mean for part in parts))

"""Two alternatives paired by replication: what both meet alike falls out of their difference.

The variance of a paired difference is Var A + Var B - 2 Cov(A, B); common random numbers make the last term large (Law,
"Simulation modeling and analysis", 2015, 11.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from swifteats_sim.results.statistics import Estimate, estimate

Values = Sequence[Mapping[str, float]]
"""What each replication measured, by metric name, in order of replication."""


def mean(values: Values, metric: str) -> Estimate | None:
    """Of one alternative, over replications; None where one of them has no such value."""
    found = [each[metric] for each in values if metric in each]
    return estimate(found) if found and len(found) == len(values) else None


def difference(values: Values, base: Values, metric: str) -> Estimate | None:
    """What one has more than the base, replication by replication, with a t-interval of these differences.

    None where a replication of either has no such value: to drop it would flatter the rest. ValueError where they have
    not as many replications.
    """
    pairs = zip(values, base, strict=True)
    found = [one[metric] - other[metric] for one, other in pairs if metric in one and metric in other]
    return estimate(found) if found and len(found) == len(values) else None

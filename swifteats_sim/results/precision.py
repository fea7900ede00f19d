"""How sure a number is: half of its interval as a share of it, and how many replications a narrower one takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from swifteats_sim.results.names import unit_of_name
from swifteats_sim.results.statistics import LEVEL, Estimate, quantile_of_t
from swifteats_sim.scenario.targets import Target

MAY_BE_NONE = ("ratio", "probability", "count", "max")
"""Statistics that may lie near 0, of which no share is ever small: their limit is the yardstick, where it is larger."""
UNCOUNTABLE = 10**9
"""Replications that nobody will run."""


@dataclass(frozen=True, slots=True)
class Width:
    """How wide the interval of a metric is.

    value : its mean, in its SI unit.
    half : half of the interval's width, in the same unit; None where there is no interval.
    share : half as a share of the yardstick: 0 where nothing varies, infinite where it does and the yardstick is 0.
    replications : how many it was found from.
    """

    metric: str
    value: float
    half: float | None
    share: float
    replications: int

    @property
    def unit(self) -> str:
        """As in the catalogue."""
        return unit_of_name(self.metric)

    def needed(self, precision: float) -> int:
        """About how many replications bring the share down to `precision`, if they go on as they were.

        Half the width is t s / sqrt(n); s is what these replications say (Law, "Simulation modeling and analysis",
        2015, 9.4.1).
        """
        if self.share <= precision:
            return self.replications
        if self.half is None or not math.isfinite(self.share):
            return UNCOUNTABLE
        spread = self.share * math.sqrt(self.replications) / quantile_of_t(LEVEL, self.replications - 1)
        return max(_least(spread / precision), self.replications + 1)


def _least(wide: float) -> int:
    """The least number n from which t / sqrt(n) is at most 1 / wide; UNCOUNTABLE at most."""
    if wide**2 >= UNCOUNTABLE / 4:
        return UNCOUNTABLE
    number = max(2, math.floor((1.9 * wide) ** 2))  # t is more than 1.9 everywhere, and 1.96 in the end
    while quantile_of_t(LEVEL, number - 1) * wide > math.sqrt(number):
        number += max(1, number // 100)
    while number > 2 and quantile_of_t(LEVEL, number - 2) * wide <= math.sqrt(number - 1):
        number -= 1
    return number


def width(metric: str, estimate: Estimate, limits: Iterable[float] = ()) -> Width:
    """How wide the interval of a metric is, as a share of its mean.

    Of a metric that may be near 0, or whose interval holds 0, as a share of the largest of the limits that it is held
    against, where that is larger: a loss of 1 in a million need not be known to 2 % where 1 in a thousand is allowed.
    """
    count = len(estimate.per_replication)
    if estimate.ci95 is None:
        return Width(metric, estimate.value, None, math.inf, count)
    low, high = estimate.ci95
    half, yardstick = max(high - estimate.value, estimate.value - low), abs(estimate.value)
    if metric.endswith(MAY_BE_NONE) or low <= 0 <= high:
        yardstick = max([yardstick, *(abs(limit) for limit in limits)])
    share = 0.0 if half == 0 else half / yardstick if yardstick else math.inf
    return Width(metric, estimate.value, half, share, count)


def widths(targets: Sequence[Target], others: Sequence[str], estimates: Mapping[str, Estimate]) -> tuple[Width, ...]:
    """The widths of the metrics that targets judge by an interval, or where there are none of `others`, each once.

    An equality speaks of every replication and has no interval. What was never measured has no width.
    """
    judged = [target for target in targets if target.operator != "=="]
    names = dict.fromkeys(target.metric for target in judged) if targets else dict.fromkeys(others)
    limits = {name: [target.limit for target in judged if target.metric == name] for name in names}
    return tuple(width(name, estimates[name], limits[name]) for name in names if name in estimates)

"""The published numbers: facts of a paper, of which no instance is part.

Reyes, Erera, Savelsbergh, Sahasrabudhe, O'Neil (2018), "The Meal Delivery Routing Problem"; the exact optima there are
by the method of Yildiz, Savelsbergh (2019), "Provably high-quality solutions for the meal delivery routing problem",
which knows all orders of the day beforehand. Minutes and percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

SOURCE = "Reyes, Erera, Savelsbergh, Sahasrabudhe, O'Neil (2018)"
LIBRARY = 240
"""Instances over which MEANS and EFFECTS are means."""


class Gap(NamedTuple):
    """Of one instance: means over orders, of the paper's heuristic and of the optimum of who knows the future."""

    click_to_door: float
    ready_to_pickup: float
    exact_click_to_door: float
    exact_ready_to_pickup: float


class Effect(NamedTuple):
    """What a change from a to b does to four means: pairs of a's and b's.

    cost : pay an order.
    """

    undelivered_pct: tuple[float, float]
    click_to_door: tuple[float, float]
    ready_to_pickup: tuple[float, float]
    cost: tuple[float, float]


MEANS: Mapping[str, float] = MappingProxyType(
    {
        "undelivered_pct": 0.25, "click_to_door": 32.74, "click_to_door_p90": 49.3, "overage": 2.77,
        "ready_to_pickup": 1.93, "ready_to_pickup_p90": 6.04, "utilisation": 0.63, "cost": 11.42, "bundle": 1.09,
    }
)  # fmt: skip
"""Means over the library, by the names of `metrics.Performance`."""

TABLE_4: Mapping[str, Gap] = MappingProxyType({
    "0o50t100s1p100": Gap(31.19, 2.52, 29.81, 1.46),
    "0o50t100s1p125": Gap(34.67, 2.27, 33.4, 1.23),
    "0o50t100s2p100": Gap(29.79, 1.22, 28.96, 0.64),
    "0o50t100s2p125": Gap(34.18, 1.85, 32.6, 0.53),
    "0o50t75s1p100": Gap(28.4, 1.65, 27.49, 0.96),
    "0o50t75s1p125": Gap(31.62, 1.19, 31.1, 0.78),
    "0o50t75s2p100": Gap(27.29, 0.58, 26.83, 0.3),
    "0o50t75s2p125": Gap(31.19, 0.7, 30.52, 0.24),
    "0r50t100s1p100": Gap(32.46, 2.14, 30.76, 1.13),
    "0r50t100s1p125": Gap(36.75, 2.16, 34.66, 0.97),
    "0r50t100s2p100": Gap(31.21, 1.11, 29.93, 0.43),
    "0r50t100s2p125": Gap(35.6, 1.22, 33.86, 0.26),
    "0r50t75s1p100": Gap(29.57, 1.04, 28.47, 0.67),
    "0r50t75s1p125": Gap(33.71, 1.19, 32.45, 0.55),
    "0r50t75s2p100": Gap(29.03, 0.64, 27.95, 0.21),
    "0r50t75s2p125": Gap(33.41, 0.84, 32.0, 0.16),
})  # fmt: skip
"""The 16 instances of the paper's Table 4."""

SHIFTS, TRAVEL, PREPARATION = "shifts s1 to s2", "travel t100 to t75", "preparation p100 to p125"
BUNDLING, COMMITMENT = "bundling on to off", "two-stage to single-stage"
EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        SHIFTS: Effect((0.42, 0.16), (33.70, 32.38), (2.79, 1.64), (11.58, 11.22)),
        TRAVEL: Effect((0.36, 0.22), (34.79, 31.29), (2.95, 1.48), (11.34, 11.47)),
        PREPARATION: Effect((0.20, 0.38), (31.10, 34.98), (2.21, 2.22), (11.41, 11.39)),
        BUNDLING: Effect((0.25, 0.69), (32.74, 32.72), (1.93, 2.51), (11.42, 11.26)),
        COMMITMENT: Effect((0.25, 0.50), (32.74, 32.95), (1.93, 2.48), (11.42, 11.36)),
    }
)
"""Optimised shifts, a quarter less travel, a quarter more preparation; without bundles; without a second stage."""

"""Slack: preparation time left minus the driver's travel time to the restaurant (A31).

Negative: the food waits. Positive: the driver would wait. Smallest slack goes first (F2). All times are ns.
"""

from __future__ import annotations

from typing import Literal

Deferral = Literal["corrected", "off", "as_written"]


def slack(preparation_left: int, travel: int) -> int:
    """How long a driver sent now would wait for the food."""
    return preparation_left - travel


def defer_for(slack: int, tolerance: int, deferral: Deferral) -> int:
    """How long to hold an order back: until its slack has fallen to the tolerance. 0: it is eligible now.

    The design notes defer the orders whose driver would be late (C1); this is the corrected rule.
    """
    return max(0, slack - tolerance) if deferral == "corrected" else 0

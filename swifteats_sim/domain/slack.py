"""Slack: preparation time left minus the driver's travel time to the restaurant (A31).

Negative: the food waits. Positive: the driver would wait. Smallest slack goes first (F2). All times are ns.
"""

from __future__ import annotations

from typing import Literal

Deferral = Literal["corrected", "off", "as_written"]


def slack(preparation_left: int, travel: int) -> int:
    """How long a driver sent now would wait for the food."""
    return preparation_left - travel


def defer_for(slack: int, tolerance: int, deferral: Deferral, requeue: int) -> int:
    """How long to hold an order back; 0: it is eligible now.

    corrected : until its slack has fallen to the tolerance. as_written : for `requeue`, and again, while its driver
    would be late by more than the tolerance (C1): the food only grows colder, so an order leaves this deferral when a
    driver has come closer (C2). off : not at all.
    """
    match deferral:
        case "corrected":
            return max(0, slack - tolerance)
        case "as_written":
            return requeue if slack < -tolerance else 0
        case "off":
            return 0

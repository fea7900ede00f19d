"""Estimated time of arrival: preparation and travel overlap until the pick-up, then the trip follows.

The notes add travel only (C58) or count the way to the restaurant for ever (C57). All times are ns from now.
"""

from __future__ import annotations


def arrival_in(preparation_left: int, travel: int, pickup: int, onward: int) -> int:
    """Time until a driver who leaves now stands at the customer's door."""
    return max(preparation_left, travel) + pickup + onward

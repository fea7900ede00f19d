"""Estimated time of arrival: how long until the food is delivered, as each method reckons it.

Pure arithmetic. Durations are ns from now, distances metres in a straight line, speeds m/s. `pickup_aware` is the
platform's own; the others are what the notes wrote down (A51, A52) and got wrong (C8, C53, C57, C58).
"""

from __future__ import annotations

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
METRES_PER_DEGREE = 111_195.0
"""Of a great circle: the mean radius of the earth (6,371 km) times pi / 180."""


def arrival_in(preparation_left: int, travel: int, pickup: int, onward: int) -> int:
    """Time until a driver who leaves now stands at the customer's door: preparation and way overlap."""
    return max(preparation_left, travel) + pickup + onward


def pickup_aware(preparation_left: int, travel: int, pickup: int, onward: int, dropoff: int) -> int:
    """Before the pick-up. travel : to the restaurant; onward : from there; pickup, dropoff : mean hand-overs."""
    return arrival_in(preparation_left, travel, pickup, onward) + dropoff


def after_pickup(remaining: int, dropoff: int) -> int:
    """With the food in the bag. remaining : from where the driver is to the door, 0 at the door."""
    return remaining + dropoff


def notes(to_restaurant: float, trip: float, speed: float, floor: int) -> int:
    """Both ways, whatever has been done of them, and no preparation (A52, C57, C58).

    to_restaurant : from where the driver is; trip : from restaurant to customer. Each in whole minutes, rounded up,
    and `floor` at least (C8).
    """
    return whole_minutes(to_restaurant, speed, floor) + whole_minutes(trip, speed, floor)


def whole_minutes(metres: float, speed: float, floor: int) -> int:
    """A way at constant speed, rounded up to minutes, `floor` at least (A52)."""
    return max(-(-way(metres, speed) // MINUTE) * MINUTE, floor)


def buffered(preparation_left: int, trip: float, speed: float, buffer: int) -> int:
    """Preparation, the trip from restaurant to customer, and a buffer for all the rest (A51).

    Nobody asks where the driver is. Food that stands needs no more preparation.
    """
    return max(0, preparation_left) + way(trip, speed) + buffer


def degrees(preparation_left: int, trip: float, speed: float, buffer: int) -> int:
    """The same with the degrees of the trip taken for metres: it takes no time at all (C53)."""
    return buffered(preparation_left, trip / METRES_PER_DEGREE, speed, buffer)


def way(metres: float, speed: float) -> int:
    """How long a straight line takes at constant speed, to the nearest ns."""
    return round(metres / speed * SECOND)

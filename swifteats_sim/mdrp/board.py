"""What a plan is made on: orders, couriers, rules and weights as arrays, which compiled code and Python share.

Minutes here may be any whole unit of time in which `Rules.speed` is told: whoever plans is not tied to the library.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

LONGEST = 24
"""Orders in a courier's plan at most: a route is a row of so many stops."""
ROWS = 4
"""Routes that are worked on at a time."""
INFEASIBLE = math.inf
"""The cost of a route that breaks a rule."""


class Demand(NamedTuple):
    """The n orders that are known, by number, and the m restaurants.

    ready : minute; restaurant : 0 .. m-1; x, y : metres, the door; out : minutes from the restaurant to the door.
    reach : minutes from the door to where the next order may well come from.
    kitchen_x, kitchen_y : metres [m].
    slack, room : minutes that click-to-door may still grow before it is above its target, and above its limit.
    """

    ready: Whole
    restaurant: Whole
    x: Whole
    y: Whole
    out: Whole
    slack: Whole
    room: Whole
    reach: Real
    kitchen_x: Whole
    kitchen_y: Whole


class Fleet(NamedTuple):
    """The k couriers: free at minute `free` at (x, y), or sent to restaurant `bound`, where they are at `arrives`.

    bound : -1 where nobody has been sent; off : end of the shift; reach : as an order's, of (x, y).
    """

    free: Whole
    x: Whole
    y: Whole
    on: Whole
    off: Whole
    bound: Whole
    arrives: Whole
    reach: Real


class Rules(NamedTuple):
    """speed : m/min; pickup, dropoff : minutes of half a service; every : minutes between decisions; ahead : minutes
    that a shift is planned for before it begins; bundles, two_stage : whether there are any (0 or 1); rounds : of
    improvement at most.
    """

    speed: int
    pickup: int
    dropoff: int
    every: int
    ahead: int
    bundles: int
    two_stage: int
    rounds: int


class Weights(NamedTuple):
    """What a plan costs beside one for each minute that an order comes to its door later than it could.

    waiting : a minute that food waits; late : a minute above the target; far_late : above the limit, besides;
    driving : a minute on the road; trip : each
    trip; ending : a minute of reach that a courier's place is worse after his route; unserved : an order for which
    nobody has time.
    """

    waiting: float
    late: float
    far_late: float
    driving: float
    trip: float
    ending: float
    unserved: float


class Board(NamedTuple):
    """The position at minute `now`."""

    now: int
    demand: Demand
    fleet: Fleet
    rules: Rules
    weights: Weights


class Plan(NamedTuple):
    """A route for each of k couriers: rows of stops, of which the first `length` count.

    stops : [k, LONGEST]; a stop is twice the order's number, and one more where a trip begins with it, so that orders
    that follow without it are carried together. A courier who is bound begins with a trip from there.
    cost : of each route; changed : 1 where it has not been looked at since.
    """

    stops: Whole
    length: Whole
    cost: Real
    changed: Whole


class Desk(NamedTuple):
    """What a decision is worked out on. room : rows of stops; the others by courier.

    duty : numbers of who is planned for; looked : 1 where a route is looked at again; commands : see `replanning`.
    """

    room: Whole
    duty: Whole
    looked: Whole
    commands: Whole


def clear_desk(couriers: int) -> Desk:
    """Room for so many couriers."""
    return Desk(np.zeros((ROWS, LONGEST), np.int64), *(np.zeros(couriers, np.int64) for _ in range(3)))


def empty_plan(couriers: int) -> Plan:
    """Nobody has anything to do."""
    counts = (np.zeros(couriers, np.int64) for _ in range(2))
    return Plan(np.zeros((couriers, LONGEST), np.int64), next(counts), np.zeros(couriers), next(counts))

"""The search for drivers on real servers: near the restaurant by Redis, free by the database (A28)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swifteats_sim.domain.effects import Candidates
from swifteats_sim.domain.states import DriverState
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.database import Database
from swifteats_sim.live.places import Errands, Speed, metres_between
from swifteats_sim.live.positions import Positions

_FREE = "select driver, version from drivers where driver = any(%s) and state = %s"


class Reach(NamedTuple):
    """How far a search looks. radius : metres; most : nearest drivers looked at, None for all."""

    radius: float = 5_000.0
    most: int | None = None


EVERYBODY_IN_5_KM = Reach()
"""As the notes search (A28)."""


class Search:
    """Finds free drivers with a live fix around an order's restaurant."""

    def __init__(self, database: Database, positions: Positions, errands: Errands, reach: Reach, speed: Speed) -> None:
        self._database, self._positions, self._errands = database, positions, errands
        self._reach, self._speed = reach, speed

    def find(self, order: int) -> Candidates:
        """Candidates, nearest first. Nothing is known here of their past (`orders`, `idle`): zeros."""
        errand = self._errands.errand(order)
        near = self._positions.near(errand.geo, errand.restaurant, *self._reach)
        inside = [driver for driver, _ in near]
        rows = self._database.execute(_FREE, (inside, str(DriverState.AVAILABLE))).fetchall() if inside else ()
        free: dict[int, int] = dict(rows)
        metres = np.array([away for driver, away in near if driver in free], dtype=np.float64)
        drivers = [driver for driver in inside if driver in free]
        trip, nothing = metres_between(errand.restaurant, errand.door), np.zeros(len(drivers), dtype=np.int64)
        return Candidates(
            drivers=np.array(drivers, dtype=np.int64),
            versions=np.array([free[driver] for driver in drivers], dtype=np.int64),
            travel=np.array([self._speed.travel(away) for away in metres], dtype=np.int64),
            preparation_left=errand.ready - MONOTONIC(), onward=self._speed.travel(trip),
            orders=nothing, idle=nothing, members=len(near), distance=metres, trip=trip,
        )  # fmt: skip

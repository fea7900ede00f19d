"""Where drivers are, in truth and as the platform knows it."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.spots import Point, Points
from swifteats_sim.city.trajectories import Trajectories


class Whereabouts:
    """Of all drivers, by number.

    trajectories : the truth; known : per driver, when the last processed fix was sent (ns, -1: none); the loop of flows
    writes it.
    """

    def __init__(self, trajectories: Trajectories) -> None:
        """Nobody has been heard of."""
        self.trajectories, self.count = trajectories, len(trajectories.last)
        self.known = array("q", [-1]) * self.count
        self._known = np.frombuffer(self.known, dtype=np.int64)
        self._seen, self._seen_at = np.zeros((self.count, 2)), np.full(self.count, -1, dtype=np.int64)

    def known_position(self, driver: int) -> Point:
        """Where a driver was when the last processed fix was sent (m)."""
        return self.trajectories.position(driver, self.known[driver])

    def sight(self) -> tuple[NDArray[Any], ...]:
        """What engine.nearby needs to know of all drivers: known .. points. It writes down what it has reckoned."""
        return self._known, self._seen_at, self._seen, *self.trajectories.tracks

    def seen_places(self, drivers: NDArray[np.int64]) -> Points:
        """float64[n, 2]: where these were seen last by a pass of engine.nearby."""
        return self._seen[drivers]

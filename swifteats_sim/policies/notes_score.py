"""The notes' score of a driver, as coded (A30): nearest first, and all tie at nothing for urgent food (C5, C6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.domain.effects import Candidates

MINUTE = 60_000_000_000
BASE = 100.0
EARLY, EARLY_AT_MOST = 10.0, 50.0
"""Added for each minute that the driver would wait for the food (C5), and at most."""
LATE = 20.0
"""Taken off for each minute that the food would wait for the driver."""
PER_KM, PER_MINUTE = 5.0, 2.0
"""Taken off for each km to the restaurant, and for each minute of both ways."""
METRES_PER_MINUTE = 500.0
"""30 km/h."""
FLOOR = 5.0
"""Minutes of a way, at least (C8)."""


class NotesScore:
    """Highest score first; equals stay as they were found (C6)."""

    def rank(self, candidates: Candidates) -> NDArray[np.int64]:
        """See Policy."""
        return np.argsort(-scores(candidates), kind="stable").astype(np.int64)


def scores(candidates: Candidates) -> NDArray[np.float64]:
    """float64[n], 0 at least: above 0 it falls with the distance alone, as all else is the order's own."""
    way = minutes(candidates.distance)
    slack = candidates.preparation_left / MINUTE - way
    fit = np.where(slack > 0, np.minimum(EARLY * slack, EARLY_AT_MOST), LATE * slack)
    both = way + minutes(np.array(candidates.trip))
    score: NDArray[np.float64] = BASE + fit - PER_KM * candidates.distance / 1000 - PER_MINUTE * both
    return np.maximum(score, 0.0)


def minutes(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """A way in whole minutes, rounded up, five at least (C8)."""
    whole: NDArray[np.float64] = np.maximum(np.ceil(metres / METRES_PER_MINUTE), FLOOR)
    return whole

"""Arrival fit: the driver who arrives when the food is ready; among equals the nearest.

A driver who comes early waits with an empty bag, one who comes late lets the food wait: both minutes count
the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.domain.effects import Candidates


class ArrivalFit:
    """Smallest gap between arrival and readiness, then shortest travel (DESIGN, ranking)."""

    def rank(self, candidates: Candidates) -> NDArray[np.int64]:
        """See Policy."""
        gap = np.abs(candidates.preparation_left - candidates.travel)
        return np.lexsort((candidates.drivers, candidates.travel, gap)).astype(np.int64)

"""Nearest: the driver with the shortest way to the restaurant, which the notes' score amounts to (C6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.domain.effects import Candidates


class Nearest:
    """Shortest travel; ties by driver number."""

    def rank(self, candidates: Candidates) -> NDArray[np.int64]:
        """See Policy."""
        return np.lexsort((candidates.drivers, candidates.travel)).astype(np.int64)

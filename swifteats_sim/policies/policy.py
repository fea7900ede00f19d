"""What a dispatch policy is: one method."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.domain.effects import Candidates


class Policy(Protocol):
    """Ranks the drivers who could take an order.

    A policy sees what the platform knows (last known fixes, estimated times), never the truth.
    """

    def rank(self, candidates: Candidates) -> NDArray[np.int64]:
        """Positions 0 .. n-1 of the candidates worth an offer, best first, each at most once."""

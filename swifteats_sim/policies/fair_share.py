"""Fair share: arrival fit, and among those who fit about as well the driver who has had the least work (C9)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.domain.effects import Candidates

AS_WELL = 120_000_000_000
"""Two minutes (ns): so much worse than the best fit may be what is shared out fairly. Ours; the notes say nothing."""


class FairShare:
    """Of drivers whose gap is within two minutes of the best: fewest orders, then longest idle; then the others.

    The gap is between arrival and readiness, as in arrival fit, which also orders equals and the others.
    """

    def rank(self, candidates: Candidates) -> NDArray[np.int64]:
        """See Policy."""
        gap = np.abs(candidates.preparation_left - candidates.travel)
        fits = gap - AS_WELL <= gap.min(initial=np.iinfo(np.int64).max)
        work, rest = np.where(fits, candidates.orders, 0), np.where(fits, -candidates.idle, 0)
        return np.lexsort((candidates.drivers, candidates.travel, gap, rest, work, ~fits)).astype(np.int64)

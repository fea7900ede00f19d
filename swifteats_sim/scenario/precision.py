"""How sure an answer is to be: a share that half of each interval may take of its mean, and a cap on replications."""

from __future__ import annotations

import math
from dataclasses import dataclass

from swifteats_sim.scenario.quantities import RATIO, parse

LEAST = 10
"""Replications before anything is called sure (Law, "Simulation modeling and analysis", 2015, 9.4.1)."""
MOST = 200
"""The cap where none is given."""
EVER = 10_000
"""Replications that a scenario may have."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How sure an answer is to be. share : half of an interval, of its mean; most : replications at most."""

    share: float
    most: int = MOST

    def __post_init__(self) -> None:
        """ValueError where nobody could keep it."""
        if not (math.isfinite(self.share) and 0 < self.share < 1):
            raise ValueError(f"a precision must be more than 0 % and less than 100 %, got {100 * self.share:g} %")
        if not LEAST <= self.most <= EVER:
            raise ValueError(f"the cap must be at least {LEAST} and at most {EVER:,} replications, got {self.most:,}")


def share_of(text: str) -> float:
    """A share written with its unit, as in "2 %" or "2%"; ValueError says what is wrong with it."""
    return float(parse(text, RATIO))

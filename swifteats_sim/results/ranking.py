"""Which of several alternatives is best, with a stated probability of being right: Kim and Nelson's procedure KN.

"A fully sequential procedure for indifference-zone selection in simulation", ACM Transactions on Modeling and Computer
Simulation 11(3), 2001. Of normal values, also with unequal variances and on common random numbers, the best is picked
with at least the stated probability if it is better than every other one by the indifference or more; otherwise one
that is nearly as good is. An alternative leaves as soon as its mean trails another's by more than chance would let it;
what chance does is read from the variance of paired differences, which common random numbers make small. To look less
often than after every replication makes no error more likely (Jennison, Johnstone and Turnbull 1982, cited there).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = Mapping[int, Sequence[float]]
"""What each alternative that is still in play has shown, by number; as many values of each, and more is better."""


@dataclass(frozen=True)
class Rules:
    """What the first replications settle.

    indifference : the difference worth seeing, in the metric's unit; slack : h^2 of the paper, which grows with the
    number of alternatives and the probability asked; spread : variances of the paired differences, float64[k, k].
    """

    indifference: float
    slack: float
    spread: NDArray[np.float64]

    def margin(self, one: int, other: int, replications: int) -> float:
        """By how much one's mean may trail the other's and stay: W of the paper; 0 from `longest` on."""
        wide = self.slack * float(self.spread[one, other]) / self.indifference**2 - replications
        return max(0.0, self.indifference / (2 * replications) * wide)

    def longest(self, in_play: Sequence[int]) -> int:
        """Replications after which the best of these is known whatever comes."""
        pairs = [float(self.spread[one, other]) for one in in_play for other in in_play]
        return int(self.slack * max(pairs, default=0.0) / self.indifference**2) + 1


def settle(values: Sequence[Sequence[float]], indifference: float, probability: float) -> Rules:
    """The rules, from the first replications of all alternatives.

    ValueError where there are fewer than two of either, or the indifference or the probability is out of range.
    """
    first = np.array(values, dtype=np.float64)
    if first.ndim != 2 or min(first.shape) < 2:
        raise ValueError("a ranking needs two alternatives and two replications of each at least")
    if not (indifference > 0 and 1 / len(first) < probability < 1):
        raise ValueError("a ranking needs an indifference above 0 and a probability between that of a guess and 1")
    others, freedom = len(first) - 1, first.shape[1] - 1
    eta = ((2 * (1 - probability) / others) ** (-2 / freedom) - 1) / 2
    spread = np.var(first[:, None, :] - first[None, :, :], axis=2, ddof=1)
    return Rules(indifference, 2 * eta * freedom, spread)


def still_in(values: Values, rules: Rules) -> tuple[int, ...]:
    """Who stays, of those who are in play: all that trail nobody by more than the margin.

    From `Rules.longest` on there is no margin, and the best stays alone; of equals the first.
    """
    means = {number: float(np.mean(each)) for number, each in values.items()}
    replications = min(len(each) for each in values.values())
    stay = tuple(
        one for one in means
        if all(means[one] >= means[other] - rules.margin(one, other, replications) for other in means)
    )  # fmt: skip
    return stay[:1] if replications >= rules.longest(stay) else stay

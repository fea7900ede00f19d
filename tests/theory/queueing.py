"""Exact results of queueing theory, written down without the engine.

Nearly every wait here is phase-type: the time a small Markov chain takes to be absorbed. So one class gives all means
and quantiles, by matrix exponentials (Neuts, "Matrix-geometric solutions in stochastic models", 1981). Times and rates
are in whatever unit the caller uses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, optimize

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Phase:
    """A phase-type law: start in phase i with probability `start[i]` (what is missing is an atom at 0).

    moves : [n, n], rates between phases, each row's rate of leaving, negative, on the diagonal.
    """

    start: Array
    moves: Array

    @property
    def mean(self) -> float:
        """Mean time to absorption."""
        return float(-self.start @ np.linalg.solve(self.moves, np.ones(len(self.start))))

    @property
    def deviation(self) -> float:
        """Standard deviation."""
        once = np.linalg.solve(self.moves, np.ones(len(self.start)))
        square = 2.0 * float(self.start @ np.linalg.solve(self.moves, once))
        return math.sqrt(square - self.mean**2)

    def tail(self, t: float) -> float:
        """P(T > t)."""
        return float(np.sum(self.start @ linalg.expm(self.moves * t)))

    def quantile(self, p: float) -> float:
        """The time that a share `p` does not exceed; 0 inside the atom."""
        if self.tail(0.0) <= 1.0 - p:
            return 0.0
        high = self.mean
        while self.tail(high) > 1.0 - p:
            high *= 2.0
        return float(optimize.brentq(lambda t: self.tail(t) - (1.0 - p), 0.0, high, xtol=1e-12 * high))

    @property
    def excess(self) -> Phase:
        """The law of what is left of it at a random instant."""
        return phase(np.linalg.solve(self.moves.T, -self.start) / self.mean, self.moves)

    @property
    def exits(self) -> Array:
        """Rates of absorption from each phase."""
        leaving: Array = -self.moves.sum(axis=1)
        return leaving

    def then(self, other: Phase) -> Phase:
        """The sum of this time and an independent one."""
        atom = 1.0 - self.start.sum()
        moves = np.block([
            [self.moves, np.outer(self.exits, other.start)],
            [np.zeros((len(other.start), len(self.start))), other.moves],
        ])  # fmt: skip
        return Phase(np.concatenate([self.start, atom * other.start]), moves)


def phase(start: ArrayLike, moves: ArrayLike) -> Phase:
    """A phase-type law from plain lists."""
    return Phase(np.asarray(start, dtype=np.float64), np.asarray(moves, dtype=np.float64))


def exponential(rate: float) -> Phase:
    """One phase."""
    return phase([1.0], [[-rate]])


def in_a_row(rates: Sequence[float]) -> Phase:
    """Hypoexponential: independent exponentials, one after the other."""
    moves = np.diag([-rate for rate in rates]) + np.diag(rates[:-1], 1)
    return phase([1.0] + [0.0] * (len(rates) - 1), moves)


def either(shares: Sequence[float], rates: Sequence[float]) -> Phase:
    """Hyperexponential: one of several exponentials, by chance."""
    return phase(shares, np.diag([-rate for rate in rates]))


def erlang_b(servers: int, load: float) -> float:
    """Probability that M/G/c/c turns a job away (Erlang 1917), by the stable recursion; any service law."""
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = load * blocked / (server + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Probability that a job waits in M/M/c (Erlang 1917)."""
    blocked = erlang_b(servers, load)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


def mmc_wait(servers: int, rate: float, mu: float) -> Phase:
    """The wait in M/M/c: an atom at 0, else exponential."""
    drain = servers * mu - rate
    return phase([erlang_c(servers, rate / mu)], [[-drain]])


def mg1_wait(rate: float, service: Phase) -> Phase:
    """The wait in M/PH/1: a geometric sum of excess services (Pollaczek and Khinchine)."""
    load, excess = rate * service.mean, service.excess
    return Phase(load * excess.start, service.moves + load * np.outer(service.exits, excess.start))


def md1_below(load: float, t: float) -> float:
    """P(wait <= t) in M/D/1 with service 1, by Erlang's alternating sum (1909); 80 digits, for its terms are huge."""
    with localcontext() as context:
        context.prec = 80
        rho, time = Decimal(load), Decimal(t)
        terms = (
            (rho * (time - k)).exp() * (-rho * (time - k)) ** k / math.factorial(k) if k or time else Decimal(1)
            for k in range(math.floor(t) + 1)
        )
        return float((1 - rho) * sum(terms, Decimal(0)))


def md1_wait_mean(load: float) -> float:
    """Mean wait in M/D/1 with service 1."""
    return load / (2.0 * (1.0 - load))


def md1_wait_quantile(load: float, p: float) -> float:
    """Quantile of the wait in M/D/1 with service 1."""
    return float(optimize.brentq(lambda t: md1_below(load, t) - p, 0.0, 60.0, xtol=1e-12))


def md1_wait_deviation(load: float) -> float:
    """Standard deviation of the wait in M/D/1 with service 1; E W^2 = 2 (E W)^2 + load / (3 (1 - load)), Takacs."""
    mean = md1_wait_mean(load)
    return math.sqrt(mean**2 + load / (3.0 * (1.0 - load)))


def dm1_sigma(gap: float, mu: float) -> float:
    """Probability that a job waits in D/M/1: the root below 1 of s = exp(-mu (1 - s) gap). The sojourn is then
    exponential with rate mu (1 - sigma)."""
    return float(optimize.brentq(lambda s: s - math.exp(-mu * (1.0 - s) * gap), 0.0, 1.0 - 1e-9, xtol=1e-15))


def birth_death(births: Sequence[float], deaths: Sequence[float]) -> Array:
    """Stationary probabilities of states 0 .. n. births : rates from k to k + 1; deaths : from k + 1 to k."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(births) - np.log(deaths))])
    weights = np.exp(logs - logs.max())
    result: Array = weights / weights.sum()
    return result


def mmck(servers: int, room: int, rate: float, mu: float) -> Array:
    """Probabilities of 0 .. room jobs in M/M/c with room for so many, those in service included."""
    return birth_death([rate] * room, [min(k, servers) * mu for k in range(1, room + 1)])


def mm1k_wait(room: int, rate: float, mu: float) -> Phase:
    """The wait in M/M/1 with room for so many, of jobs that get in: as many services as jobs were found there."""
    found = mmck(1, room, rate, mu)[:-1]
    found = found / found.sum()
    served = in_a_row([mu] * (room - 1))
    return Phase(found[:0:-1].copy(), served.moves)


def erlang_a(servers: int, rate: float, mu: float, theta: float, most: int = 1000) -> Array:
    """Probabilities of 0 .. most jobs in M/M/c+M, whose patience has rate theta (Palm 1946)."""
    deaths = [min(k, servers) * mu + max(0, k - servers) * theta for k in range(1, most + 1)]
    return birth_death([rate] * most, deaths)


def cobham(rates: Sequence[float], mu: float) -> list[float]:
    """Mean wait of each class in M/M/1 with non-preemptive priorities, the first class first (Cobham 1954)."""
    residual = sum(rates) / mu**2
    above = [sum(rates[:k]) / mu for k in range(len(rates) + 1)]
    return [residual / ((1.0 - before) * (1.0 - upto)) for before, upto in pairwise(above)]


def batches_sojourn(rate: float, size: int, mu: float) -> float:
    """Mean sojourn in M/M/1 where jobs come in batches of `size`, `rate` batches at a time unit (Little's law)."""
    load = rate * size / mu
    return load * (1.0 + size) / (2.0 * (1.0 - load)) / (rate * size)


def kingman(rate: float, gap_variance: float, service_variance: float, load: float) -> float:
    """Upper bound of the mean wait in G/G/1 (Kingman 1962)."""
    return rate * (gap_variance + service_variance) / (2.0 * (1.0 - load))


def e2_gamma(rate: float, shape: float, scale: float) -> tuple[float, float]:
    """(mean wait, probability of waiting) in G/G/1 with Erlang-2 gaps and gamma services.

    With a = 2 rate, K(s) = (a - s)^2 - a^2 B(s), its positive zero r, and W(s) = C s (s - r) / K(s): the mean is
    -W'(0), and the share that does not wait the limit of W (Kleinrock, "Queueing systems" I, 1975, section 8.2).
    """
    a, mean, square = 2.0 * rate, shape * scale, shape * (shape + 1.0) * scale**2
    first, second = a**2 * mean - 2.0 * a, 2.0 - a**2 * square
    root = optimize.brentq(lambda s: (a - s) ** 2 - a**2 * (1.0 + scale * s) ** -shape, 1e-6, 2.0 * a)
    return second / (2.0 * first) + 1.0 / root, 1.0 + first / root


def fork_join(rate: float, mu: float) -> float:
    """Mean sojourn of two M/M/1 that are joined (Flatto and Hahn 1984; Nelson and Tantawi 1988)."""
    return (12.0 - rate / mu) / 8.0 / (mu - rate)


def attempts(fails: float, retries: int) -> float:
    """Mean number of attempts where each one fails with this probability."""
    return (1.0 - fails ** (retries + 1)) / (1.0 - fails)


def slower(first: float, second: float) -> Phase:
    """The later of two independent exponentials with these rates."""
    both = first + second
    return phase([1.0, 0.0, 0.0], [[-both, second, first], [0.0, -first, 0.0], [0.0, 0.0, -second]])


def nearest_first(size: int) -> float:
    """Mean cost of so many orders that take, one after the other, the cheapest of as many drivers that is left.

    Costs are independent exponentials of mean 1: the cheapest of k has mean 1 / k.
    """
    return sum(1.0 / k for k in range(1, size + 1))


def best_together(size: int) -> float:
    """The same where all are assigned at once, at the least cost in all (Parisi's sum; Linusson and Waestlund 2004)."""
    return sum(1.0 / k**2 for k in range(1, size + 1))


def nearest_mean(density: float) -> float:
    """Mean distance to the nearest point of a planar Poisson field: Rayleigh's law."""
    return 1.0 / (2.0 * math.sqrt(density))


def nearest_quantile(density: float, p: float) -> float:
    """Quantile of the same."""
    return math.sqrt(-math.log(1.0 - p) / (math.pi * density))


def half_a_sine(mean: float, swing: float, period: float) -> float:
    """Arrivals in the first half of a period, at a rate of mean (1 + swing sin(2 pi t / period)): the integral."""
    return mean * period * (0.5 + swing / math.pi)

"""What a load runs on, as the simulation sees it: processors of clients and of servers, and what each effect takes.

Demands are those of a client alone, times what they grow by when both processors are busy: caches are shared then, and
so may be the processors' insides. Times that clients wait for each other are in none of them: queueing is for the
simulation to find, and would be counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.live.calibration.profile import Cost, Profile

Samples = Sequence[float] | NDArray[np.float64]
QUANTILES = np.linspace(0.0005, 0.9995, 1000)
"""As which a distribution is kept."""


def trips(kind: str) -> int:
    """Round trips of an effect: a transaction sends its writes, looks at what came of them, and commits.

    Its work is taken to be the same in both: nobody has looked into them apart.
    """
    return 2 if kind == "transaction" else 1


@dataclass(frozen=True)
class Demand:
    """What an effect of one kind takes, s: its client's work, the servers' (samples), and the rest (samples)."""

    client: float
    servers: NDArray[np.float64]
    rest: NDArray[np.float64]


@dataclass(frozen=True)
class Growth:
    """Times that work takes as long when all processors are busy as it does for a client alone."""

    clients: float = 1.0
    servers: float = 1.0


@dataclass(frozen=True)
class Machine:
    """demands : by kind of effect; between : s of a client's work from an answer to the next effect.

    clients, servers : processors that each side may use.
    """

    demands: Mapping[str, Demand]
    between: float
    clients: int = 1
    servers: int = 1


def machine_of(profile: Profile, growth: Growth, clients: int = 1, servers: int = 1) -> Machine:
    """The machine that a profile has measured, when it is busy."""
    demands = {kind: demand_of(cost, growth) for kind, cost in profile.costs.items()}
    return Machine(demands, profile.between * growth.clients, clients, servers)


def demand_of(cost: Cost, growth: Growth) -> Demand:
    """What effects take of a busy machine. The rest does not grow: nobody works for it."""
    rest = np.maximum(0.0, np.quantile(cost.wall, QUANTILES) - cost.client - cost.served)
    rest *= cost.rest / rest.mean() if rest.mean() else 0.0
    served = sum((np.quantile(each, QUANTILES) for each in cost.servers.values()), np.zeros(len(QUANTILES)))
    return Demand(cost.client * growth.clients, served * growth.servers, rest)

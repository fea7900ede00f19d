"""What a load runs on, as the simulation sees it: processors of clients and of servers, and what each effect takes.

Demands are those of a client alone, times what they grow by when many take turns at a processor: each finds the caches
full of the others, and the processors' insides may be shared. It is told by processor time, which no waiting is in:
queueing is for the simulation to find, and would be counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.live.calibration.profile import LARGE, POSTGRES, TAKES_PART, Cost, Profile

Samples = Sequence[float] | NDArray[np.float64]
QUANTILES = np.linspace(0.0005, 0.9995, 1000)
"""As which a distribution is kept."""
TRIPS: dict[str, tuple[str, ...]] = {**TAKES_PART, "transaction": (POSTGRES,) * 2, LARGE: (POSTGRES,) * 2}
"""The server of each round trip of an effect: a transaction sends its writes, looks what came of them, and commits; its
work is taken to be the same in both, since nobody has looked into them apart."""


@dataclass(frozen=True)
class Demand:
    """What an effect of one kind takes, in samples (s): its client's work, each trip's server, and the rest."""

    client: NDArray[np.float64]
    trips: tuple[NDArray[np.float64], ...]
    rest: NDArray[np.float64]

    @property
    def half(self) -> NDArray[np.float64]:
        """The client's work before a trip, and again after it."""
        return self.client / (2 * len(self.trips))


@dataclass(frozen=True)
class Growth:
    """Times that work takes as long in a house with so many clients as it does for a client alone."""

    clients: float = 1.0
    servers: float = 1.0


def growth_at(measured: Mapping[int, Growth], clients: int) -> Growth:
    """The growth in a house of any size: on straight lines between those measured, and as in the last one beyond."""
    sizes = sorted(measured)
    return Growth(
        float(np.interp(clients, sizes, [measured[size].clients for size in sizes])),
        float(np.interp(clients, sizes, [measured[size].servers for size in sizes])),
    )


@dataclass(frozen=True)
class Machine:
    """A processor for the clients and one for the servers.

    demands : by kind of effect; between : samples (s) of a client's work from an answer to the next effect.
    """

    demands: Mapping[str, Demand]
    between: NDArray[np.float64]


def machine_of(profile: Profile, growth: Growth) -> Machine:
    """The machine that a profile has measured, in a house of some size."""
    demands = {kind: demand_of(kind, cost, growth) for kind, cost in profile.costs.items()}
    return Machine(demands, np.quantile(profile.between, QUANTILES) * growth.clients)


def demand_of(kind: str, cost: Cost, growth: Growth) -> Demand:
    """What effects take there. The rest does not grow: nobody works for it."""
    rest = np.maximum(0.0, np.quantile(cost.wall, QUANTILES) - cost.client - cost.served)
    rest *= cost.rest / rest.mean() if rest.mean() else 0.0
    servers = TRIPS[kind]
    served = {name: np.quantile(cost.servers[name], QUANTILES) / servers.count(name) for name in cost.servers}
    own = np.quantile(cost.own, QUANTILES)
    return Demand(own * growth.clients, tuple(served[name] * growth.servers for name in servers), rest)

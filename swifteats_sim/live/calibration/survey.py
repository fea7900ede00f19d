"""What was measured of servers: a client alone, and houses of several sizes, in one round or in several together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from swifteats_sim.live.calibration.crew import Worked
from swifteats_sim.live.calibration.machine import Growth, Machine, growth_at, machine_of
from swifteats_sim.live.calibration.measured import ORDER, pooled
from swifteats_sim.live.calibration.profile import Cost, Profile, Samples
from swifteats_sim.live.calibration.site import Unmeasured


@dataclass(frozen=True)
class Places:
    """Which processor clients and servers have to themselves; None: whichever the system gives them."""

    clients: int | None
    servers: int | None


@dataclass(frozen=True)
class Survey:
    """alone : a client by itself; houses : by number of clients."""

    places: Places
    alone: Profile
    houses: Mapping[int, Worked]

    @property
    def growth(self) -> dict[int, Growth]:
        """By number of clients, by processor time an order; Unmeasured where a house carried none."""
        return {clients: _growth(self.alone, worked) for clients, worked in self.houses.items()}

    @property
    def busiest(self) -> int:
        """Clients of the largest house."""
        return max(self.houses)

    @property
    def share(self) -> float:
        """Of a processor that is busy all the time, what those who work on it get: the system keeps the rest.

        It is told by the largest house, where everybody has a processor to be busy on; else it is not known, and 1.
        """
        if self.places.clients is None:
            return 1.0
        worked = self.houses[self.busiest]
        return min(1.0, max(worked.clients, worked.servers) / (worked.measured.seconds * 1e9))

    def machine(self, clients: int) -> Machine:
        """What a load of so many clients runs on: work takes longer there by what the system keeps for itself."""
        growth = growth_at(self.growth, clients)
        return machine_of(self.alone, Growth(growth.clients / self.share, growth.servers / self.share))


def _growth(alone: Profile, worked: Worked) -> Growth:
    orders = len(worked.measured.took.get(ORDER, ()))
    if not orders:
        raise Unmeasured("the servers carry no order: give them more time (--seconds), or a machine that is less busy")
    served = worked.servers / 1e9 / orders / alone.servers if alone.servers else 1.0
    return Growth(worked.clients / 1e9 / orders / alone.clients, served)


def surveyed(rounds: Sequence[Survey]) -> Survey:
    """All rounds as one."""
    first = rounds[0]
    houses = {clients: worked_together([each.houses[clients] for each in rounds]) for clients in first.houses}
    return Survey(first.places, _profiled([each.alone for each in rounds]), houses)


def worked_together(rounds: Sequence[Worked]) -> Worked:
    """The same load in several rounds, as one."""
    clients, servers = sum(each.clients for each in rounds), sum(each.servers for each in rounds)
    return Worked(pooled([each.measured for each in rounds]), clients, servers)


def _profiled(rounds: Sequence[Profile]) -> Profile:
    orders = sum(each.orders for each in rounds)
    return Profile(
        {kind: _cost([each.costs[kind] for each in rounds]) for kind in rounds[0].costs},
        orders,
        _all([each.between for each in rounds]),
        sum(each.clients * each.orders for each in rounds) / orders,
        sum(each.servers * each.orders for each in rounds) / orders,
    )


def _cost(rounds: Sequence[Cost]) -> Cost:
    servers = {name: _all([each.servers[name] for each in rounds]) for name in rounds[0].servers}
    return Cost(_all([each.wall for each in rounds]), servers, _all([each.own for each in rounds]))


def _all(samples: Sequence[Samples]) -> Samples:
    return np.sort(np.concatenate(samples))

"""Calibration: a client alone, houses of several sizes, then loads that nobody has seen, predicted and measured."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from swifteats_sim.live.accounting import is_countable, pin, pinned
from swifteats_sim.live.calibration.crew import Worked, work
from swifteats_sim.live.calibration.load import GEO, ClosedLoad
from swifteats_sim.live.calibration.machine import Growth, Machine, growth_at, machine_of
from swifteats_sim.live.calibration.measured import ORDER, Measured
from swifteats_sim.live.calibration.profile import Profile, profile
from swifteats_sim.live.calibration.rows import Rows, measured_rows
from swifteats_sim.live.calibration.simulated import simulate_load
from swifteats_sim.live.calibration.site import Unmeasured, furnish, site
from swifteats_sim.live.fixes.costs import measure_fix_costs
from swifteats_sim.live.fixes.load import measure_fixes
from swifteats_sim.live.fixes.predicted import FixesPredicted, predict_fixes
from swifteats_sim.live.fixes.schedule import Load
from swifteats_sim.live.fixes.seen import FixesMeasured
from swifteats_sim.live.servers import Addresses

ALONE = ClosedLoad(clients=1, items=5_000, drivers=32)
"""Nobody is in the client's way, and a search finds as many drivers as it does under load."""
HOUSES = (1, 2, 4, 8, 16)
"""Clients who work at once, on so many items that they hardly meet: what grows is what turns at a processor cost."""
UNSEEN = (ClosedLoad(3, 10, 32), ClosedLoad(6, 10, 32), ClosedLoad(12, 5, 16))
"""Other numbers of clients, few hot items and, at the end, hardly more drivers than orders under way."""
FIXES_A_SECOND, DRIVERS = 2_000.0, 10_000
Say = Callable[[str], None]


@dataclass(frozen=True)
class Effort:
    """How much is measured. orders : that the client alone carries, twice; seconds, warmup : of each load.

    houses : numbers of clients who work at once; fixes : s of a load of them, 0 for none.
    """

    orders: int = 2_000
    seconds: float = 10.0
    warmup: float = 1.0
    houses: tuple[int, ...] = HOUSES
    fixes: float = 20.0


@dataclass(frozen=True)
class Places:
    """Which processor clients and servers have to themselves; None: whichever the system gives them."""

    clients: int | None
    servers: int | None


@dataclass(frozen=True)
class Contest:
    """A load that calibration had not seen: as it was measured, and as it was predicted."""

    load: ClosedLoad
    worked: Worked
    predicted: Measured

    @property
    def measured(self) -> Measured:
        """On the real servers."""
        return self.worked.measured


@dataclass(frozen=True)
class FixesContest:
    """A load of fixes through the broker to Redis (F17): as it was measured, and as it was predicted."""

    load: Load
    measured: FixesMeasured
    predicted: FixesPredicted


@dataclass(frozen=True)
class Calibration:
    """What servers take. alone : a client by itself; houses, growth : by number of clients.

    rows : of the budget, which flows ask for and no rule does; contests, fixes : what was predicted and measured.
    """

    places: Places
    effort: Effort
    alone: Profile
    houses: Mapping[int, Worked]
    growth: Mapping[int, Growth]
    rows: Rows
    contests: tuple[Contest, ...] = ()
    fixes: FixesContest | None = None

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
        return min(1.0, max(worked.clients, worked.servers) / (self.effort.seconds * 1e9))

    def machine(self, clients: int) -> Machine:
        """What a load of so many clients runs on: work takes longer there by what the system keeps for itself."""
        growth = growth_at(self.growth, clients)
        return machine_of(self.alone, Growth(growth.clients / self.share, growth.servers / self.share))


def calibrate(
    addresses: Addresses, effort: Effort, loads: Sequence[ClosedLoad] = UNSEEN, say: Say = lambda text: None
) -> Calibration:
    """Measure servers that are there, and see what the numbers predict. Unmeasured where that cannot be."""
    with site(addresses) as here, _placed(here) as places:
        say("a client alone, effect by effect")
        furnish(ALONE, here)
        with pinned(places.clients):
            alone, rows = profile(ALONE, here, effort.orders), measured_rows(here, effort.orders)
        houses = {}
        for clients in effort.houses:
            say(f"a house of {clients}")
            houses[clients] = _worked(replace(ALONE, clients=clients), here, effort, places)
        growth = {clients: _growth(alone, worked) for clients, worked in houses.items()}
        measured = Calibration(places, effort, alone, houses, growth, rows)
        contests = []
        for load in loads:
            say(f"{load.clients} clients, {load.items} items, {load.drivers} drivers")
            worked = _worked(load, here, effort, places)
            predicted = simulate_load(load, measured.machine(load.clients), effort.seconds, effort.warmup)
            contests.append(Contest(load, worked, predicted))
        fixes = _fixes(here, effort, say) if effort.fixes else None
    return replace(measured, contests=tuple(contests), fixes=fixes)


def _fixes(here: Addresses, effort: Effort, say: Say) -> FixesContest:
    """The owner's load (F17). Costs first: by batches on a topic of their own, which then is no load of anybody's."""
    load = Load(effort.fixes, FIXES_A_SECOND, DRIVERS, consumers=2, geo=GEO)
    say(f"{load.rate:,.0f} fixes/s of {load.drivers:,} drivers for {load.seconds:g} s")
    costs = measure_fix_costs(here, load, geo=GEO + 1)
    return FixesContest(load, measure_fixes(here, load), predict_fixes(load, costs))


def _worked(load: ClosedLoad, here: Addresses, effort: Effort, places: Places) -> Worked:
    furnish(load, here)
    return work(load, here, effort.seconds, effort.warmup, places.clients)


def _growth(alone: Profile, worked: Worked) -> Growth:
    """By processor time an order."""
    orders = len(worked.measured.took.get(ORDER, ()))
    if not orders:
        raise Unmeasured("the servers carry no order: give them more time (--seconds), or a machine that is less busy")
    served = worked.servers / 1e9 / orders / alone.servers if alone.servers else 1.0
    return Growth(worked.clients / 1e9 / orders / alone.clients, served)


@contextmanager
def _placed(addresses: Addresses) -> Iterator[Places]:
    """Clients and servers on processors of their own, where the servers were started here and there are two.

    Which processor an order finds free is then the same for everybody, and the simulation need not guess it.
    """
    processors = sorted(os.sched_getaffinity(0)) if is_countable() else []
    if len(processors) < 2 or not addresses.pids:
        yield Places(None, None)
        return
    clients, servers = processors[0], processors[-1]
    for _, pid in addresses.pids:
        pin(pid, (servers,))
    yield Places(clients, servers)

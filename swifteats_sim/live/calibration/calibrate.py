"""Calibration: a client alone, then a full house, then loads that neither has seen, predicted and measured."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from swifteats_sim.live.accounting import is_countable, pin, pinned
from swifteats_sim.live.calibration.crew import Worked, work
from swifteats_sim.live.calibration.load import ClosedLoad
from swifteats_sim.live.calibration.machine import Growth, Machine, machine_of
from swifteats_sim.live.calibration.measured import ORDER, Measured
from swifteats_sim.live.calibration.profile import Profile, profile
from swifteats_sim.live.calibration.rows import Rows, measured_rows
from swifteats_sim.live.calibration.simulated import simulate_load
from swifteats_sim.live.calibration.site import Unmeasured, furnish, site
from swifteats_sim.live.servers import Addresses

ALONE = ClosedLoad(clients=1, items=5_000, drivers=32)
"""Nobody is in the client's way, and a search finds as many drivers as it does under load."""
FULL_HOUSE = ClosedLoad(clients=8, items=5_000, drivers=32)
"""Enough clients to keep both sides busy, on so many items that they hardly meet."""
UNSEEN = (ClosedLoad(4, 10, 32), ClosedLoad(8, 10, 32), ClosedLoad(16, 5, 24))
"""Few hot items and, at the end, hardly more drivers than orders under way."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Effort:
    """How much is measured. orders : that the client alone carries, twice; seconds, warmup : of each load."""

    orders: int = 2_000
    seconds: float = 10.0
    warmup: float = 2.0


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
class Calibration:
    """What servers take. alone : a client by itself; full : the busy house; growth : from the one to the other.

    rows : of the budget, which flows ask for and no rule does.
    """

    places: Places
    effort: Effort
    alone: Profile
    full: Worked
    growth: Growth
    machine: Machine
    rows: Rows
    contests: tuple[Contest, ...]


def calibrate(
    addresses: Addresses, effort: Effort, loads: Sequence[ClosedLoad] = UNSEEN, say: Say = lambda text: None
) -> Calibration:
    """Measure servers that are there, and see what the numbers predict. Unmeasured where that cannot be."""
    with site(addresses) as here, _placed(here) as places:
        say("a client alone")
        furnish(ALONE, here)
        with pinned(places.clients):
            alone, rows = profile(ALONE, here, effort.orders), measured_rows(here, effort.orders)
        say("a full house")
        full = _worked(FULL_HOUSE, here, effort, places)
        growth = _growth(alone, full)
        machine = machine_of(alone, growth)
        contests = []
        for load in loads:
            say(f"{load.clients} clients, {load.items} items, {load.drivers} drivers")
            worked = _worked(load, here, effort, places)
            predicted = simulate_load(load, machine, effort.seconds, effort.warmup)
            contests.append(Contest(load, worked, predicted))
    return Calibration(places, effort, alone, full, growth, machine, rows, tuple(contests))


def _worked(load: ClosedLoad, here: Addresses, effort: Effort, places: Places) -> Worked:
    furnish(load, here)
    return work(load, here, effort.seconds, effort.warmup, places.clients)


def _growth(alone: Profile, full: Worked) -> Growth:
    """By processor time an order, which no waiting is in."""
    orders = len(full.measured.took.get(ORDER, ()))
    if not orders:
        raise Unmeasured("the servers carry no order: give them more time (--seconds), or a machine that is less busy")
    return Growth(full.clients / 1e9 / orders / alone.clients, full.servers / 1e9 / orders / alone.servers)


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

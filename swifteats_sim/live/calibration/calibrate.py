"""Calibration: a client alone, houses of several sizes, then loads that nobody has seen; round after round."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from math import ceil

from swifteats_sim.live.accounting import is_countable, pin, pinned
from swifteats_sim.live.calibration.crew import Worked, work
from swifteats_sim.live.calibration.load import GEO, ClosedLoad
from swifteats_sim.live.calibration.measured import Measured, pooled
from swifteats_sim.live.calibration.profile import profile
from swifteats_sim.live.calibration.rows import Rows, measured_rows
from swifteats_sim.live.calibration.simulated import simulate_load
from swifteats_sim.live.calibration.site import furnish, site
from swifteats_sim.live.calibration.survey import Places, Survey, surveyed, worked_together
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
    """How much is measured, shared out over `rounds`: a machine's speed drifts, and each part should meet all of it.

    orders : that the client alone carries, twice; seconds : of each load; warmup : s before each in each round;
    houses : numbers of clients who work at once; fixes : s of a load of them, 0 for none.
    """

    orders: int = 2_000
    seconds: float = 10.0
    warmup: float = 0.5
    houses: tuple[int, ...] = HOUSES
    fixes: float = 20.0
    rounds: int = 5

    @property
    def round(self) -> Effort:
        """Of one round."""
        return replace(self, orders=ceil(self.orders / self.rounds), seconds=self.seconds / self.rounds, rounds=1)


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
    """What servers take, in all rounds together.

    rows : of the budget, which flows ask for and no rule does; contests, fixes : what was predicted and measured.
    """

    effort: Effort
    survey: Survey
    rows: Rows
    contests: tuple[Contest, ...] = ()
    fixes: FixesContest | None = None


def calibrate(
    addresses: Addresses, effort: Effort, loads: Sequence[ClosedLoad] = UNSEEN, say: Say = lambda text: None
) -> Calibration:
    """Measure servers that are there, and see what the numbers predict. Unmeasured where that cannot be."""
    with site(addresses) as here, _placed(here) as places:
        surveys, contests = list[Survey](), list[list[Contest]]()
        for number in range(effort.rounds):
            told = partial(_say_in_round, say, number + 1, effort.rounds)
            surveys.append(_survey(here, effort.round, places, told))
            seeded = [replace(load, seed=load.seed + number) for load in loads]
            contests.append([_contest(load, here, effort.round, surveys[-1], told) for load in seeded])
        furnish(ALONE, here)
        with pinned(places.clients):
            rows = measured_rows(here, effort.orders)
        together = [_together(load, each) for load, each in zip(loads, zip(*contests, strict=True), strict=True)]
        fixes = _fixes(here, effort, say) if effort.fixes else None
    return Calibration(effort, surveyed(surveys), rows, tuple(together), fixes)


def _say_in_round(say: Say, number: int, rounds: int, text: str) -> None:
    say(text if rounds == 1 else f"round {number} of {rounds}: {text}")


def _survey(here: Addresses, effort: Effort, places: Places, say: Say) -> Survey:
    say("a client alone, effect by effect")
    furnish(ALONE, here)
    with pinned(places.clients):
        alone = profile(ALONE, here, effort.orders)
    houses = {}
    for clients in effort.houses:
        say(f"a house of {clients}")
        houses[clients] = _worked(replace(ALONE, clients=clients), here, effort, places)
    return Survey(places, alone, houses)


def _contest(load: ClosedLoad, here: Addresses, effort: Effort, survey: Survey, say: Say) -> Contest:
    """What was measured just before predicts it: the machine is as fast now as then, if ever."""
    say(f"{load.clients} clients, {load.items} items, {load.drivers} drivers")
    machine = survey.machine(load.clients)
    worked = _worked(load, here, effort, survey.places)
    return Contest(load, worked, simulate_load(load, machine, effort.seconds, effort.warmup))


def _together(load: ClosedLoad, rounds: Sequence[Contest]) -> Contest:
    worked = worked_together([each.worked for each in rounds])
    return Contest(load, worked, pooled([each.predicted for each in rounds]))


def _fixes(here: Addresses, effort: Effort, say: Say) -> FixesContest:
    """The owner's load (F17). Costs first: by batches on a topic of their own, which then is no load of anybody's."""
    load = Load(effort.fixes, FIXES_A_SECOND, DRIVERS, consumers=2, geo=GEO)
    say(f"{load.rate:,.0f} fixes/s of {load.drivers:,} drivers for {load.seconds:g} s")
    costs = measure_fix_costs(here, load, geo=GEO + 1)
    return FixesContest(load, measure_fixes(here, load), predict_fixes(load, costs))


def _worked(load: ClosedLoad, here: Addresses, effort: Effort, places: Places) -> Worked:
    furnish(load, here)
    return work(load, here, effort.seconds, effort.warmup, places.clients)


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

"""What each effect takes when nobody else is there: its wall time, the servers' share of it and the client's.

One client carries orders through the platform's own rules, so that reads and transactions are those that the platform
makes, in its own mixture. It does so twice: once undisturbed, for the wall times and the totals; and once stopping
before and after each effect to ask the system whose processor time it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.domain import effects as e
from swifteats_sim.live.accounting import family, used
from swifteats_sim.live.calibration.crew import carry
from swifteats_sim.live.calibration.load import ClosedLoad, Town, orders_of
from swifteats_sim.live.calibration.site import terms
from swifteats_sim.live.client import Client, connected
from swifteats_sim.live.clock import CPU, MONOTONIC
from swifteats_sim.live.servers import Addresses

CLIENT, POSTGRES, REDIS, BROKER = "client", "postgres", "redis", "broker"
LARGE = "transaction of three"
"""A transaction of three records and more, as commits a driver or delivers an order: one that takes stock is of two."""
TAKES_PART: dict[str, tuple[str, ...]] = {
    "read": (POSTGRES,), "compare_and_set": (POSTGRES,), "insert": (POSTGRES,), "transaction": (POSTGRES,),
    LARGE: (POSTGRES,), "publish": (BROKER,), "find_drivers": (REDIS, POSTGRES),
}  # fmt: skip
"""Kinds of effects that servers take part in, and whose work each is; what others do then, they do for themselves."""
_KINDS: dict[type, str] = {
    e.Read: "read", e.CompareAndSet: "compare_and_set", e.Insert: "insert", e.Transaction: "transaction",
    e.Publish: "publish", e.FindDrivers: "find_drivers",
}  # fmt: skip


def kind_of(effect: e.Effect) -> str | None:
    """The kind of an effect; None of one that no server takes part in."""
    if isinstance(effect, e.Transaction) and len(effect.writes) > 2:
        return LARGE
    return _KINDS.get(type(effect))


Samples = NDArray[np.float64]
Look = Callable[[], int]
"""ns of processor time that somebody has taken so far."""


@dataclass(frozen=True)
class Cost:
    """What effects of one kind take, s, each ascending. wall : from sending to the answer; servers : processor time, by
    server; own : the client's processor time.
    """

    wall: Samples
    servers: Mapping[str, Samples]
    own: Samples

    @property
    def client(self) -> float:
        """Mean processor time of the client."""
        return float(self.own.mean())

    @property
    def served(self) -> float:
        """Mean processor time of all servers."""
        return sum(float(each.mean()) for each in self.servers.values())

    @property
    def rest(self) -> float:
        """Mean time in which nobody's processor works: the disk's, the network's, and that of waking up."""
        return max(0.0, float(self.wall.mean()) - self.client - self.served)


@dataclass(frozen=True)
class Profile:
    """What a client alone needs. costs : by kind of effect; orders : that it has carried.

    between : s of the client's processor time from an answer to the next effect, ascending; clients, servers : s of
    processor time an order, all in all; of servers that is counted, 0 where none is.
    """

    costs: Mapping[str, Cost]
    orders: int
    between: Samples
    clients: float
    servers: float


class _Clocked:
    """A witness of how long each effect takes."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = {kind: [] for kind in TAKES_PART}
        self._began = 0

    def begins(self, effect: e.Effect) -> None:
        """Look at the clock."""
        self._began = MONOTONIC()

    def ended(self, effect: e.Effect, outcome: Any) -> None:
        """And again."""
        took = MONOTONIC() - self._began
        kind = kind_of(effect)
        if kind is not None:
            self.wall[kind].append(took / 1e9)


class _Accounted:
    """A witness of whose processor time each effect was. between : s of the client's, from an answer to the next."""

    def __init__(self) -> None:
        self.start({CLIENT: CPU})

    def start(self, looks: Mapping[str, Look]) -> None:
        """Begin anew. looks : at everybody's processor time."""
        self._looks = looks
        self.spent: dict[str, dict[str, list[float]]] = {kind: {} for kind in TAKES_PART}
        self.between = list[float]()
        self._before: dict[str, int] = {}
        self._ended = CPU()

    def begins(self, effect: e.Effect) -> None:
        """Look at the client's last."""
        self.between.append((CPU() - self._ended) / 1e9)
        self._before = {name: look() for name, look in reversed(list(self._looks.items()))}

    def ended(self, effect: e.Effect, outcome: Any) -> None:
        """Look at the client's first."""
        kind = kind_of(effect)
        if kind is not None:
            spent = self.spent[kind]
            for name, look in self._looks.items():
                spent.setdefault(name, []).append((look() - self._before[name]) / 1e9)
        self._ended = CPU()


def profile(load: ClosedLoad, addresses: Addresses, orders: int) -> Profile:
    """Carry so many orders undisturbed, and as many counted, after a tenth to warm up. The load is furnished.

    Who counts disturbs: what is counted tells the shares, the undisturbed orders tell the sums.
    """
    town, numbers = Town(load), orders_of(load.clients)
    clocked, accounted = _Clocked(), _Accounted()
    with connected(addresses, terms(town), clocked) as client:
        _carry(client, town, islice(numbers, orders // 10))
        clocked.wall = {kind: [] for kind in TAKES_PART}
        servers = [pid for _, pid in addresses.pids for pid in family(pid)]
        before = CPU(), used(servers)
        _carry(client, town, islice(numbers, orders))
        clients, served = (CPU() - before[0]) / 1e9, (used(servers) - before[1]) / 1e9
    with connected(addresses, terms(town), accounted) as client:
        _carry(client, town, islice(numbers, orders // 10))
        looks = {CLIENT: CPU} | {name: partial(used, family(pid)) for name, pid in addresses.pids}
        accounted.start(looks)
        _carry(client, town, islice(numbers, orders))
    return _shared_out(clocked, accounted, orders, clients, served)


def _carry(client: Client, town: Town, numbers: Iterable[int]) -> None:
    for order in numbers:
        carry(client, town, order, None)


def _shared_out(clocked: _Clocked, accounted: _Accounted, orders: int, clients: float, served: float) -> Profile:
    """The sums of the undisturbed orders, in the shares of the counted ones."""
    spent = {kind: by for kind, by in accounted.spent.items() if by}
    counted = sum(sum(by[CLIENT]) for by in spent.values()) + sum(accounted.between)
    counted_served = sum(
        sum(each) for kind, by in spent.items() for name, each in by.items() if name in TAKES_PART[kind]
    )
    mine, theirs = clients / counted, served / counted_served if counted_served else 1.0
    costs = {
        kind: Cost(
            np.sort(np.array(clocked.wall[kind])),
            {name: np.sort(theirs * np.array(each)) for name, each in by.items() if name in TAKES_PART[kind]},
            np.sort(mine * np.array(by[CLIENT])),
        )
        for kind, by in spent.items()
    }
    costs = {kind: _with_uncounted(kind, cost) for kind, cost in costs.items()}
    return Profile(costs, orders, np.sort(mine * np.array(accounted.between)), clients / orders, served / orders)


def _with_uncounted(kind: str, cost: Cost) -> Cost:
    """The same with servers whose processor time the system does not tell, as of those that run elsewhere.

    All that nobody counted works for is theirs, in equal shares, with the disk and the network: at most so much.
    """
    uncounted = [name for name in TAKES_PART[kind] if name not in cost.servers]
    left = np.maximum(0.0, cost.wall - cost.client - cost.served) / max(1, len(uncounted))
    return replace(cost, servers={**cost.servers, **dict.fromkeys(uncounted, left)})

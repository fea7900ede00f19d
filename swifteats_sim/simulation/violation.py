"""What must hold in every run, and which switches of the notes break it by design.

A broken invariant ends the run: its numbers would mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

from swifteats_sim.city.trajectories import Leap
from swifteats_sim.domain.states import Impossible
from swifteats_sim.engine.clock import MINUTE, SECOND, BackInTime
from swifteats_sim.engine.job import EndedTwice
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.actions import KeepLatest
from swifteats_sim.scenario.steps import flat

Invariant = Literal[
    "flows", "messages", "orders", "one order a driver", "one driver an order", "drivers freed", "stock",
    "stock restored", "moves of orders", "moves of drivers", "positions", "speed", "fixes", "time", "rules",
]  # fmt: skip
"""flows, messages, orders: none is lost, made or ended twice; one order a driver: a trip ends before the next is
committed (F5); one driver an order: nobody carries what another has; drivers freed: who has no order is not held;
stock: nothing is sold that is not there, and no shelf is filled beyond its maximum; stock restored: what was not sold
is on the shelf, once; moves: by the state machines only; positions: a leg begins where and not before the last one
ended; speed: nobody is faster than his city allows; fixes: what is known of a driver is never older than what was known
before, nor of an instant to come; time: never back; rules: none is shown what cannot be."""


class Exemption(NamedTuple):
    """A switch that breaks invariants by design."""

    section: Literal["assignment", "ordering"]
    key: str
    value: str
    breaks: frozenset[Invariant]


_UNGUARDED: frozenset[Invariant] = frozenset(
    {"one order a driver", "one driver an order", "drivers freed", "moves of orders", "moves of drivers", "orders"}
)
EXEMPTIONS = (
    Exemption("assignment", "commit", "check_then_set", _UNGUARDED),
    Exemption("assignment", "commit", "advisory_lock", _UNGUARDED),
    Exemption("assignment", "commit", "none", _UNGUARDED),
    Exemption("assignment", "commit", "cas_unversioned", frozenset({"one driver an order", "moves of orders"})),
    Exemption("assignment", "release", "ttl", frozenset({"one order a driver", "moves of drivers"})),
    Exemption("assignment", "search", "ghosts", frozenset({"moves of drivers"})),
    Exemption("ordering", "inventory", "none", frozenset({"stock", "stock restored"})),
    Exemption("ordering", "give_back", "never", frozenset({"stock restored"})),
)
"""Who blindly writes (C14, A35, A15 without its version) may write over anything, a closed order too; whose version
stays (C24) has a rival; whose lock expires (C13) is free with an order; who looks at no shift (C10) commits a driver at
home; who gives nothing back (C36) lets it drain away."""


def broken_by_design(scenario: Scenario) -> frozenset[Invariant]:
    """The invariants that a scenario's own switches give up."""
    chosen = (each for each in EXEMPTIONS if getattr(getattr(scenario, each.section), each.key) == each.value)
    return frozenset(invariant for each in chosen for invariant in each.breaks) | _overwriting(scenario)


def _overwriting(scenario: Scenario) -> frozenset[Invariant]:
    """A flow that keeps the latest fix, not the newest (C55), goes back to where a driver was."""
    steps = (step for flow in scenario.stack.flows.values() for step in flat(flow.steps))
    return frozenset({"fixes"} if any(isinstance(step, KeepLatest) for step in steps) else ())


class Violation(RuntimeError):
    """An invariant does not hold. at : virtual ns; what : what was seen; replication : number of the run, from 0."""

    def __init__(self, invariant: Invariant, at: int, what: str, replication: int = 0) -> None:
        """A violation that travels between processes: it is made again of its arguments."""
        super().__init__(invariant, at, what, replication)
        self.invariant, self.at, self.what, self.replication = invariant, at, what, replication

    def __str__(self) -> str:
        minutes, rest = divmod(self.at, MINUTE)
        clock = f"{minutes // 60}:{minutes % 60:02d}:{rest / SECOND:012.9f}"
        return f'invariant "{self.invariant}" broken at {clock} of replication {self.replication + 1}: {self.what}'


_SEEN_BELOW: dict[type[Exception], Invariant] = {
    BackInTime: "time", EndedTwice: "flows", Leap: "positions", Impossible: "rules",
}  # fmt: skip
"""What the parts of a run refuse by themselves."""


@contextmanager
def watched(replication: int, now: Callable[[], int]) -> Iterator[None]:
    """Let violations out with the number of their run, and what parts refuse as violations. now : virtual ns."""
    try:
        yield
    except Violation as broken:
        raise Violation(broken.invariant, broken.at, broken.what, replication) from broken
    except tuple(_SEEN_BELOW) as error:
        invariant = next(name for kind, name in _SEEN_BELOW.items() if isinstance(error, kind))
        raise Violation(invariant, now(), str(error), replication) from error

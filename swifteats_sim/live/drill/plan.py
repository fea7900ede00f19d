"""What a drill is: how many want what of whom, and what all its processes agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from swifteats_sim.domain.committing import Commit, CommitTerms
from swifteats_sim.domain.held import EXCLUSIVE
from swifteats_sim.domain.held import Terms as Exclusivity
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.live.days import order_number
from swifteats_sim.live.messages.consuming import SILENCE
from swifteats_sim.stack.docket import DispatchTerms

GEO, DAY = 30_100, 20_000
"""Where, and on which day since 1970, all of it happens: nowhere that a platform has."""
RESTAURANT = 1
PARTITIONS = 6
OPEN = 2
"""Orders that a customer has under way before he looks after the oldest."""
MILLISECOND = 1_000_000
Control = Literal["none", "check_then_set", "cas_unversioned"]
"""How drivers are committed: by the rules, or by what the notes wrote down (C14, C24)."""


@dataclass(frozen=True)
class Plan:
    """clients : customers at a time; orders : of each; items : cooked ahead, that all want; drivers : on shift.

    dispatchers, couriers : processes; patience : s for which nothing may happen, before the drill gives up; silence :
    ms after which a dispatcher of whom nobody hears counts as dead.
    """

    clients: int = 24
    orders: int = 20
    items: int = 3
    drivers: int = 12
    control: Control = "none"
    dispatchers: int = 2
    couriers: int = 2
    patience: float = 30.0
    silence: int = SILENCE

    @property
    def total(self) -> int:
        """Orders in all."""
        return self.clients * self.orders

    @property
    def processes(self) -> int:
        """Of customers."""
        return 1 if self.clients % 2 else 2

    @property
    def stock(self) -> InventoryTerms:
        """Little of each item, so that it is sold out now and then; the one after the last is made to order."""
        return InventoryTerms(40, self.clients + OPEN, self.items, 20, attempts=10, backoff=MILLISECOND // 10)

    @property
    def exclusivity(self) -> Exclusivity:
        """What reports of drivers may rely on: with a control, on nothing."""
        return EXCLUSIVE if self.control == "none" else Exclusivity(exclusive=False)

    @property
    def dispatch(self) -> DispatchTerms:
        """The most urgent first; what finds nobody for two seconds fails."""
        commit: Commit = "transaction" if self.control == "none" else self.control
        return DispatchTerms(
            least_slack=True, deferral="off", tolerance=0, requeue=0, commit=CommitTerms(3, commit, 0), attempts=10,
            terminal=False, retry_no_driver=200 * MILLISECOND, retry_error=10 * MILLISECOND,
        )  # fmt: skip

    def number(self, customer: int, place: int) -> int:
        """Of a customer's order."""
        return order_number(DAY, place * self.clients + customer)

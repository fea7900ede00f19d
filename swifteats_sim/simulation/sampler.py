"""A look at the run at the end of every minute: the series, and the pulse of the progress display."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import pandas as pd

from swifteats_sim.engine.clock import MINUTE
from swifteats_sim.simulation.parts import Run
from swifteats_sim.stack.service import Process

_COLUMNS = (
    "at", "placed", "delivered", "unanswered_orders", "open_orders", "unassigned_orders", "idle_drivers",
    "busy_drivers",
)  # fmt: skip


class Sampler:
    """Counts once a minute. progress, audit : told the virtual time (ns) each time."""

    def __init__(self, run: Run, progress: Callable[[int], None], audit: Callable[[int], None]) -> None:
        self._run, self._progress, self._audit = run, progress, audit
        self._columns = {name: array("q") for name in _COLUMNS}
        self._placed = self._delivered = 0

    def watch(self) -> Process:
        """Sample until the run ends."""
        while True:
            yield self._run.clock.sleep(MINUTE)
            self.sample()
            self._audit(self._run.clock.instant)
            self._progress(self._run.clock.instant)

    def sample(self) -> None:
        """One row, for the minute that ends now; nothing where there is one already."""
        run, now = self._run, self._run.clock.instant
        if self._columns["at"] and self._columns["at"][-1] == now:
            return
        run.loop.advance(now)
        orders, fleet = run.orders, run.city.fleet
        idle, busy = fleet.idle_and_busy()
        values = (
            now, len(orders) - self._placed, orders.delivered - self._delivered,
            len(orders) - orders.answered, len(orders) - orders.closed, len(orders) - orders.closed - busy,
            idle, busy,
        )  # fmt: skip
        for column, value in zip(self._columns.values(), values, strict=True):
            column.append(value)
        self._placed, self._delivered = len(orders), orders.delivered

    def table(self) -> pd.DataFrame:
        """See Tables.series, without the columns of the stack."""
        return pd.DataFrame({name: pd.Series(column, dtype="int64") for name, column in self._columns.items()})

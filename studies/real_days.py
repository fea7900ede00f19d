"""Three recorded days under the default rules, and the busiest of them scaled to the platform's peak.

The days are folders 1, 4 and 12 of a folder named by `--days`; they are not part of this project.
"""

from __future__ import annotations

from studies.answer import Column, Study, answer, options

SPARSE_FIXES = ("city.drivers.fix_every=30 s", "assignment.live_fix=60 s")
"""A day of 10,000 drivers sends 70 million fixes; whether they hold is what peak_hour judges."""
COLUMNS = (
    Column("orders", "orders.placed.count", 1, 0),
    Column("delivered", "orders.delivered.count", 1, 0),
    Column("failed", "orders.failed.count", 1, 0),
    Column("cancelled", "orders.cancelled.count", 1, 0),
    Column("by the promise, %", "delivery.on_time.ratio", 100, 1),
    Column("late by, p50, min", "delivery.lateness.p50", 1 / 60, 1),
    Column("click to door, p50, min", "delivery.click_to_door.p50", 1 / 60, 1),
    Column("p95", "delivery.click_to_door.p95", 1 / 60, 1),
    Column("click to ready, p50", "delivery.preparation.p50", 1 / 60, 1),
    Column("eligible to assigned, p95, min", "assignment.latency.p95", 1 / 60, 1),
    Column("food waits, p50", "delivery.food_wait.p50", 1 / 60, 1),
    Column("driver waits, mean", "driver.wait.mean", 1 / 60, 1),
    Column("fleet busy, %", "driver.utilization.mean", 100, 1),
    Column("double", "assignment.double.count", 1, 0),
    Column("oversold", "inventory.oversold.count", 1, 0),
)
SCALES = (1.0, 1.25, 1.5)
"""Of the fleet, for 4.4 times the orders of day 12: its busiest minute is then one of 500 orders."""


def _arms(days: str) -> dict[str, tuple[str, ...]]:
    arms: dict[str, tuple[str, ...]] = {}
    for day in ("4", "1", "12"):
        arms[f"day {day}"] = (f"demand.trace={days}/{day}", *SPARSE_FIXES)
    for scale in SCALES:
        more = (*arms["day 12"], "demand.scale=4.4", f"demand.fleet_scale={scale}")
        arms[f"day 12, 4.4 x its orders, {scale:g} x its shifts"] = more
    return arms


if __name__ == "__main__":
    asked = options(__doc__ or "", replications=1, days=True)
    answer(Study("real_days", "Recorded days", "real_day.yaml", _arms(asked.days), COLUMNS), asked)

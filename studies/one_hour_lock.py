"""What a driver lock of one hour carries (C12, #111): 10,000 drivers / 3,600 s = 2.78 orders/s from when locks bind.

What the same fleet carries that is released at the drop-off is in `peak`.
"""

from __future__ import annotations

from studies.answer import Column, Study, answer, options

FOUR_HOURS = (
    "warmup=60 min", "duration=3 h", "city.drivers.fix_every=60 s", "assignment.live_fix=2 min",
    "demand.menus.rate=1/min", "city.customers.watching=0 %", "city.customers.patience=12 h",
    "assignment.retry_no_driver=10 min",
)  # fmt: skip
"""Locks bind after 1,200 s (#111); the first hour is not measured. Customers wait, so that no lock is wasted on an
order that is cancelled; who finds no driver is called when one is free, so a new search every 10 min is enough."""
COLUMNS = (
    Column("offered/s", "orders.offered.rate", 1, 3),
    Column("delivered/s", "orders.delivered.rate", 1, 3),
    Column("locked with nothing to do, %", "driver.locked.ratio", 100, 1),
    Column("double assignments", "assignment.double.count", 1, 0),
    Column("cycle, min", "driver.cycle.mean", 1 / 60, 1),
    Column("completed, %", "orders.completion.ratio", 100, 1),
)
FLEET = ("city.geos.centre.drivers=7000", "city.geos.outer.drivers=3000")
ARMS = {
    "500/min, released by the lock's hour": (*FOUR_HOURS, *FLEET, "assignment.release=ttl"),
    "150/min, the same": (*FOUR_HOURS, *FLEET, "assignment.release=ttl", "demand.orders.rate=150/min"),
}
STUDY = Study("one_hour_lock", "A lock of one hour", "peak_hour.yaml", ARMS, COLUMNS)


if __name__ == "__main__":
    answer(STUDY, options(__doc__ or "", replications=1))

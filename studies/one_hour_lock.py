"""What a driver lock of one hour carries (C12, #111): 10,000 drivers / 3,600 s = 2.78 orders/s from when locks bind.

At a tenth of the platform: 1,000 drivers, 0.278 orders/s.
"""

from __future__ import annotations

from studies.answer import Column, Study, answer, options

FOUR_HOURS = (
    "warmup=60 min", "duration=3 h", "city.drivers.fix_every=60 s", "assignment.live_fix=2 min",
    "city.customers.patience=12 h", "assignment.retry_no_driver=10 min",
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
FLEET = ("city.geos.centre.drivers=700", "city.geos.outer.drivers=300")
LOCK = (*FOUR_HOURS, *FLEET, "assignment.release=ttl")
ARMS = {
    "50/min, released by the lock's hour": LOCK,
    "15/min, the same": (*LOCK, "demand.orders.rate=15/min"),
    "50/min, released at the drop-off": (*FOUR_HOURS, *FLEET),
}
STUDY = Study("one_hour_lock", "A lock of one hour", "peak_tenth.yaml", ARMS, COLUMNS)


if __name__ == "__main__":
    answer(STUDY, options(__doc__ or "", replications=3))

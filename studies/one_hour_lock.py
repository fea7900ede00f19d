"""What a driver lock of one hour carries (C12, #111): 10,000 drivers / 3,600 s = 2.78 orders/s from when locks bind."""

from __future__ import annotations

from studies.answer import Column, keep, means_table, options
from studies.arms import Arm, values

FILE = "peak_hour.yaml"
FOUR_HOURS = ("warmup=60 min", "duration=3 h", "city.drivers.fix_every=15 s")
"""Locks bind after 1,200 s (#111); the first hour is not measured. Fixes every 15 s: the lock does not ask for them."""
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
    "released by the lock's hour": (*FLEET, "assignment.release=ttl"),
    "released at the drop-off": FLEET,
}


def main() -> None:
    """Ask."""
    asked = options(__doc__ or "", replications=1)
    arms = [Arm(name, FILE, (*FOUR_HOURS, *settings, *asked.settings)) for name, settings in ARMS.items()]
    found = values(arms, asked.replications, asked.workers)
    keep(
        "one_hour_lock",
        ["# A lock of one hour", "", *asked.said("studies.one_hour_lock"), "", *means_table(found, COLUMNS)],
    )


if __name__ == "__main__":
    main()

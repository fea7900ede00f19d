"""What deferral is worth, and where the wild-goose chase begins: corrected, off and as written, on the same seeds.

The city is peak_tenth with its drivers shared out as its orders are, under loads that rise until it breaks.
"""

from __future__ import annotations

from studies.answer import Column, differences_table, keep, means_table, options
from studies.arms import Arm, values

FILE = "peak_tenth.yaml"
SHARED_OUT = ("city.geos.centre.drivers=700", "city.geos.outer.drivers=300")
DEFERRALS = ("corrected", "off", "as_written")
LOADS = (35, 40, 45, 50, 60, 70)
COLUMNS = (
    Column("delivered/min", "orders.delivered.rate", 60, 2),
    Column("food waits, s", "delivery.food_wait.mean"),
    Column("driver waits, s", "driver.wait.mean"),
    Column("way to pick-up, s", "driver.pickup_travel.mean"),
    Column("cycle, min", "driver.cycle.mean", 1 / 60, 2),
    Column("fleet busy, %", "driver.utilization.mean", 100, 2),
    Column("click to door, min", "delivery.click_to_door.mean", 1 / 60, 2),
)


def main() -> None:
    """Ask."""
    asked = options(__doc__ or "", replications=3)
    arms = [_arm(load, deferral, asked.settings) for load in LOADS for deferral in DEFERRALS]
    found = values(arms, asked.replications, asked.workers)
    lines = [
        "# What deferral is worth",
        "",
        f"`python -m studies.deferral`: {asked.replications} replications, 95 % t-intervals.",
        "",
    ]
    for load in LOADS:
        of_load = {deferral: found[_name(load, deferral)] for deferral in DEFERRALS}
        lines += [f"## {load} orders/min, 1,000 drivers", "", *means_table(of_load, COLUMNS), ""]
        lines += [*differences_table(of_load, "corrected", COLUMNS), ""]
    keep("deferral", lines)


def _name(load: int, deferral: str) -> str:
    return f"{load}/min, {deferral}"


def _arm(load: int, deferral: str, settings: tuple[str, ...]) -> Arm:
    rules = (f"demand.orders.rate={load}/min", f'assignment.deferral="{deferral}"')
    return Arm(_name(load, deferral), FILE, (*SHARED_OUT, *rules, *settings))


if __name__ == "__main__":
    main()

"""What deferral is worth, and where the wild-goose chase begins: corrected, off and as written, on the same seeds.

The city is peak_tenth with its drivers shared out as its orders are, under loads that rise until it breaks. Fixes come
every 15 s: who carries what hardly asks for more.
"""

from __future__ import annotations

from studies.answer import Column, Study, differences_table, means_table, options
from swifteats_sim.results.pairing import Values

CITY = ("city.drivers.fix_every=15 s", "city.geos.centre.drivers=700", "city.geos.outer.drivers=300")
DEFERRALS = ("corrected", "off", "as_written")
LOADS = (30, 35, 40, 45, 50, 55)
COLUMNS = (
    Column("delivered/min", "orders.delivered.rate", 60, 2),
    Column("food waits, s", "delivery.food_wait.mean"),
    Column("driver waits, s", "driver.wait.mean"),
    Column("way to pick-up, s", "driver.pickup_travel.mean"),
    Column("cycle, min", "driver.cycle.mean", 1 / 60, 2),
    Column("fleet busy, %", "driver.utilization.mean", 100, 2),
    Column("click to door, min", "delivery.click_to_door.mean", 1 / 60, 2),
)


def tables(found: dict[str, Values]) -> list[str]:
    """By load: the means, and what the other two have more than the corrected one."""
    lines = list[str]()
    for load in LOADS:
        of_load = {deferral: found[_name(load, deferral)] for deferral in DEFERRALS}
        lines += [f"## {load} orders/min, 1,000 drivers", "", *means_table(of_load, COLUMNS), ""]
        lines += [*differences_table(of_load, "corrected", COLUMNS), ""]
    return lines[:-1]


def _name(load: int, deferral: str) -> str:
    return f"{load}/min, {deferral}"


def _rules(load: int, deferral: str) -> tuple[str, ...]:
    return *CITY, f"demand.orders.rate={load}/min", f'assignment.deferral="{deferral}"'


ARMS = {_name(load, deferral): _rules(load, deferral) for load in LOADS for deferral in DEFERRALS}
STUDY = Study("deferral", "What deferral is worth", "peak_tenth.yaml", ARMS, COLUMNS)


if __name__ == "__main__":
    asked = options(__doc__ or "", replications=3)
    STUDY.answer(asked, tables(STUDY.ask(asked)))

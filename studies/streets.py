"""What real streets change: the peak hour on Greater Reykjavik's, against straight lines x 1.3, on the same seeds.

7,000 + 3,000 drivers, who hold 500 orders/min on straight lines; fixes come every 15 s, and nobody reads menus or maps.
Reykjavik's cells have 207 km2, the square of `peak_hour` 500, so that straight lines are tried on both.
"""

from __future__ import annotations

from studies.answer import Column, Study, answer, options

CITY = (
    "city.drivers.fix_every=15 s", "demand.menus.rate=1/min", "city.customers.watching=0 %",
    "city.geos.centre.drivers=7000", "city.geos.outer.drivers=3000",
)  # fmt: skip
STREETS = (*CITY, "city.geos.centre.map=reykjavik", "city.geos.centre.area=null", "city.geos.outer.map=grid")
RUSH = ('city.starts="16:00"', "city.congestion.evening={hours: [17], speeds: {all: 80 %, primary: 60 %}}")
COLUMNS = (
    Column("delivered/min", "orders.delivered.rate", 60, 1),
    Column("click to door, min", "delivery.click_to_door.mean", 1 / 60, 2),
    Column("p95", "delivery.click_to_door.p95", 1 / 60, 1),
    Column("cycle, min", "driver.cycle.mean", 1 / 60, 2),
    Column("way to pick-up, min", "driver.pickup_travel.mean", 1 / 60, 2),
    Column("trip, min", "delivery.trip.mean", 1 / 60, 2),
    Column("assignment p95, s", "assignment.latency.p95", 1, 1),
    Column("fleet busy, %", "driver.utilization.mean", 100, 1),
    Column("ETA error, s", "eta.error.mean", 1, 0),
    Column("its size, s", "eta.absolute_error.mean", 1, 0),
)
ARMS = {
    "straight lines, 500 km2": CITY,
    "straight lines, 207 km2": (*CITY, "city.geos.centre.area=207 km2"),
    "Reykjavik's streets": STREETS,
    "in the rush hour": (*STREETS, *RUSH),
}
STUDY = Study("streets", "What real streets change", "peak_hour.yaml", ARMS, COLUMNS)


if __name__ == "__main__":
    answer(STUDY, options(__doc__ or "", replications=1))

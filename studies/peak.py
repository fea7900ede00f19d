"""Does the fleet carry the peak, 500 orders/min with 10,000 drivers: how shared out, sent when, with which margin?

Whether the software does is judged by `peak_hour` itself; here fixes come every 15 s, and nobody reads menus or maps.
"""

from __future__ import annotations

from studies.answer import Column, Study, answer, options

CITY = ("city.drivers.fix_every=15 s", "demand.menus.rate=1/min", "city.customers.watching=0 %")
EVENLY = (5000, 5000)
SHARED_OUT = (7000, 3000)
COLUMNS = (
    Column("delivered/min", "orders.delivered.rate", 60, 1),
    Column("completed, %", "orders.completion.ratio", 100, 2),
    Column("open at the end", "orders.in_flight.count", 1, 0),
    Column("cycle, min", "driver.cycle.mean", 1 / 60, 2),
    Column("way to pick-up, min", "driver.pickup_travel.mean", 1 / 60, 2),
    Column("driver waits, min", "driver.wait.mean", 1 / 60, 2),
    Column("food waits, min", "delivery.food_wait.mean", 1 / 60, 2),
    Column("fleet busy, %", "driver.utilization.mean", 100, 1),
    Column("kitchens busy, %", "kitchen.utilization.mean", 100, 1),
    Column("click to door, min", "delivery.click_to_door.mean", 1 / 60, 2),
    Column("p95", "delivery.click_to_door.p95", 1 / 60, 1),
)


def _fleet(centre: int, outer: int) -> tuple[str, ...]:
    return *CITY, f"city.geos.centre.drivers={centre}", f"city.geos.outer.drivers={outer}"


def _orders(rate: int) -> tuple[str, ...]:
    return (f"demand.orders.rate={rate}/min",)


OFF = ("assignment.deferral=off",)
NEARBY = ("assignment.radius=2.5 km",)
ARMS = {
    "500/min, 5,000 + 5,000 drivers": _fleet(*EVENLY),
    "500/min, 7,000 + 3,000": _fleet(*SHARED_OUT),
    "the same, sent at once": (*_fleet(*SHARED_OUT), *OFF),
    "350/min, 5,000 + 5,000": (*_fleet(*EVENLY), *_orders(350)),
    "550/min, 7,000 + 3,000": (*_fleet(*SHARED_OUT), *_orders(550)),
    "575/min, 7,000 + 3,000": (*_fleet(*SHARED_OUT), *_orders(575)),
    "600/min, 7,000 + 3,000": (*_fleet(*SHARED_OUT), *_orders(600)),
    "the same, within 2.5 km": (*_fleet(*SHARED_OUT), *_orders(600), *NEARBY),
    "650/min, 7,000 + 3,000": (*_fleet(*SHARED_OUT), *_orders(650)),
    "700/min, 7,000 + 3,000": (*_fleet(*SHARED_OUT), *_orders(700)),
    "500/min, 6,300 + 2,700": _fleet(6300, 2700),
    "500/min, 5,950 + 2,550": _fleet(5950, 2550),
    "500/min, 5,600 + 2,400": _fleet(5600, 2400),
}

STUDY = Study("peak", "Does the fleet carry the peak?", "peak_hour.yaml", ARMS, COLUMNS)


if __name__ == "__main__":
    answer(STUDY, options(__doc__ or "", replications=3))

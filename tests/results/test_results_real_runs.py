"""Small cities with the rules as their owner wants them: their time adds up, and they are accused of nothing."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest

from swifteats_sim.results import Evidence, Tables, collect_findings, estimates, growths, measure, why_late
from swifteats_sim.results.why_late import PARTS
from swifteats_sim.scenario import load
from swifteats_sim.simulation import simulate

Row = dict[str, Any]

CITY = """
name: honest
warmup: 20 min
duration: 70 min
seed: 11
city:
  geos:
    centre: {kind: dense, area: 16 km2, restaurants: 20, drivers: 40}
  drivers: {fix_every: 15 s}
  customers: {watching: 0 %}
demand:
  orders: {rate: 1.5/min}
stack: {extends: design}
"""

CITIES = {
    "busy": (),
    "idle": ("demand.orders.rate=0.3/min",),
    "short of drivers": ("city.geos.centre.drivers=12",),
    "short of drivers, impatient": ("city.geos.centre.drivers=10", "city.customers.patience=30 min"),
    "without deferral": ("assignment.deferral=off",),
    "drivers who decline": ("city.drivers.accept=70 %", "city.drivers.no_answer=10 %"),
    "short of stock": ("ordering.stock=5", "ordering.capacity=2", "ordering.items=10"),
    "a slow database": ("stack.stations.database.instances=1", "stack.stations.database.concurrency=1"),
}


QUICK = ("busy", "idle")
EVERY = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in CITIES]


@cache
def record(name: str) -> Tables:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "honest.yaml"
        path.write_text(CITY, encoding="utf-8")
        pairs = [(key, value) for key, _, value in (setting.partition("=") for setting in CITIES[name])]
        return simulate(load(path, pairs))


@pytest.mark.parametrize("name", EVERY)
def test_rules_that_are_right_are_accused_of_no_defect(name: str) -> None:
    tables = record(name)
    evidence = Evidence([tables], estimates([measure(tables)]), [growths(tables)])
    accused = {each.id: each.text for each in collect_findings(evidence) if each.id.startswith("defect")}
    assert accused == {}


@pytest.mark.parametrize("name", EVERY)
def test_no_part_of_an_order_s_time_is_negative_and_all_add_up(name: str) -> None:
    parts = why_late(record(name))
    delivered = record(name).orders.query("delivered >= 0").set_index("order")
    assert len(parts) == len(delivered) > 10
    assert (parts[list(PARTS)] >= 0).all(axis=None)
    whole = parts[list(PARTS)].sum(axis=1).to_numpy()
    assert (whole == (delivered["delivered"] - delivered["placed"]).to_numpy()).all()


@pytest.mark.parametrize("name", EVERY)
def test_what_is_called_queue_is_time_in_software_and_nothing_else(name: str) -> None:
    """Reckoned the other way round: before the payment, to the first consumer, what its work takes, and the reports."""
    tables = record(name)
    queue = why_late(tables).set_index("order")["queue"]
    offers = _by_order(tables.offers)
    for order in _rows(tables.orders.query("delivered >= 0")):
        mine = offers[order["order"]]
        before = order["paying"] - order["placed"] + mine[0]["taken"] - order["paid"]
        assert queue[order["order"]] == before + _work(mine) + _reports(order, mine[-1])


def _by_order(offers: pd.DataFrame) -> dict[int, list[Row]]:
    """An order's offers, in order of commit."""
    grouped: dict[int, list[Row]] = {}
    for row in _rows(offers.sort_values("committed", kind="stable")):
        grouped.setdefault(row["order"], []).append(row)
    return grouped


def _rows(frame: pd.DataFrame) -> list[Row]:
    rows: list[Row] = frame.to_dict("records")  # type: ignore[assignment]
    return rows


def _reports(order: Row, offer: Row) -> int:
    """What a driver's app waited for, from his yes to the drop-off: its four stops, less the hand-overs at two."""
    stops = (
        order["departed"] - offer["answered"],
        order["picked_up"] - max(order["ready"], order["at_restaurant"]),
        order["left"] - order["picked_up"],
        order["delivered"] - order["at_door"],
    )
    assert offer["committed"] == order["assigned"]
    assert min(stops) > 0
    return int(sum(stops) - order["handed"])


def _work(offers: list[Row]) -> int:
    """What consumers spent on an order's requests, less what these slept."""
    assert all(later["taken"] >= earlier["committed"] for earlier, later in pairwise(offers))
    spent = [each["committed"] - each["taken"] - each["deferred"] - each["driverless"] for each in offers]
    assert all(work >= each["searched"] for work, each in zip(spent, offers, strict=True))
    return int(sum(spent))

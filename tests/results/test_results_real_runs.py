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
from swifteats_sim.results.findings import Finding
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
    return recorded(*CITIES[name])


def recorded(*settings: str) -> Tables:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "honest.yaml"
        path.write_text(CITY, encoding="utf-8")
        pairs = [(key, value) for key, _, value in (setting.partition("=") for setting in settings)]
        return simulate(load(path, pairs))


def findings_of(tables: Tables) -> dict[str, Finding]:
    evidence = Evidence([tables], estimates([measure(tables)]), [growths(tables)])
    return {each.id: each for each in collect_findings(evidence)}


@pytest.mark.parametrize("name", EVERY)
def test_rules_that_are_right_are_accused_of_no_defect(name: str) -> None:
    accused = {name: each.text for name, each in findings_of(record(name)).items() if name.startswith("defect")}
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


@pytest.mark.parametrize(("ttl", "locked"), [("5 s", 0.0), ("1 h", 0.3)])
def test_utilization_and_cycle_follow_the_work_and_not_the_lock(ttl: str, locked: float) -> None:
    """C13: drivers ride while their records say that they are free. C12: they stand while these say that they work."""
    timed, honest = measure(recorded("assignment.release=ttl", f"assignment.ttl={ttl}")), measure(record("busy"))
    assert timed["driver.locked.ratio"] >= locked
    assert timed["driver.cycle.mean"] == pytest.approx(honest["driver.cycle.mean"], rel=0.3)
    rides = timed["orders.delivered.rate"] * timed["driver.cycle.mean"] / timed["driver.on_shift.mean"]
    assert timed["driver.utilization.mean"] == pytest.approx(rides, rel=0.3)  # some are under way at either end


def test_who_has_refused_and_is_never_heard_is_not_locked_by_his_work() -> None:
    """C16 alone: nobody hears that drivers do not answer, and none is set free; C12 and C22 have no part in it."""
    tables = recorded("assignment.decline=never", "city.drivers.accept=0 %", "duration=30 min")
    assert measure(tables)["driver.locked.ratio"] > 0.2
    named = findings_of(tables)
    assert "defect-c16" in named
    assert "defect-c12" not in named
    assert "open, and nobody looks for a driver" in named["lost-orders"].text


def test_estimates_without_distance_are_named_for_what_they_are() -> None:
    """C53, and no way that is never over (C57)."""
    named = findings_of(recorded("eta.method=degrees"))
    assert "defect-c53" in named
    assert "defect-c57" not in named


@pytest.mark.parametrize("per", ["geo", "platform"])
def test_c47_is_named_where_one_topic_serves_all_geos(per: str) -> None:
    outer = "city.geos.outer={kind: sparse, area: 16 km2, restaurants: 20, drivers: 40}"
    shares = "demand.orders.share={centre: 50 %, outer: 50 %}"
    tables = recorded(outer, shares, f"stack.topics.assignment.per={per}", "duration=20 min")
    assert ("mixed-geos" in findings_of(tables)) == (per == "platform")

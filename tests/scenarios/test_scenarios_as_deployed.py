"""`as_deployed` under a small city: it runs to its end, and what fails there fails for the reasons that it cites."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from scenario_runs import SCENARIOS, rehearsed, values, verdicts

CITY = f"""
extends: {SCENARIOS / "peak_tenth.yaml"}
name: deployed-small
warmup: 5 min
duration: 20 min
replications: 1
city:
  geos:
    centre: {{kind: dense, area: 50 km2, restaurants: 100, drivers: 40}}
    outer: {{kind: sparse, area: 100 km2, restaurants: 50, drivers: 40}}
demand:
  menus: {{rate: 500/min, catalogue: 150000, zipf: 1.0}}
  searches: {{rate: 300/min, area: 1500 km2, cell: 0.1 m, variants: 20, zipf: 1.0}}
stack:
  extends: as_deployed
  stations:
    database: {{pauses: [{{at: 10 min, for: 1 min}}]}}
    replica: {{pauses: [{{at: 10 min, for: 1 min}}]}}
targets:
  stream.live-map.delivered: ["ratio >= 99 %"]
  cache.searches.hit: ["ratio >= 1 %"]
  cache.order-lists.stale: ["ratio < 1 %"]
  cache.menus.stale: ["ratio == 0 %"]
"""
"""A tenth of the peak's orders, 80 drivers, and a database that stands still for a minute."""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    path = tmp_path / "deployed.yaml"
    path.write_text(CITY, encoding="utf-8")
    return path


def stale_order_lists() -> float:
    """Lists change every 5 min, live 2 min and are looked at every 30 s; one change in ten removes its list (C41).

    A list is filled some ms after it was asked for, so it answers at ages of 30, 60, 90 and just before 120 s: while
    nothing removed it, and stale when one of the other changes came.
    """
    ages, rate = (30, 60, 90, 120), 1 / 300
    there = [math.exp(-0.1 * rate * age) for age in ages]
    stale = [each * (1 - math.exp(-0.9 * rate * age)) for each, age in zip(there, ages, strict=True)]
    return sum(stale) / sum(there)


@pytest.mark.slow
def test_it_runs_to_its_end_and_fails_for_the_reasons_it_cites(city: Path) -> None:
    found = rehearsed(city)
    judged, measured = verdicts(found), values(found)
    assert found.tables[0].series["at"].iloc[-1] == found.scenario.end
    # C28: streams in ten processes without a way between them.
    assert judged["stream.live-map.delivered.ratio"] == "fail"
    assert measured["stream.live-map.delivered.ratio"] < 0.1
    # C48: raw coordinates never ask for the same place twice.
    assert judged["cache.searches.hit.ratio"] == "fail"
    assert measured["cache.searches.hit.ratio"] < 0.001
    # C41: only the first page of a list is cleared.
    assert judged["cache.order-lists.stale.ratio"] == "fail"
    assert measured["cache.order-lists.stale.ratio"] == pytest.approx(stale_order_lists(), rel=0.05)
    # C50: no change removes a menu, which is a minute old on average and changes twice a day.
    assert judged["cache.menus.stale.ratio"] == "fail"
    assert 0 < measured["cache.menus.stale.ratio"] < 0.01
    # Eighty drivers for fifty orders a minute: food grows cold, and orders pile up, while the city still fills.
    assert judged["orders.completion.ratio"] == judged["orders.delivered.rate"] == "saturated"
    # What the rules keep is kept here as well.
    assert judged["assignment.double.count"] == judged["inventory.oversold.count"] == "pass"


@pytest.mark.slow
def test_pools_of_140_connections_cannot_be_full_at_a_database_that_accepts_100(city: Path) -> None:
    """C76: while nothing is answered menus and searches take their 80, orders the 20 that remain, and then wait 2 s."""
    bound = values(rehearsed(city))
    assert bound["pool.restaurants-db.in_use.max"] == bound["pool.search-db.in_use.max"] == 40
    assert 20 <= bound["pool.orders-db.in_use.max"] < 30
    assert bound["pool.orders-db.wait.max"] == 2.0
    assert bound["pool.orders-db.refused.count"] > 10
    free = values(rehearsed(city, "stack.stations.database.connections=140"))
    assert free["pool.orders-db.in_use.max"] > 40
    assert free["pool.orders-db.wait.max"] == free["pool.orders-db.refused.count"] == 0
    assert free["order.latency.p99"] > 30

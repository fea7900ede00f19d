"""One scenario and one seed, one record: whatever the hash seed, time zone, folder, or parts it does not use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
from small_city import CITY, run, scenario_of

from swifteats_sim.experiments import rehearse
from swifteats_sim.experiments.rehearsal import declared
from swifteats_sim.results import digest

SHORT = ("duration=10 min", "demand.orders.rate=6/min")
PROGRAM = """
import sys
from swifteats_sim.scenario import load
from swifteats_sim.experiments import rehearse
print(rehearse(load(sys.argv[1])).digest)
"""


def digest_of(*settings: str) -> str:
    scenario = scenario_of(CITY, *SHORT, *settings)
    return digest([run(*SHORT, *settings)], declared(scenario))


def digest_elsewhere(folder: Path, text: str, **environment: str) -> str:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM, str(path)]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_hash_seed_time_zone_locale_folder_and_key_order_change_nothing(tmp_path: Path) -> None:
    text = CITY.replace("duration: 60 min", "duration: 10 min").replace("1.5/min", "6/min")
    head, city = text.split("city:\n")
    turned = "city:\n" + city + head
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    one = digest_elsewhere(here, text, PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    two = digest_elsewhere(there, turned, PYTHONHASHSEED="2", TZ="Asia/Kolkata", LC_ALL="C.UTF-8")
    assert len(one) == 64
    assert one == two == digest_of()


def test_another_seed_is_another_run() -> None:
    assert digest_of() != digest_of("seed=4")


def test_replications_differ_from_each_other_and_repeat() -> None:
    scenario = scenario_of(CITY, *SHORT, "replications=2")
    first, second = rehearse(scenario), rehearse(scenario)
    assert first.digest == second.digest
    one, two = first.tables
    assert one.orders["placed"].tolist() != two.orders["placed"].tolist()


def test_an_added_driver_leaves_every_customer_as_it_was() -> None:
    few, more = (run(*SHORT, f"city.geos.centre.drivers={count}") for count in (30, 31))
    columns = ["order", "geo", "restaurant", "placed", "lines"]
    pd.testing.assert_frame_equal(few.orders[columns], more.orders[columns])
    assert few.shifts["driver"].tolist() == more.shifts["driver"].tolist()[:30]


def test_another_policy_leaves_every_customer_and_every_fix_as_it_was() -> None:
    fit, nearest = (run(*SHORT, f"assignment.policy={name}") for name in ("arrival_fit", "nearest"))
    columns = ["order", "geo", "restaurant", "placed", "lines", "answered", "paid"]
    pd.testing.assert_frame_equal(fit.orders[columns], nearest.orders[columns])
    assert fit.flows["gps"].latency == nearest.flows["gps"].latency


def test_an_unused_station_leaves_the_run_as_it_was() -> None:
    plain, more = run(*SHORT), run(*SHORT, "stack.stations.spare={instances: 3}")
    pd.testing.assert_frame_equal(plain.orders, more.orders)
    pd.testing.assert_frame_equal(plain.offers, more.offers)


def test_a_geo_more_leaves_the_others_as_they_were() -> None:
    alone = run(*SHORT)
    other = "{kind: sparse, area: 9 km2, restaurants: 5, drivers: 9}"
    both = run(*SHORT, f"city.geos.suburb={other}", "demand.orders.rate=12/min")
    centre = both.orders[both.orders["geo"] == 0].reset_index(drop=True)
    assert centre["placed"].tolist() == alone.orders["placed"].tolist()
    assert centre["restaurant"].tolist() == alone.orders["restaurant"].tolist()


def test_orders_and_fixes_are_offered_as_declared() -> None:
    tables = run("demand.orders.rate=10/min", "city.geos.centre.drivers=20", "warmup=5 min", "duration=60 min")
    placed = (tables.orders["placed"] >= tables.warmup).sum()
    assert abs(placed - 600) <= 4 * 600**0.5  # Poisson
    assert tables.flows["gps"].born == 20 * 720  # a fix every 5 s from each driver, exactly

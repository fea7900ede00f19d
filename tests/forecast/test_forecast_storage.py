"""How much is kept: the owner's figures by hand, the notes' sums recomputed, and a scenario's own beside them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from forecast_declared import CITY, declared, in_city, job, visit
from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.forecast.noted_storage import days_that_fill, noted_storage
from swifteats_sim.forecast.owners_figures import OWNER
from swifteats_sim.forecast.sizing import Sizing, size_storage
from swifteats_sim.forecast.storage import Storage, registered, storage_of, storage_of_the_country
from swifteats_sim.forecast.storage_tables import weight
from swifteats_sim.scenario import Scenario, Trace, read_trace

GB, TB = 10**9, 10**12
DAY_OF_TWO = """\
order_id,pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng,placement_time,preparation_time,ready_time,expected_drop_off_time
1,4.600,-74.100,4.610,-74.105,12:00:00,12:01:00,12:15:00,12:40:00
2,4.602,-74.100,4.612,-74.101,13:00:00,13:01:00,13:15:00,13:40:00
"""
TWO_HOURS_ON_SHIFT = """\
courier_id,vehicle,on_lat,on_lng,on_time,off_time
1,bicycle,4.601,-74.100,12:00:00,14:00:00
"""


def kept(storage: Storage | None) -> dict[str, tuple[int, int]]:
    """Rows and raw bytes of each table."""
    assert storage is not None
    holdings = (*storage.standing, *(growth.full for growth in storage.growths()))
    return {holding.name: (holding.rows, holding.raw) for holding in holdings}


def notes(sizing: Sizing) -> str:
    return "\n".join(sizing.notes)


def titles(sizing: Sizing) -> list[str]:
    return [table.title for table in sizing.tables]


def test_the_country_has_what_the_owner_says() -> None:
    """F6, F9: 20 and 5 restaurants, 400 and 200 drivers in 10 km2 of 50,000 and 100,000 km2; F17: 2,000 fixes/s."""
    assert kept(storage_of_the_country()) == {
        "restaurants": (100_000 + 50_000, 45 * GB),
        "items": (7_500_000, 750 * GB),
        "drivers": (2_000_000 + 2_000_000, 800 * GB),
        "customers": (5_000_000 + 10_000_000, 3 * TB),
        "orders": (500 * 60 * 24 * 90, 12_960 * GB),
        "fixes": (2_000 * 86_400 * 90, 2_000 * 86_400 * 90 * 343),
    }


@pytest.mark.parametrize(
    ("days", "raw", "indexed", "copied"),
    [(0, 4_595, 9_190, 27_570), (30, 8_915, 17_830, 53_490), (90, 17_555, 35_110, 105_330)],
)
def test_the_totals_are_those_of_the_ledger(days: int, raw: int, indexed: int, copied: int) -> None:
    """Raw; x2; x2x3: 4.6 / 8.9 / 17.6 TB; 9.2 / 17.8 / 35.1; 27.6 / 53.5 / 105.3. In GB, exactly."""
    country = storage_of_the_country(days)
    assert country.raw_with_orders == raw * GB
    _, index = OWNER.copies.index
    assert country.raw_with_orders * index == indexed * GB
    assert country.raw_with_orders * index * OWNER.copies.replicas == copied * GB
    assert country.raw_standing == 4_595 * GB


def test_orders_and_fixes_grow_by_the_day() -> None:
    country = storage_of_the_country()
    assert country.orders is not None
    assert (country.orders.rows_a_day, country.orders.raw_a_day) == (720_000, 144 * GB)
    assert country.orders.raw_a_year == 52_560 * GB
    assert country.fixes is not None
    assert (country.fixes.rows_a_day, country.fixes.raw_a_day) == (172_800_000, 59_270_400_000)


def test_the_notes_are_right_about_parts_and_wrong_about_the_whole() -> None:
    wrong = {(each.ref, each.what) for each in noted_storage() if not each.holds}
    assert wrong == {
        ("#162", "items, by size, without orders"),
        *(("#161", f"all, 2x index, {case}") for case in ("without orders", "30 d of orders", "90 d of orders")),
        *(("#161", f"all, 2x index, x3, {case}") for case in ("without orders", "30 d of orders", "90 d of orders")),
        ("#116", "fixes of 343 B, a day"),
        ("#136", "fixes of 343 B, 90 d"),
    }
    right = {each.ref for each in noted_storage() if each.holds}
    assert right == {"#156", "#157", "#158", "#159", "#160", "#163", "#165", "#116", "#136"}


@pytest.mark.parametrize(
    ("ref", "reckoned"),
    [
        ("#161", [9.19, 17.83, 35.11, 27.57, 53.49, 105.33]),
        ("#163", [12.96, 25.92, 77.76]),
        ("#165", [1.6, 6]),
        ("#136", [3.1104, 5.334336]),
    ],
)
def test_what_the_notes_figures_come_to(ref: str, reckoned: list[float]) -> None:
    found = [each.reckoned / TB for each in noted_storage() if each.ref == ref]
    assert found == pytest.approx(reckoned, rel=1e-12)


def test_items_are_third_and_not_second() -> None:
    (items,) = (each for each in noted_storage() if each.ref == "#162")
    assert (items.noted, items.reckoned, items.unit) == (2, 3, "place")


def test_the_notes_total_would_be_one_of_six_days() -> None:
    """(11 TB / 2 - 4.595 TB) / 144 GB; 33 TB is 3 times 11."""
    assert days_that_fill(11 * TB, 2) == pytest.approx(905 / 144)
    assert days_that_fill(33 * TB, 6) == pytest.approx(905 / 144)


def test_a_city_has_rows_of_its_own() -> None:
    assert kept(storage_of(in_city(), None)) == {
        "restaurants": (1_500, 450_000_000),
        "items": (75_000, 7_500_000_000),
        "drivers": (10_000, 2 * GB),
        "orders": (64_800_000, 12_960 * GB),
        "fixes": (15_552_000_000, 15_552_000_000 * 343),
    }


def test_a_city_has_its_own_menus_rate_and_window() -> None:
    scenario = in_city(ordering={"items": 20}, demand={"orders": {"rate": "150/min"}})
    found = kept(storage_of(scenario, None, hot_days=30))
    assert found["items"] == (30_000, 3 * GB)
    assert found["orders"] == (150 * 1_440 * 30, 1_296 * GB)
    assert found["fixes"] == kept(storage_of(scenario, None))["fixes"]


def test_a_curve_counts_by_its_peak() -> None:
    curve = [{"at": "0 s", "level": "20 %"}, {"at": "30 min", "level": "120 %"}]
    scenario = in_city(demand={"orders": {"rate": "500/min", "curve": curve}})
    assert kept(storage_of(scenario, None))["orders"][0] == 600 * 1_440 * 90
    assert "In the scenario 600 orders/min, its curve's peak, come all day." in notes(size_storage(scenario, None))


def test_every_wave_of_drivers_is_kept_and_those_on_shift_send_fixes() -> None:
    waves = [{"drivers": 60, "on": "0 s", "off": "30 min"}, {"drivers": 40, "on": "30 min", "off": "1 h"}]
    geo = {"kind": "dense", "area": "500 km2", "restaurants": 10, "shifts": waves}
    found = kept(storage_of(in_city(city={"geos": {"centre": geo}}), None))
    assert found["drivers"][0] == 100
    assert found["fixes"][0] == 50 * 86_400 // 5 * 90


def a_day(folder: Path, **demand: Any) -> tuple[Scenario, Trace]:
    """Two orders, two restaurants, one courier for two hours."""
    (folder / "orders.csv").write_text(DAY_OF_TWO, encoding="utf-8")
    (folder / "couriers.csv").write_text(TWO_HOURS_ON_SHIFT, encoding="utf-8")
    city = {"geos": {"city": {"kind": "dense"}}, "kitchens": {"mode": "recorded"}}
    return in_city(city=city, demand={"trace": str(folder), **demand}), read_trace(folder)


def test_a_recorded_day_comes_every_day(tmp_path: Path) -> None:
    scenario, trace = a_day(tmp_path)
    found = kept(storage_of(scenario, trace))
    assert {name: rows for name, (rows, _) in found.items()} == {
        "restaurants": 2, "items": 100, "drivers": 1, "orders": 2 * 90, "fixes": 2 * 3_600 // 5 * 90,
    }  # fmt: skip
    said = notes(size_storage(scenario, trace))
    assert "each day is like the recorded one, and each shift is another driver's." in said
    assert "2 rows a day, 400 kB raw, which frees 2.4 MB" in said


def test_a_scaled_day_is_scaled(tmp_path: Path) -> None:
    scenario, trace = a_day(tmp_path, scale=4.5, fleet_scale=3.0)
    rows = {name: rows for name, (rows, _) in kept(storage_of(scenario, trace)).items()}
    assert (rows["drivers"], rows["orders"], rows["fixes"]) == (3, 9 * 90, 3 * 1_440 * 90)
    assert "like the recorded one, as scaled," in notes(size_storage(scenario, trace))


def test_a_stack_without_a_city_has_the_owners_figures_alone() -> None:
    scenario = declared({"flows": {"call": job(visit())}})
    sizing = size_storage(scenario, None)
    assert sizing.own is None
    assert "neither a city nor drivers who send fixes: all figures are the owner's." in notes(sizing)
    assert not [title for title in titles(sizing) if title.startswith("Scenario")]
    assert sizing.country == storage_of_the_country()


def test_a_stack_of_fixes_keeps_fixes() -> None:
    scenario = declared({"flows": {"gps": {"clients": 10_000, "every": "5 s", "steps": [visit()]}}})
    sizing = size_storage(scenario, None)
    assert kept(sizing.own) == {"fixes": kept(storage_of_the_country())["fixes"]}
    (table,) = (table for table in sizing.tables if table.title == "Scenario small")
    assert [row[0] for row in table.rows] == ["fixes, 90 d"]


def test_drivers_who_are_registered_are_more_than_those_on_shift() -> None:
    """500 dense and 1,000 sparse km2: 20,000 each (F6)."""
    scenario = in_city()
    assert scenario.city is not None
    assert registered(scenario.city) == 40_000
    assert "of 40,000 whom the owner's densities register on its area (F6)" in notes(size_storage(scenario, None))


def test_nobody_knows_the_registered_of_a_geo_without_an_area(tmp_path: Path) -> None:
    scenario, _ = a_day(tmp_path)
    assert scenario.city is not None
    assert registered(scenario.city) is None


def test_sums_stand_where_they_add_up() -> None:
    (table,) = (table for table in size_storage(in_city(), None).tables if table.title == "Scenario small")
    assert [row[0] for row in table.rows] == [
        "restaurants", "items", "drivers", "without orders", "orders, 90 d", "with orders", "fixes, 90 d", "with fixes",
    ]  # fmt: skip
    assert table.rows[4] == (
        "orders, 90 d", "64,800,000", "12.96 TB", "19.44 TB", "25.92 TB", "77.76 TB", "200 kB",
    )  # fmt: skip


def test_the_archive_takes_what_comes() -> None:
    said = notes(size_storage(in_city(), None))
    assert "720,000 rows a day, 144 GB raw, which frees 864 GB" in said
    assert "After a year 39.6 TB of them, raw, are in the archive, and the database has 77.76 TB" in said
    assert said.count("leave for the archive") == 1, "the scenario's orders are the owner's"
    longer = notes(size_storage(in_city(), None, hot_days=365))
    assert "After a year" not in longer


def test_the_order_of_geos_changes_nothing() -> None:
    turned = {"geos": dict(reversed(CITY["geos"].items()))}
    assert storage_of(in_city(city=turned), None) == storage_of(in_city(), None)


@given(days=st.integers(1, 1_000), times=st.integers(2, 50))
def test_orders_grow_with_their_window_and_nothing_else_does(days: int, times: int) -> None:
    short, long = storage_of_the_country(days), storage_of_the_country(days * times)
    assert long.raw_with_orders - long.raw_standing == times * (short.raw_with_orders - short.raw_standing)
    assert (long.raw_standing, long.fixes) == (short.raw_standing, short.fixes)


@given(times=st.integers(1, 50))
def test_larger_rows_make_larger_tables_and_no_more_rows(times: int) -> None:
    sizes = dataclasses.replace(
        OWNER.sizes, **{name: size * times for name, size in dataclasses.asdict(OWNER.sizes).items()}
    )
    larger = storage_of_the_country(owner=dataclasses.replace(OWNER, sizes=sizes))
    assert larger.raw == times * storage_of_the_country().raw
    assert [rows for rows, _ in kept(larger).values()] == [rows for rows, _ in kept(storage_of_the_country()).values()]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (343, "343 B"), (200_000, "200 kB"), (12.96e12, "12.96 TB"), (105.33e12, "105.3 TB"),
     (45e9, "45 GB"), (999.96e9, "1,000 GB"), (3.15e15, "3,150 TB")],
)  # fmt: skip
def test_bytes_are_written_in_decimal_units(size: float, text: str) -> None:
    assert weight(size) == text

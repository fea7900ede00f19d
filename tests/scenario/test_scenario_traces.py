"""Recorded days: read, checked, described and scaled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from swifteats_sim.scenario import ScenarioError, Trace, describe, read_trace, rendered, scaled

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data with the recorded days is absent")
SECOND, MINUTE, HOUR = 10**9, 60 * 10**9, 3600 * 10**9

ORDERS = """\
order_id,pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng,\
placement_time,preparation_time,ready_time,expected_drop_off_time
b,4.02,-75.0,4.03,-75.0,23:50:00,23:51:00,00:10:00,00:20:00
a,4.00,-75.0,4.01,-75.0,10:00:00,10:01:00,10:20:00,10:30:00
c,4.00,-75.0,4.00,-75.01,10:00:30,10:01:00,10:20:30,10:31:00
"""
COURIERS = """\
courier_id,vehicle,on_lat,on_lng,on_time,off_time
1,bicycle,4.0,-75.0,09:00:00,12:00:00
2,car,4.0,-75.0,08:00:00,09:00:00
"""
MDRP = {
    "orders.txt": "order\tx\ty\tplacement_time\trestaurant\tready_time\no1\t3\t4\t10\tr2\t20\no2\t0\t0\t5\tr1\t9\n",
    "restaurants.txt": "restaurant\tx\ty\nr1\t0\t0\nr2\t100\t0\n",
    "couriers.txt": "courier\tx\ty\ton_time\toff_time\nc1\t7\t8\t0\t90\n",
    "instance_parameters.txt": "meters_per_minute\tpickup service minutes\n320\t4\n",
}


def rappi(folder: Path, orders: str = ORDERS, couriers: str = COURIERS) -> Path:
    (folder / "orders.csv").write_text(orders)
    (folder / "couriers.csv").write_text(couriers)
    return folder


def mdrplib(folder: Path, **files: str) -> Path:
    for name, text in MDRP.items():
        (folder / name).write_text(files.get(name.removesuffix(".txt"), text))
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(ScenarioError) as refused:
        read_trace(folder)
    return str(refused.value).removeprefix(f"{folder}/")


def test_a_rappi_day_is_sorted_projected_and_unwrapped(tmp_path: Path) -> None:
    day = read_trace(rappi(tmp_path))
    assert (day.kind, day.order_ids, day.speed) == ("rappi", ("a", "c", "b"), None)
    assert day.placed.tolist() == [10 * HOUR, 10 * HOUR + 30 * SECOND, 23 * HOUR + 50 * MINUTE]
    assert (day.ready - day.placed).tolist() == [20 * MINUTE] * 3
    assert (day.promised - day.placed).tolist() == [30 * MINUTE, 30 * MINUTE + 30 * SECOND, 30 * MINUTE]
    assert day.restaurant.tolist() == [0, 0, 1]
    assert len(day.restaurants) == 2
    assert (day.on.tolist(), day.off.tolist()) == ([8 * HOUR, 9 * HOUR], [9 * HOUR, 12 * HOUR])
    assert day.vehicles == ("car", "bicycle")
    # 0.01 degree on a sphere of 6,371,008.8 m; of longitude at 4.00667 degrees north, less by the cosine
    trips = day.customer - day.restaurants[day.restaurant]
    assert trips == pytest.approx(np.array([[0, 1111.951], [-1109.233, 0], [0, 1111.951]]), abs=0.01)
    assert day.origin == pytest.approx((4.0066667, -75.0))


def test_an_mdrplib_day_is_in_metres_and_minutes(tmp_path: Path) -> None:
    day = read_trace(mdrplib(tmp_path))
    assert (day.kind, day.order_ids, day.origin, day.speed) == ("mdrplib", ("o2", "o1"), None, 320 / 60)
    assert (day.placed.tolist(), day.ready.tolist()) == ([5 * MINUTE, 10 * MINUTE], [9 * MINUTE, 20 * MINUTE])
    assert (day.promised.tolist(), day.restaurant.tolist()) == ([-1, -1], [0, 1])
    assert (day.customer.tolist(), day.restaurants.tolist()) == ([[0, 0], [3, 4]], [[0, 0], [100, 0]])
    assert (day.on.tolist(), day.off.tolist(), day.start.tolist()) == ([0], [90 * MINUTE], [[7, 8]])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("10:20:00", "nan", "orders.csv:3: ready_time: must be a clock time HH:MM:SS (got 'nan')"),
        (
            "10:00:00",
            "-1:00:00",
            "orders.csv:3: placement_time: must be a clock time HH:MM:SS (got '-1:00:00')",
        ),
        (
            "10:00:00",
            "24:00:00",
            "orders.csv:3: placement_time: must be a clock time HH:MM:SS (got '24:00:00')",
        ),
        ("4.01", "nan", "orders.csv:3: drop_off_lat: must be from -85 to 85 degrees (got 'nan')"),
        ("4.01", "1e400", "orders.csv:3: drop_off_lat: must be from -85 to 85 degrees (got '1e400')"),
        ("4.01", "", "orders.csv:3: drop_off_lat: must be a number (got '')"),
        (
            "10:20:00",
            "09:59:00",
            "orders.csv:3: ready_time: must follow placement_time 10:00:00 (got '09:59:00')",
        ),
        ("\nc,", "\na,", "orders.csv:4: order_id: stands twice, first on line 3 (got 'a')"),
        ("ready_time", "readytime", "orders.csv:1: missing columns: ready_time"),
        (",10:31:00", "", "orders.csv:4: has 8 columns, not 9"),
    ],
)
def test_bad_orders_are_refused_with_line_column_and_value(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert refusal(rappi(tmp_path, ORDERS.replace(old, new, 1))) == said


def test_bad_couriers_and_empty_files_are_refused(tmp_path: Path) -> None:
    late = COURIERS.replace("12:00:00", "08:59:59")
    said = "couriers.csv:2: off_time: must not be before on_time 09:00:00 (got '08:59:59')"
    assert refusal(rappi(tmp_path, couriers=late)) == said
    assert refusal(rappi(tmp_path, orders="")) == "orders.csv:1: the file is empty"
    assert refusal(rappi(tmp_path, orders=ORDERS.splitlines()[0])) == "orders.csv:1: holds no row"
    rappi(tmp_path)
    (tmp_path / "orders.csv").write_bytes(b"\xff\xfe\x00")
    assert refusal(tmp_path) == "orders.csv: not UTF-8 text"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("orders", "r2", "r3", "orders.txt:2: restaurant: is not in restaurants.txt (got 'r3')"),
        ("orders", "\t20", "\t9", "orders.txt:2: ready_time: must not be before placement_time (got '9')"),
        (
            "orders",
            "\t10\t",
            "\t-10\t",
            "orders.txt:2: placement_time: must be from 0 to 10080 minutes (got '-10')",
        ),
        ("orders", "\t10\t", "\t1.5\t", "orders.txt:2: placement_time: must be whole minutes (got '1.5')"),
        (
            "couriers",
            "\t90",
            "\tnan",
            "couriers.txt:2: off_time: must be from 0 to 10080 minutes (got 'nan')",
        ),
        (
            "restaurants",
            "r2",
            "r1",
            "restaurants.txt:3: restaurant: stands twice, first on line 2 (got 'r1')",
        ),
        (
            "instance_parameters",
            "320",
            "0",
            "instance_parameters.txt:2: meters_per_minute: must be from 1 to 60000 m/min (got '0')",
        ),
    ],
)
def test_a_bad_instance_is_refused_with_line_column_and_value(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    bent = MDRP[f"{file}.txt"].replace(old, new, 1)
    assert said in refusal(mdrplib(tmp_path, **{file: bent})).splitlines()[0]


def test_a_folder_without_a_trace_is_refused(tmp_path: Path) -> None:
    assert "no trace in this folder: it needs the files of a kind (rappi: orders.csv" in refusal(tmp_path)
    assert refusal(tmp_path / "none").endswith("none: no such folder")


def test_a_day_is_described_by_its_facts(tmp_path: Path) -> None:
    facts = describe(read_trace(rappi(tmp_path)))
    assert (facts["orders"], facts["restaurants"], facts["shifts"], facts["peak_on_shift"]) == (3, 2, 2, 1)
    assert facts["busiest_minute"] == {"orders": 2, "from_s": 36_000}
    assert facts["longest_gap"] == {"from_s": 36_030, "length_s": 49_770}
    assert facts["past_midnight"] == {"ready": 1, "promised": 1}
    assert (facts["courier_hours_h"], facts["vehicles"]) == (4, {"bicycle": 1, "car": 1})
    assert "busiest minute     2 orders at 10:00" in rendered(facts).splitlines()


def constant(value: float) -> Callable[[str, int, int], float]:
    return lambda stream, entity, index: value


def test_scaling_up_copies_with_jitter_and_keeps_the_original(tmp_path: Path) -> None:
    day = read_trace(rappi(tmp_path))
    double = scaled(day, 2, 1, constant(0.75))
    assert double.order_ids == ("a", "c", "a#1", "c#1", "b", "b#1")
    assert double.placed[:3].tolist() == [10 * HOUR, 10 * HOUR + 30 * SECOND, 10 * HOUR + 150 * SECOND]
    assert set((double.ready - double.placed).tolist()) == {20 * MINUTE}
    assert (double.customer[2] - double.customer[0]).tolist() == pytest.approx([100, 100])
    assert double.on is not None
    assert double.on.tolist() == day.on.tolist()


def test_a_fraction_copies_those_whose_number_says_so(tmp_path: Path) -> None:
    day = read_trace(rappi(tmp_path))
    drawn = {("trace.order.extra", 1): 0.3}
    some = scaled(day, 1.4, 1, lambda stream, entity, index: drawn.get((stream, entity), 0.5))
    assert some.order_ids == ("a", "c", "c#1", "b")
    few = scaled(day, 0.4, 1, lambda stream, entity, index: drawn.get((stream, entity), 0.5))
    assert (few.order_ids, few.placed.tolist()) == (("c",), [10 * HOUR + 30 * SECOND])


def test_the_fleet_scales_apart_and_never_starts_before_the_day(tmp_path: Path) -> None:
    early = COURIERS.replace("08:00:00", "00:01:00")
    fleet = scaled(read_trace(rappi(tmp_path, couriers=early)), 1, 2, constant(0.0))
    assert fleet.order_ids == ("a", "c", "b")
    assert fleet.on.tolist() == [0, MINUTE, 9 * HOUR - 5 * MINUTE, 9 * HOUR]
    assert fleet.off.tolist() == [9 * HOUR - MINUTE, 9 * HOUR, 12 * HOUR - 5 * MINUTE, 12 * HOUR]


def test_one_is_no_change(tmp_path: Path) -> None:
    day = read_trace(rappi(tmp_path))
    assert scaled(day, 1, 1, constant(0.5)) is day


@pytest.fixture(scope="module")
def bogota() -> Trace:
    return read_trace(DATA / "rappi" / "12")


@needs_data
def test_the_day_of_bogota_has_the_facts_its_publisher_states(bogota: Trace) -> None:
    facts = describe(bogota)
    assert (facts["orders"], facts["shifts"], facts["peak_on_shift"]) == (31_199, 13_152, 8_184)
    assert facts["busiest_minute"]["orders"] == 113
    assert facts["past_midnight"] == {"ready": 9, "promised": 55}
    medians = [facts[key]["p50"] for key in ("placed_to_ready_s", "placed_to_promise_s", "trip_m")]
    assert [round(medians[0] / 60, 1), round(medians[1] / 60, 1), round(medians[2] / 1000, 1)] == [
        20.9,
        30.0,
        1.4,
    ]


@needs_data
@pytest.mark.parametrize(("city", "orders", "shifts"), [("1", 7_367, 2_392), ("4", 844, 415)])
def test_the_smaller_days_are_whole(city: str, orders: int, shifts: int) -> None:
    day = read_trace(DATA / "rappi" / city)
    assert (len(day.placed), len(day.on)) == (orders, shifts)


@needs_data
def test_every_instance_of_the_library_reads() -> None:
    folders = sorted((DATA / "mdrplib").iterdir())
    days = [read_trace(folder) for folder in folders]
    assert len(days) == 72
    speeds = {round(day.speed * 60) for day in days if day.speed is not None}
    assert speeds == {320, 427, 314, 419}

"""Instances: read as they are, or refused with file, line, column, value and rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mdrp_examples import plain, street, write_instance

from swifteats_sim.mdrp.instance import read_instance
from swifteats_sim.mdrp.library import read_instances
from swifteats_sim.scenario import ScenarioError


def test_an_instance_is_read_as_it_was_written(tmp_path: Path) -> None:
    day = street([(30, 40, 1, 5), (10, 20, 0, 6)], [2, 3], [(0, 32, 0), (5, 60, 1)])
    read = read_instance(write_instance(day, tmp_path / "street"))
    assert (read.name, read.terms) == ("street", day.terms)
    assert (read.orders, read.restaurants, read.couriers) == (day.orders, day.restaurants, day.couriers)
    for name in ("placed", "ready", "restaurant", "door", "kitchen", "on", "off", "start"):
        assert np.array_equal(getattr(read, name), getattr(day, name)), name


def test_nobody_may_write_to_an_instance() -> None:
    with pytest.raises(ValueError, match="read-only"):
        plain().ready[0] = 0


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("orders.txt", "o1\t1600", "o1\t1600.5", "orders.txt:2: x: must be a whole number (got '1600.5')"),
        ("orders.txt", "\tr1\t", "\tr7\t", "orders.txt:2: restaurant: is not in restaurants.txt (got 'r7')"),
        ("orders.txt", "\t20\n", "\t9\n", "orders.txt:2: ready_time: must not be before placement_time (got '9')"),
        ("orders.txt", "\t20\n", "\tnan\n", "orders.txt:2: ready_time: must be from 0 to 10080 minutes (got 'nan')"),
        ("orders.txt", "o1\t", "o 1\t", "orders.txt:2: order: must hold no blank (got 'o 1')"),
        ("orders.txt", "ready_time", "ready", "orders.txt:1: missing columns: ready_time"),
        ("couriers.txt", "\t120\n", "\t120\nc1\t0\t0\t9\t8\n", "couriers.txt:3: courier: stands twice, first on"),
        ("couriers.txt", "\t0\t120", "\t121\t120", "couriers.txt:2: off_time: must not be before on_time (got '120')"),
        ("couriers.txt", "c1\t0\t0\t0\t120\n", "", "couriers.txt:1: holds no row"),
        ("instance_parameters.txt", "\t4\t4\t", "\t5\t4\t", "pickup service minutes: must be even"),
        ("instance_parameters.txt", "\n320", "\n0", "meters_per_minute: must be from 1 to 60000 m/min (got '0')"),
        ("instance_parameters.txt", "pay per order", "pay", "1: missing columns: pay per order"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    folder = write_instance(plain(), tmp_path / "day")
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(ScenarioError) as refused:
        read_instance(folder)
    assert said in str(refused.value)


def test_a_folder_is_an_instance_or_holds_some_by_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_instance(plain(), tmp_path / name)
    (tmp_path / "else").mkdir()
    assert [each.name for each in read_instances(tmp_path)] == ["a", "b"]
    assert [each.name for each in read_instances(tmp_path / "b")] == ["b"]


def test_all_that_is_wrong_with_several_instances_is_said_at_once(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_instance(plain(), tmp_path / name)
    (tmp_path / "a" / "orders.txt").unlink()
    (tmp_path / "c" / "couriers.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError) as refused:
        read_instances(tmp_path)
    first, second = str(refused.value).splitlines()
    assert first.endswith("a/orders.txt: No such file or directory")
    assert second.endswith("c/couriers.txt: not UTF-8 text")


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_without_instances_is_refused(tmp_path: Path, make: bool) -> None:
    folder = tmp_path / "none"
    if make:
        folder.mkdir()
    with pytest.raises(ScenarioError, match="holds no instance" if make else "No such file"):
        read_instances(folder)

"""`size --storage` as its users meet it: tables to read, JSON for programs, a message for what is not answered."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "swifteats_sim", "size"]
CITY = """\
name: small
duration: 10 min
city:
  geos:
    centre: {kind: dense, area: 9 km2, restaurants: 12, drivers: 30}
demand:
  orders: {rate: 6/min}
stack: {extends: design}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "city.yaml").write_text(CITY, encoding="utf-8")
    return tmp_path


def size(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_storage_of_a_scenario_stands_first(folder: Path) -> None:
    done = size(folder, "city.yaml", "--storage", "--hot-days", "30")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        """\
Scenario small
kept                  rows       raw  1.5x index  2x index    and x3  a row
restaurants             12    3.6 MB      5.4 MB    7.2 MB   21.6 MB  300 kB
items                  600     60 MB       90 MB    120 MB    360 MB  100 kB
drivers                 30      6 MB        9 MB     12 MB     36 MB  200 kB
without orders               69.6 MB    104.4 MB  139.2 MB  417.6 MB
orders, 30 d       259,200  51.84 GB    77.76 GB  103.7 GB    311 GB  200 kB
with orders                 51.91 GB    77.86 GB  103.8 GB  311.5 GB
fixes, 90 d     46,656,000     16 GB       24 GB  32.01 GB  96.02 GB  343 B
with fixes                  67.91 GB    101.9 GB  135.8 GB  407.5 GB

Scenario small: growth
comes   rows a day  raw a day  2x index    and x3  raw a year  kept for
orders       8,640   1.728 GB  3.456 GB  10.37 GB    630.7 GB  30 d
fixes      518,400   177.8 MB  355.6 MB  1.067 GB     64.9 GB  90 d

The owner's figures, for 150,000 km2
"""
    )


def test_the_notes_total_is_set_right(folder: Path) -> None:
    lines = size(folder, "city.yaml", "--storage").stdout.splitlines()
    assert "#161     11 TB   9.19 TB  no: 16 % less   all, 2x index, without orders" in lines
    assert "#161     33 TB  105.3 TB  no: 219 % more  all, 2x index, x3, 90 d of orders" in lines
    assert "#162        2.        3.  no              items, by size, without orders" in lines
    assert "#163     75 TB  77.76 TB  yes             90 d of orders, 2x index, x3" in lines


def test_measured_rows_stand_beside_the_owners(folder: Path) -> None:
    lines = size(folder, "city.yaml", "--storage").stdout.splitlines()
    assert "order                 200 kB  109.8 B" in lines
    assert "order in the archive  200 kB  5.9 B" in lines


def test_piped_text_is_plain_and_80_columns_wide(folder: Path) -> None:
    text = size(folder, "city.yaml", "--storage").stdout
    assert not re.search("[\x00-\x09\x0b-\x1f]", text)
    assert max(map(len, text.splitlines())) <= 80


def test_json_is_in_bytes(folder: Path) -> None:
    found = json.loads(size(folder, "city.yaml", "--storage", "--json").stdout)
    assert list(found) == ["path", "name", "scenario", "owner", "figures", "noted", "measured_bytes_a_row"]
    assert found["scenario"]["standing"][0] == {"name": "restaurants", "rows": 12, "size": 300_000, "raw": 3_600_000}
    assert found["owner"]["orders"]["full"]["raw"] == 12_960_000_000_000
    assert found["owner"]["raw_with_orders"] == 17_555_000_000_000
    assert found["figures"]["copies"] == {"index": [1.5, 2.0], "replicas": 3, "backup": 1}
    assert {each["ref"]: each["holds"] for each in found["noted"]}["#161"] is False


def test_settings_are_obeyed(folder: Path) -> None:
    done = size(folder, "city.yaml", "--storage", "--json", "--set", "demand.orders.rate=1/min", "--set", "seed=2")
    assert json.loads(done.stdout)["scenario"]["orders"]["rows_a_day"] == 1_440


def test_a_stack_alone_gets_the_owners_figures_and_is_told(folder: Path) -> None:
    done = size(folder, str(ROOT / "scenarios/theory/mm1_rho80.yaml"), "--storage")
    assert done.stdout.startswith("The owner's figures, for 150,000 km2\n")
    assert "all figures are\n  the owner's." in done.stdout
    as_json = size(folder, str(ROOT / "scenarios/theory/mm1_rho80.yaml"), "--storage", "--json")
    assert json.loads(as_json.stdout)["scenario"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("city.yaml",),
            "size: say what to size: --storage, rows and bytes of what the platform keeps (nothing else is answered)\n",
        ),
        (("none.yaml", "--storage"), "none.yaml: no such file\n"),
        (("city.yaml", "--storage", "--set", "seed"), "--set seed: write PATH=VALUE\n"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_line(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    done = size(folder, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


def test_a_window_is_at_least_a_day(folder: Path) -> None:
    done = size(folder, "city.yaml", "--storage", "--hot-days", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--hot-days" in done.stderr

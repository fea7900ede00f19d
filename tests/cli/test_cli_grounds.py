"""What is wrong with the maps of a scenario is said by `validate`, where it stands, and by `run` before it runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from swifteats_sim.cli.main import app

CITY = """\
name: small
duration: 1 min
city:
  geos:
    centre: {kind: dense, map: reykjavik, restaurants: 2, drivers: 3}
demand:
  orders: {rate: 6/min}
stack: {extends: design}
"""
DAY = """\
name: small
duration: 1 min
city: {geos: {centre: {kind: dense, map: reykjavik}}}
demand: {trace: .}
stack: {extends: design}
"""
ORDERS = """\
order_id,pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng,\
placement_time,preparation_time,ready_time,expected_drop_off_time
a,64.1440,-21.9400,64.3400,-21.9200,00:01:00,00:02:00,00:20:00,00:50:00
"""
COURIERS = "courier_id,vehicle,on_lat,on_lng,on_time,off_time\n1,car,64.1410,-21.9300,00:00:00,02:00:00\n"


def said(command: str, text: str, folder: Path, *settings: str) -> tuple[int, str]:
    """Exit code, and what it printed without the folder."""
    (folder / "city.yaml").write_text(text)
    words = [word for setting in settings for word in ("--set", setting)]
    done = CliRunner().invoke(app, [command, str(folder / "city.yaml"), "--quiet", *words])
    return done.exit_code, done.output.replace(f"{folder}/", "").strip()


@pytest.mark.parametrize("command", ["validate", "run"])
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("reykjavik", "reykjavk", "centre.map: unknown map 'reykjavk'; did you mean 'reykjavik'?"),
        ("reykjavik", "text.parquet", "centre.map: is no map: cannot be read as Parquet"),
        (
            "map: reykjavik",
            "map: grid, area: 50000 km2",
            "centre.area: area 50000.0 km2: must be above 0 and below 40000 km2",
        ),
        (
            "reykjavik",
            "reykjavik, cells: ['88075dd591fffff']",
            "centre.cells: no node of reykjavik lies in these cells",
        ),
    ],
)
def test_a_map_that_cannot_be_is_named_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, old: str, new: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.parquet").write_text("I am no map")
    assert said(command, CITY.replace(old, new), tmp_path) == (2, f"city.yaml:5: city.geos.{message}")
    assert not (tmp_path / "outputs").exists()


def test_a_map_from_the_command_line_is_named_there(tmp_path: Path) -> None:
    code, text = said("validate", CITY, tmp_path, "city.geos.centre.map=reykjavk")
    assert (code, text) == (2, "--set city.geos.centre.map: unknown map 'reykjavk'; did you mean 'reykjavik'?")
    code, text = said("validate", CITY.replace("map: reykjavik", "map: null"), tmp_path, "city.map=icelnd")
    assert (code, text) == (2, "--set city.map: unknown map 'icelnd'; did you mean 'iceland'?")


def test_a_recorded_day_that_is_not_of_this_city_is_named(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "couriers.csv").write_text(COURIERS)
    code, text = said("validate", DAY, tmp_path)
    assert code == 2
    assert text.startswith(f"{tmp_path}: order 0 at longitude ")
    assert "m from the nearest node of reykjavik, more than 500 m; see city.snap" in text


@pytest.mark.parametrize("streets", ["map: reykjavik", "map: grid, area: 4 km2", "area: 4 km2"])
def test_a_city_that_can_be_is_in_order(tmp_path: Path, streets: str) -> None:
    text = CITY.replace("map: reykjavik", streets)
    assert said("validate", text, tmp_path) == (0, "city.yaml: ok (small, 0 targets)")

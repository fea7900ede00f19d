"""`defects`: one file for each, every one of them tried by a test, and a small city that has none."""

from __future__ import annotations

from pathlib import Path

import pytest
from defect_pairs import FILES, FOLDER, SMALL_CITY, switched_off
from scenario_runs import rehearsed, shipped, values

HERE = Path(__file__).parent


def test_every_file_is_tried() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in sorted(HERE.glob("test_scenarios_defects_*.py")))
    assert [name for name in FILES if f'"{name}"' not in told] == []


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_says_turns_its_defect_off_changes_the_scenario(name: str) -> None:
    path = FOLDER / f"{name}.yaml"
    assert shipped(path) != shipped(path, *switched_off(name))
    assert shipped(path).name == name.replace("_", "-")
    assert f"#   --set {switched_off(name)[0].split('=')[0]}=" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("orders", ["2.4/min", "6/min"])
def test_the_small_city_has_no_defect_at_ease_or_overrun(orders: str) -> None:
    """60 drivers hold 4/min or so: with 6/min orders wait for drivers, and still nothing is wrong with the rules."""
    found = rehearsed(FOLDER / f"{SMALL_CITY}.yaml", f"demand.orders.rate={orders}")
    assert [each.id for each in found.findings if each.id.startswith("defect-")] == []
    assert values(found)["orders.delivered.count"] > 50

"""Measured rows take the place of the notes' wherever a service names them; laws in files stand beside their writer."""

from __future__ import annotations

from pathlib import Path

import pytest

from swifteats_sim.scenario import Scenario, ScenarioError, load
from swifteats_sim.scenario.actions import Delay, Visit

STACK = """
stations: {cache: {}, api: {}}
flows:
  menu:
    arrivals: exponential(1 s)
    steps:
      - {at: cache, budget: menu, service: {cache_get: "2 ms", network: "1 ms"}}
      - {at: api, budget: other, service: {cache_get: "7 ms"}}
      - {at: api, service: "8 ms"}
      - branch:
          - {share: 100 %, steps: [{delay: {cache_get: "3 ms"}, budget: menu}]}
"""


def loaded(folder: Path, stack: str, more: str = "") -> Scenario:
    (folder / "measured").mkdir(exist_ok=True)
    (folder / "measured" / "stack.yaml").write_text(stack, encoding="utf-8")
    text = f"name: x\nduration: 10 s\nstack: {{extends: measured/stack.yaml{more}}}\n"
    (folder / "x.yaml").write_text(text, encoding="utf-8")
    return load(folder / "x.yaml")


def laws(scenario: Scenario) -> list[str]:
    """Every law of the flow, in order."""
    first, second, third, branch = scenario.stack.flows["menu"].steps
    inside = branch.branch[0].steps[0]  # type: ignore[union-attr]
    assert isinstance(first, Visit)
    assert isinstance(second, Visit)
    assert isinstance(third, Visit)
    assert isinstance(inside, Delay)
    services = (first.service, second.service, third.service, inside.delay)
    return [f"{name} {law}" for service in services for name, law in service.items()]


def test_a_row_is_replaced_wherever_it_is_named_and_nowhere_else(tmp_path: Path) -> None:
    before = ["cache_get 2 ms", "network 1 ms", "cache_get 7 ms", "service 8 ms", "cache_get 3 ms"]
    assert laws(loaded(tmp_path, STACK)) == before
    after = ["cache_get 9 us", "network 1 ms", "cache_get 7 ms", "service 8 ms", "cache_get 9 us"]
    assert laws(loaded(tmp_path, STACK + 'budgets: {menu: {cache_get: "9 us"}}')) == after
    assert laws(loaded(tmp_path, STACK, ', budgets: {menu: {cache_get: "9 us"}}')) == after


def test_a_row_that_no_service_names_is_an_error_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        loaded(tmp_path, STACK + 'budgets:\n  menu:\n    cache_gte: "9 us"\n')
    assert "stack.yaml:14" in str(caught.value)
    assert "stack.budgets.menu.cache_gte" in str(caught.value)
    assert "did you mean 'menu.cache_get'" in str(caught.value)


def test_a_budget_that_is_no_mapping_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"stack\.budgets"):
        loaded(tmp_path, STACK + "budgets: [1]\n")
    with pytest.raises(ScenarioError, match=r"stack\.budgets\.menu"):
        loaded(tmp_path, STACK + 'budgets: {menu: "9 us"}\n')


def test_a_wrong_law_is_an_error_where_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"stack\.yaml:12") as caught:
        loaded(tmp_path, STACK + "budgets: {menu: {cache_get: 9}}\n")
    assert "9" in str(caught.value)


def test_a_law_in_a_file_stands_beside_the_file_that_writes_it(tmp_path: Path) -> None:
    (tmp_path / "measured").mkdir()
    (tmp_path / "measured" / "times.txt").write_text("# unit: ms\n1\n3\n", encoding="utf-8")
    scenario = loaded(tmp_path, STACK + "budgets: {menu: {cache_get: empirical(times.txt)}}\n")
    step = scenario.stack.flows["menu"].steps[0]
    assert isinstance(step, Visit)
    assert step.service["cache_get"].values == (0.001, 0.003)
    assert str(step.service["cache_get"]) == "empirical(measured/times.txt)"  # the same from every folder

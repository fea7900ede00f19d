"""A sample of the swarm (see `swarm.py` for thousands), and that it would find what is wrong."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from random_cities import cities
from random_stacks import stacks
from swarm import Settings, attempt, fails, settings_of, shrunk
from swarm_of_trees import search, told
from swarm_settings import BASE, VARIANTS
from typer.testing import CliRunner

from swifteats_sim.cli.main import app
from swifteats_sim.domain import delivery
from swifteats_sim.domain.effects import Read, Rule
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import ORDERS
from swifteats_sim.engine.job import WAIT
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.steps import Delay
from swifteats_sim.policies.nearest import Nearest

SAMPLE, PART = 300, 20


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SAMPLE, PART))
def test_no_small_random_scenario_breaks_an_invariant_or_crashes(first: int) -> None:
    failures = [failure for number in range(first, first + PART) if (failure := fails(number)) is not None]
    assert [f"{each.what}\n{each.command}" for each in failures] == []


ONCE_FAILED: dict[str, Settings] = {
    "an order was closed while its driver reported that he was there": (
        ("seed", "1712"), ("city.kitchens.estimate_bias", "-50 %"), ("city.drivers.accept", "30 %"),
        ("city.drivers.answer", "0 s"), ("city.customers.patience", "30 s"), ("assignment.live_fix", "2 s"),
        ("stack.stations.database", "{concurrency: 8, pauses: [{at: 3 min, for: 30 s}]}"),
    ),
}  # fmt: skip
"""What the swarm has found, as it told it."""


@pytest.mark.parametrize("story", ONCE_FAILED)
def test_what_once_failed_does_not_any_longer(story: str) -> None:
    assert attempt(0, ONCE_FAILED[story]) is None


def test_a_scenario_is_made_of_its_number_alone() -> None:
    assert settings_of(4) == settings_of(4)
    assert settings_of(4) != settings_of(6)
    switches = {*VARIANTS} - {"ordering.inventory", "ordering.publish"}
    assert not any(switches & dict(settings_of(number)).keys() for number in range(0, 200, 2))
    assert {path for number in range(1, 200, 2) for path, _ in settings_of(number)} >= switches


def test_of_a_failing_scenario_only_the_settings_that_matter_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def rank(self: Nearest, candidates: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(Nearest, "rank", rank)
    settings = (("seed", "2"), ("city.drivers.accept", "60 %"), ("assignment.policy", "nearest"))
    failure = attempt(2, settings)
    assert failure is not None
    assert shrunk(failure).settings == (("assignment.policy", "nearest"),)


def test_the_swarm_finds_a_driver_who_is_forgotten_and_tells_it_shortly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Planted: nobody frees the driver of a cancelled order. The command that is told shows what was found."""

    def free_driver(held: Held, *_: object) -> Rule[None]:
        yield Read(((ORDERS, held.order),))

    monkeypatch.setattr(delivery, "free_driver", free_driver)
    found = next(failure for number in range(0, 60, 2) if (failure := fails(number)))
    assert found.kind == "drivers freed"
    assert len(found.settings) <= 3 < len(settings_of(found.number))
    monkeypatch.chdir(tmp_path)
    Path("swarm.yaml").write_text(BASE, encoding="utf-8")
    done = CliRunner().invoke(app, shlex.split(found.command)[1:])
    assert done.exit_code == 1
    assert done.stderr.splitlines()[0] == found.what


def test_random_stacks_and_cities_break_nothing() -> None:
    assert search(stacks(), 30) is None
    assert search(cities(), 5) is None


@pytest.mark.slow
def test_a_step_that_forgets_its_jobs_is_found_in_a_stack_and_shrunk_to_that_step(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Delay, "take", lambda *_: WAIT)
    found = search(stacks(), 30, engine="reference")
    assert found is not None
    assert found.kind == "flows"
    (flow,) = found.tree["stack"]["flows"].values()
    assert len(flow["steps"]) == 1
    assert json.dumps(flow["steps"]).count('"delay"') == 1
    assert len(json.dumps(found.tree)) < 500
    command = told(found, tmp_path / "found.yaml").splitlines()[1]
    done = CliRunner().invoke(app, [*shlex.split(command)[1:], "--engine", "reference"])
    assert (done.exit_code, done.stderr.splitlines()[0]) == (1, found.what)


def test_engines_that_differ_are_a_failure_too(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = (("seed", "2"), ("city.drivers.accept", "60 %"))
    assert attempt(2, settings, both=True) is None
    true = Station.visit
    late = lambda *arguments, **options: (true(*arguments, **options)[0], true(*arguments, **options)[1] + 1)  # noqa: E731
    monkeypatch.setattr(Station, "visit", late)
    found = attempt(2, settings, both=True)
    assert found is not None
    assert shrunk(found)[1:] == ("engines", "the engines differ", ())

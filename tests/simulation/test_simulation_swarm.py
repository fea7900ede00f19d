"""A sample of the swarm (see `swarm.py` for thousands), and that it would find what is wrong."""

from __future__ import annotations

import pytest
from swarm import attempt, fails, settings_of, shrunk
from swarm_settings import VARIANTS

from swifteats_sim.domain import delivery
from swifteats_sim.domain.effects import Read, Rule
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import ORDERS
from swifteats_sim.policies.nearest import Nearest

SAMPLE, PART = 300, 20


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SAMPLE, PART))
def test_no_small_random_scenario_breaks_an_invariant_or_crashes(first: int) -> None:
    failures = [failure for number in range(first, first + PART) if (failure := fails(number)) is not None]
    assert [f"{each.what}\n{each.command}" for each in failures] == []


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


def test_the_swarm_finds_a_driver_who_is_forgotten_when_his_order_is_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def free_driver(held: Held, *_: object) -> Rule[None]:
        yield Read(((ORDERS, held.order),))

    monkeypatch.setattr(delivery, "free_driver", free_driver)
    found = next(failure for number in range(0, 60, 2) if (failure := attempt(number, settings_of(number))))
    assert found.kind == "drivers freed"

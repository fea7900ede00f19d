"""The library itself, where it is at hand: the product against the literature."""

from __future__ import annotations

from pathlib import Path

import pytest
from mdrp_examples import LIBRARY

from swifteats_sim.mdrp.benchmark import solve
from swifteats_sim.mdrp.effects import Change, of_factors, of_policy
from swifteats_sim.mdrp.judging import performances
from swifteats_sim.mdrp.library import read_instances
from swifteats_sim.mdrp.metrics import Performance
from swifteats_sim.mdrp.published import BUNDLING, COMMITMENT, PREPARATION, SHIFTS, TABLE_4, TRAVEL
from swifteats_sim.mdrp.rolling_horizon import RollingHorizon

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LIBRARY.is_dir(), reason="../shared/data/mdrplib with the library's instances is absent"),
]


def run(folder: Path, policy: RollingHorizon) -> dict[str, Performance]:
    """Every instance solved, written, read back and audited."""
    judged = [solve(instance, policy, folder) for instance in read_instances(LIBRARY)]
    assert [(each.instance, each.violations) for each in judged if each.violations] == []
    return performances(judged)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Performance]:
    return run(tmp_path_factory.mktemp("solutions"), RollingHorizon())


@pytest.fixture(scope="module")
def changes(
    measured: dict[str, Performance], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Change]:
    folder = tmp_path_factory.mktemp("arms")
    arms = (run(folder, RollingHorizon(bundles=False)), run(folder, RollingHorizon(two_stage=False)))
    found = of_factors(measured) + of_policy(measured, *arms)
    return {(each.effect, each.measure): each for each in found}


def mean(measured: dict[str, Performance], measure: str, names: list[str]) -> float:
    return float(sum(getattr(measured[name], measure) for name in names)) / len(names)


def test_all_72_instances_keep_the_rules_and_every_order_is_delivered(measured: dict[str, Performance]) -> None:
    assert len(measured) == 72
    assert {performance.undelivered_pct for performance in measured.values()} == {0}


def test_on_table_4_it_beats_the_published_heuristic_by_more_than_half_of_its_gap(
    measured: dict[str, Performance],
) -> None:
    """Asked for are 31.88 and 1.40 (the heuristic's), aimed at are 31.3 and 1.3; the optimum is 30.67 and 0.66."""
    names = list(TABLE_4)
    assert mean(measured, "undelivered_pct", names) == 0
    assert mean(measured, "click_to_door", names) <= 31.1
    assert mean(measured, "ready_to_pickup", names) <= 1.1


def test_nobody_is_better_than_who_knows_the_future(measured: dict[str, Performance]) -> None:
    """A control of the arithmetic: an optimum that is beaten is a rule that is broken (it is published to 0.01 min)."""
    for name, gap in TABLE_4.items():
        assert measured[name].click_to_door >= gap.exact_click_to_door - 0.005


@pytest.mark.parametrize(
    ("effect", "measure", "within"),
    [
        (SHIFTS, "click_to_door", 0.5), (SHIFTS, "ready_to_pickup", 0.5), (TRAVEL, "click_to_door", 0.5),
        (TRAVEL, "ready_to_pickup", 0.5), (TRAVEL, "cost", 0.1), (PREPARATION, "click_to_door", 0.5),
        (BUNDLING, "ready_to_pickup", 0.5), (BUNDLING, "undelivered_pct", 0.5), (BUNDLING, "cost", 0.2),
        (COMMITMENT, "click_to_door", 0.5), (COMMITMENT, "ready_to_pickup", 0.5),
    ],
)  # fmt: skip
def test_published_effects_have_their_sign_and_rough_size(
    changes: dict[tuple[str, str], Change], effect: str, measure: str, within: float
) -> None:
    """within : minutes, percent or pay by which the paired difference may be off the published one."""
    found = changes[effect, measure]
    a, b = found.published
    assert found.agrees == "yes"
    assert found.difference.value == pytest.approx(b - a, abs=within)


def test_what_the_paper_finds_unchanged_is_unchanged(changes: dict[tuple[str, str], Change]) -> None:
    """Longer preparation leaves the food's wait and the cost alone."""
    assert abs(changes[PREPARATION, "ready_to_pickup"].difference.value) <= 0.1
    assert abs(changes[PREPARATION, "cost"].difference.value) <= 0.05

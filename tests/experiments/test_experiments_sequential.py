"""Replications until the answer is as sure as was asked: how many, which, and when it is given up."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from swifteats_sim.experiments import Look, Precision, Rehearsal, rehearse, save
from swifteats_sim.experiments.sequential import Seen, first_count, look, watched
from swifteats_sim.experiments.sequential_words import still_missing
from swifteats_sim.results.pairing import Values
from swifteats_sim.results.statistics import estimates
from swifteats_sim.scenario import Scenario, load
from swifteats_sim.scenario.targets import Targets

QUEUE = Path(__file__).parents[2] / "scenarios" / "theory" / "mm1_rho80.yaml"
WAIT = "call.wait.mean"


def queue(targets: dict[str, tuple[str, ...]] | None = None, *settings: tuple[str, str]) -> Scenario:
    """The shipped M/M/1, some minutes long; targets : in place of its own."""
    scenario = load(QUEUE, [("warmup", "60 s"), ("duration", "240 s"), ("replications", "1"), *settings])
    return scenario if targets is None else scenario.model_copy(update={"targets": Targets(targets)})


ONE_METRIC = queue({"call.wait": ("mean > 0 s",)})


def counts(values: list[float], precision: Precision, declared: int = 1) -> list[int]:
    """The rounds that these values of one metric would have led to."""
    scenario = ONE_METRIC.model_copy(update={"replications": declared})
    upto, rounds = first_count(scenario, precision), list[int]()
    measured: Values = [{WAIT: each} for each in values]
    while upto is not None:
        rounds.append(upto)
        upto = look(scenario, precision, Seen(measured[:upto], [], {})).last.next  # type: ignore[assignment]
    return rounds


def found_and_told(scenario: Scenario, precision: Precision, workers: int = 1) -> tuple[Rehearsal, list[Look]]:
    told: list[Look] = []
    return rehearse(scenario, workers, precision=precision, looked=told.append), told


def test_values_that_never_vary_are_sure_after_the_least_number() -> None:
    assert counts([0.4] * 10, Precision(0.02)) == [10]


def test_a_scenario_s_own_number_is_the_least_where_it_is_larger() -> None:
    assert counts([0.4] * 30, Precision(0.02), declared=30) == [30]
    assert counts([0.4] * 20, Precision(0.02, most=20), declared=30) == [20]


def test_rounds_bring_what_seems_needed_but_never_more_than_there_are() -> None:
    values = (1 + 0.1 * np.random.default_rng(1).standard_normal(400)).tolist()
    rounds = counts(values, Precision(0.02))
    assert rounds[:2] == [10, 20]
    assert all(later <= 2 * sooner and later - sooner >= 5 for sooner, later in pairwise(rounds))
    assert 75 <= rounds[-1] <= 130  # 99 if they are spread as all are: (t x 10 % / 2 %)^2


def test_the_cap_is_the_cap() -> None:
    assert counts([1.0, 9.0] * 100, Precision(0.02, most=33))[-1] == 33


def test_means_about_0_do_not_run_for_ever() -> None:
    assert counts([-1.0, 1.0] * 100, Precision(0.02, most=40))[-1] == 40


def test_stopping_early_costs_little_of_what_the_interval_promises() -> None:
    """Of normal values 5 % wide, 2,000 times: one that is stopped at 2 % holds the truth in 93 % of cases or more."""
    chance, held = np.random.default_rng(20240901), 0
    for _ in range(2000):
        values = (1 + 0.05 * chance.standard_normal(60)).tolist()
        last = counts(values, Precision(0.02, most=60))[-1]
        interval = estimates([{WAIT: each} for each in values[:last]])[WAIT].ci95
        assert interval is not None
        held += interval[0] <= 1.0 <= interval[1]
    assert held / 2000 >= 0.93


def test_a_metric_that_hangs_on_a_growing_backlog_is_not_waited_for() -> None:
    busy = queue({"call.latency": ("mean < 1 h",)}, ("stack.flows.call.arrivals", "exponential(80 ms)"))
    found, told = found_and_told(busy, Precision(0.01))
    assert [each.replications for each in told] == [10]
    assert told[0].excused == ("call.latency.mean",)
    assert found.judgements[0].verdict == "saturated"
    assert "No number of replications tells call.latency.mean: a backlog grows." in found.findings[-1].text


def test_what_some_replications_never_saw_is_said_and_not_waited_for() -> None:
    """A call in 100 s, for 240 s: some replications have none."""
    idle = queue({"call.latency": ("mean < 1 h",)}, ("stack.flows.call.arrivals", "exponential(100 s)"))
    found, told = found_and_told(idle, Precision(0.5))
    assert told[-1].gappy == ("call.latency.mean",)
    assert (found.reached is not None and found.reached.sure, found.exit_code) == (False, 98)
    assert "call.latency.mean has no data in some replications" in found.findings[-1].text


def test_equalities_need_no_precision() -> None:
    found, told = found_and_told(queue({"call.rejected": ("ratio == 0 %",)}), Precision(0.01))
    assert [each.replications for each in told] == [10]
    assert (found.exit_code, found.findings[-1].id) == (0, "precision")
    assert "no target has an interval to be made narrower" in found.findings[-1].text


def test_without_targets_the_mean_latency_of_each_flow_is_to_be_sure() -> None:
    scenario = queue({})
    found, told = found_and_told(scenario, Precision(0.2))
    assert found.reached is not None
    assert [each.metric for each in found.reached.widths] == ["call.latency.mean"]
    assert found.reached.widths[0].share <= 0.2
    assert told[-1].next is None


def test_of_a_city_it_is_what_is_delivered_and_how_long_it_takes() -> None:
    names = ["delivery.click_to_door.mean", "orders.delivered.rate", "station.desk.latency.mean", "menu.latency.mean"]
    assert watched(estimates([dict.fromkeys(names, 1.0)])) == (
        "orders.delivered.rate", "delivery.click_to_door.mean", "menu.latency.mean",
    )  # fmt: skip


def test_the_number_of_processes_changes_nothing() -> None:
    scenario, precision = queue({"call.wait": ("mean < 2 s",)}), Precision(0.1)
    (one, told), (two, also_told) = (found_and_told(scenario, precision, workers) for workers in (1, 2))
    assert len(told) > 1
    assert (one.digest, told) == (two.digest, also_told)


def test_the_scenario_found_repeats_the_run_without_asking_for_precision() -> None:
    found, told = found_and_told(queue({"call.wait": ("mean < 2 s",)}), Precision(0.2))
    assert found.scenario.replications == told[-1].replications == len(found.tables)
    assert rehearse(found.scenario).digest == found.digest


def test_the_folder_says_what_was_asked_and_what_was_got(tmp_path: Path) -> None:
    found, told = found_and_told(queue({"call.wait": ("mean < 2 s",)}), Precision(0.01, most=12))
    folder = save(found, tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["replications"] == told[-1].replications == 12
    assert {key: manifest["precision"][key] for key in ("asked", "cap", "sure")} == {
        "asked": 0.01,
        "cap": 12,
        "sure": False,
    }
    assert list(manifest["precision"]["found"]) == [WAIT]
    assert load(folder / "scenario.yaml").replications == 12
    once = json.loads((save(rehearse(queue()), tmp_path) / "manifest.json").read_text(encoding="utf-8"))
    assert once["precision"] is None


def test_at_the_cap_the_least_sure_metric_is_named_with_what_it_would_take() -> None:
    found, told = found_and_told(queue({"call.wait": ("mean < 20 s",)}), Precision(0.01, most=12))
    assert (found.judgements[0].verdict, found.exit_code) == ("pass", 98)
    assert found.findings[-1].id == "not-enough-evidence"
    assert found.findings[-1].text.startswith(
        "Not enough evidence: 1 % was asked; after 12 replications, the most allowed: call.wait.mean is known to "
    )
    assert " replications would do." in found.findings[-1].text
    assert still_missing(told[0], Precision(0.01, most=12)).endswith("1 % asked; 12 next")
    assert still_missing(told[-1], Precision(0.01, most=12)).endswith("1 % asked; the cap of 12")


def test_a_failed_target_stays_failed_however_sure() -> None:
    found, _ = found_and_told(queue({"call.wait": ("mean < 1 ms",)}), Precision(0.01, most=12))
    assert found.exit_code == 99


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, float("nan"), float("inf")])
def test_a_precision_that_nobody_could_keep_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="a precision must be more than 0 % and less than 100 %"):
        Precision(share)


@pytest.mark.parametrize("most", [0, 9, 10_001])
def test_a_cap_leaves_room_for_the_least_number(most: int) -> None:
    with pytest.raises(ValueError, match=f"the cap must be at least 10 and at most 10,000 replications, got {most:,}"):
        Precision(0.1, most)

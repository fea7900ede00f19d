"""Two scenarios on the same random numbers: pairs by hand, and a queue whose difference is known exactly."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from swifteats_sim.experiments import rehearse
from swifteats_sim.experiments.comparing import Comparison, Side, compare
from swifteats_sim.experiments.comparing_tables import MOST, comparison_markdown, comparison_rich, selected
from swifteats_sim.experiments.comparing_words import between, only_shown, sentences, signed
from swifteats_sim.experiments.saving_comparison import data, document, save_comparison
from swifteats_sim.results.findings import Finding
from swifteats_sim.results.pairing import Values
from swifteats_sim.results.verdict import Judgement, Verdict
from swifteats_sim.scenario import load

ROOT = Path(__file__).parents[2]
QUEUE = ROOT / "scenarios/theory/mm1_rho80.yaml"
SERVICE = ("stack.flows.call.steps.0.service", "exponential(95.238095 ms)")
DECLARED = load(QUEUE)


def side(*measured: dict[str, float], seed: int = 1, own: tuple[int, int] | None = None, **changes: Any) -> Side:
    scenario = DECLARED.model_copy(update={"seed": seed, "replications": len(measured)})
    parts: dict[str, Any] = {"judgements": (), "findings": (), "digest": "00" * 32, **changes}
    return Side("queue.yaml", scenario, *(own or (seed, len(measured))), measured, **parts)


def judged(*verdicts: Verdict) -> tuple[Judgement, ...]:
    pairs = zip(DECLARED.conditions, verdicts, strict=False)
    return tuple(Judgement(target, None, None, verdict, target.unit, "") for target, verdict in pairs)


def runs(**metrics: tuple[float, ...]) -> Values:
    """Replications from columns: `call_wait_mean=(1, 2)`."""
    names = [name.replace("_", ".") for name in metrics]
    return [dict(zip(names, row, strict=True)) for row in zip(*metrics.values(), strict=True)]


def compared(a: Values, b: Values) -> Comparison:
    return compare(side(*map(dict, a)), side(*map(dict, b)))


def test_every_metric_of_both_is_paired_and_the_rest_is_listed() -> None:
    a = [
        {"call.wait.mean": 1.0, "call.wait.p50": 2.0, "call.wait.p99": 3.0},
        {"call.wait.mean": 2.0, "call.wait.p99": 3.0},
    ]
    b = [{"call.wait.mean": 3.0, "call.wait.p99": 3.0, "call.wait.max": 9.0}, {"call.wait.mean": 5.0}]
    found = compared(a, b)
    (only,) = found.contrasts
    assert (only.metric, only.a.value, only.b.value, only.difference.value) == ("call.wait.mean", 1.5, 4.0, 2.5)
    assert only.difference.per_replication == (2.0, 3.0)
    assert only.relative == pytest.approx(2.5 / 1.5)
    assert (found.only_a, found.only_b, found.gappy) == (("call.wait.p50",), ("call.wait.max",), ("call.wait.p99",))
    said = " ".join(sentences(found))
    assert "Only A has call.wait.p50. Only B has call.wait.max." in said
    assert "Not in every replication, and not compared: call.wait.p99." in said


def test_a_metric_has_moved_when_its_interval_leaves_nothing_out() -> None:
    found = compared(
        runs(call_wait_mean=(1, 1, 1), call_wait_p50=(1, 1, 1), call_wait_p99=(1, 1, 1)),
        runs(call_wait_mean=(2, 2.1, 2.2), call_wait_p50=(1, 1.2, 0.7), call_wait_p99=(1, 1, 1)),
    )
    assert [each.moved for each in found.contrasts] == [True, False, False]
    said = sentences(found)[-1]
    assert said.startswith("1 metric moved beyond its interval, of 3; most of all call.wait.mean +1.1 s (+110 %)")
    assert said.endswith("(chance alone would move about 0 of those that differ at all).")


def test_one_replication_shows_no_interval_and_says_so() -> None:
    found = compared(runs(call_wait_mean=(1.0,)), runs(call_wait_mean=(2.0,)))
    (only,) = found.contrasts
    assert (only.difference.ci95, only.moved, only.stands_out) == (None, None, True)
    assert "One replication has no interval: nothing tells a difference from chance." in sentences(found)[-1]
    assert "| none          |" in comparison_markdown(found.contrasts)


def test_what_was_nothing_has_no_relative_change_and_comes_first() -> None:
    found = compared(
        runs(call_wait_mean=(1, 1), call_wasted_count=(0, 0), call_stale_count=(0, 0)),
        runs(call_wait_mean=(9, 9), call_wasted_count=(0, 0), call_stale_count=(2, 2)),
    )
    assert [each.relative for each in found.contrasts] == [8.0, 0.0, None]
    assert "most of all call.stale.count +2 (from 0); call.wait.mean +8 s (+800 %) (" in sentences(found)[-1]


def test_a_fall_from_below_zero_is_a_fall() -> None:
    (only,) = compared(runs(eta_error_mean=(-10.0,)), runs(eta_error_mean=(-15.0,))).contrasts
    assert only.relative == -0.5


def test_judged_metrics_come_first_then_what_moved_most() -> None:
    names = [f"station.s{number}.wait.mean" for number in range(30)]
    a = [{"call.wait.mean": 1.0, **dict.fromkeys(names, 1.0)}] * 2
    moved = {name: 1.0 + number / 10 for number, name in enumerate(names)}
    b = [{"call.wait.mean": 1.0, **moved}] * 2
    verdicts = judged("pass")
    found = compare(side(*a, judgements=verdicts), side(*b, judgements=verdicts))
    rows, left_out = selected(found)
    assert [each.metric for each in rows] == ["call.wait.mean", *names[:10:-1]]
    assert (len(rows), left_out) == (MOST, 10)  # the first one did not move
    assert {each.metric for each in selected(found, every=True).rows} == {"call.wait.mean", *names}


@pytest.mark.parametrize(("width", "name"), [(80, "station.desk."), (140, "station.desk.utilization.mean")])
def test_a_table_fits_its_terminal_and_breaks_no_name(faster: Comparison, width: int, name: str) -> None:
    shown = io.StringIO()
    rows = selected(faster).rows
    Console(file=shown, width=width, force_terminal=True, color_system=None).print(comparison_rich(rows, width))
    lines = shown.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    cells = {line.split("│")[1].strip() for line in lines if line.startswith("│")}
    assert name in cells
    assert "utilization.mean" in " ".join(cells)


def test_changed_verdicts_are_told_and_others_counted() -> None:
    metrics = {"call.wait.mean": 1.0}
    a, b = judged("pass", "pass", "fail"), judged("pass", "saturated", "fail")
    found = compare(side(metrics, judgements=a), side(metrics, judgements=b))
    assert sentences(found)[2] == "1 verdict changed, of 3: call.wait mean < 420 ms: pass -> saturated."
    lone = compare(side(metrics, judgements=a), side(metrics))
    assert sentences(lone)[2] == "They have no target in common."
    assert [each.b for each in lone.verdicts] == [None] * 3


def test_who_gave_way_and_who_is_saturated_is_said() -> None:
    grows = Finding("saturation", "Saturated: jobs of call in flight grow by 3/min.", ())
    lone = Finding("single-replication", "A single replication has no interval.", ())
    found = compare(side({}, findings=(lone,)), side({}, own=(7, 30), findings=(grows,)))
    said = sentences(found)
    assert said[1] == "B itself asks for seed 7 and 30 replications; it was run as A was."
    assert said[-2] == "They have no metric in common."
    assert said[-1] == "B is saturated: what depends on backlogs would differ otherwise in a longer run."
    assert only_shown(found) == ["only in B: Saturated: jobs of call in flight grow by 3/min."]


def test_other_seeds_are_no_common_random_numbers() -> None:
    found = compare(side({}, {}), side({}, {}, seed=8))
    assert not found.common
    assert "on different seeds as asked (1 and 8), so that chance differs too" in sentences(found)[0]


def test_replications_without_a_partner_are_refused() -> None:
    with pytest.raises(ValueError, match="A has 2 and B 1"):
        compare(side({}, {}), side({}))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0012, "s", "+1.2 ms"),
        (-0.5, "/s", "-30/min"),
        (0.0, "s", "0 s"),
        (-0.0382, "ratio", "-3.82 points"),
        (3, "", "+3"),
    ],
)
def test_differences_have_a_sign_and_ratios_are_in_points(value: float, unit: str, text: str) -> None:
    assert signed(value, unit) == text


def test_an_interval_says_its_unit_once_where_it_has_one() -> None:
    assert between(-0.003, -0.001, "s") == "-3 to -1 ms"
    assert between(-0.0003, 0.0012, "s") == "-300 us to +1.2 ms"
    assert between(-0.01, 0.02, "ratio") == "-1 to +2 points"
    assert between(1, 2, "") == "+1 to +2"
    assert between(-1, 0, "s") == "-1 to 0 s"


@pytest.fixture(scope="module")
def faster() -> Comparison:
    """A server of 10/s against one of 10.5/s, under 8 calls/s."""
    short = [("duration", "1000 s"), ("replications", "20")]
    a, b = load(QUEUE, short), load(QUEUE, [*short, SERVICE])
    return compare(Side.of(rehearse(a), "a.yaml"), Side.of(rehearse(b), "b.yaml"))


def test_common_random_numbers_cut_the_variance_of_a_difference(faster: Comparison) -> None:
    """Exact: 1 / (10 - 8) = 500 ms against 1 / (10.5 - 8) = 400 ms."""
    latency = next(each for each in faster.contrasts if each.metric == "call.latency.mean")
    assert latency.difference.ci95 is not None
    low, high = latency.difference.ci95
    assert low < -0.1 < high < 0
    alone = [np.var(each.per_replication, ddof=1) for each in (latency.a, latency.b)]
    assert sum(alone) / np.var(latency.difference.per_replication, ddof=1) >= 5
    assert latency.a.ci95 is not None
    assert latency.b.ci95 is not None
    unpaired = math.hypot(*(ends[1] - ends[0] for ends in (latency.a.ci95, latency.b.ci95)))
    assert high - low < unpaired / 2


def test_who_arrives_is_the_same_in_both(faster: Comparison) -> None:
    offered = next(each for each in faster.contrasts if each.metric == "call.offered.rate")
    assert set(offered.difference.per_replication) == {0.0}


def test_identical_scenarios_differ_by_exactly_nothing() -> None:
    once, again = (Side.of(rehearse(load(QUEUE, [("duration", "60 s"), ("replications", "3")])), "q") for _ in "ab")
    found = compare(once, again)
    assert len(found.contrasts) > 20
    for each in found.contrasts:
        assert (each.difference.value, each.difference.ci95, each.relative) == (0.0, (0.0, 0.0), 0.0)
    assert sentences(found)[1:] == [
        "The scenarios do not differ.",
        "No verdict changed, of 10.",
        f"Every metric is exactly the same in both, of {len(found.contrasts)}.",
    ]


def test_the_folder_says_all_that_is_known(faster: Comparison, tmp_path: Path) -> None:
    folder = save_comparison(faster, tmp_path / "outputs")
    assert folder == tmp_path / "outputs" / f"compare-mm1-rho80-mm1-rho80-{faster.digest[:8]}"
    assert sorted(path.name for path in folder.iterdir()) == ["comparison.json", "comparison.md"]
    kept = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    assert kept == data(faster)
    latency = kept["metrics"]["call.latency.mean"]
    assert len(latency["difference"]["per_replication"]) == 20
    assert latency["unit"] == "s"
    assert latency["moved"] is True
    assert kept["differing"] == [{"path": SERVICE[0], "a": "exponential(100 ms)", "b": "exponential(95.238095 ms)"}]
    text = (folder / "comparison.md").read_text(encoding="utf-8")
    assert text == document(faster)
    assert all(sentence in text for sentence in sentences(faster))
    assert [save_comparison(faster, tmp_path / "outputs")] == list((tmp_path / "outputs").iterdir())


def test_a_comparison_is_whole_or_not_there(
    faster: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: Any, **__: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        save_comparison(faster, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_order_of_the_sides_has_its_own_digest() -> None:
    one, other = side({}, digest="1" * 64), side({}, digest="2" * 64)
    assert compare(one, other).digest != compare(other, one).digest

"""How arms are compared, what is printed of them, and how a fleet is scaled."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import engine
from benchmarks.arms import Sample, apart, cpu_ratio, interleaved, ratio, timed
from benchmarks.figures import Difference, differences, latency
from benchmarks.queueing import EXACT, tandem
from benchmarks.report import Report
from benchmarks.scaling import scaled
from benchmarks.sizes import SIZES
from swifteats_sim.scenario import Scenario


def test_arms_run_in_turn() -> None:
    played = list[str]()
    found = interleaved({"a": lambda: played.append("a"), "b": lambda: played.append("b")}, repeats=3)
    assert "".join(played) == "ababab"
    assert found == {"a": [None] * 3, "b": [None] * 3}


def test_the_ratio_is_of_what_a_unit_costs_run_by_run() -> None:
    slow = [Sample(10.0, 8.0, units=1.0), Sample(60.0, 20.0, units=2.0), Sample(9.0, 9.0, units=1.0)]
    fast = [Sample(1.0, 1.0, units=1.0), Sample(2.0, 2.0, units=1.0), Sample(3.0, 3.0, units=1.0)]
    assert ratio(slow, fast) == 10.0  # of 10, 15 and 3
    assert cpu_ratio(slow, fast) == 5.0  # of 8, 5 and 3


def test_a_run_is_timed_with_the_work_that_it_says_it_has_done() -> None:
    sample = timed(lambda: float(sum(range(1000))))
    assert sample.units == 499500.0
    assert 0 < sample.wall < 5


def test_what_runs_apart_runs_in_another_process() -> None:
    assert apart(os.getpid) != os.getpid()


def test_figures_that_only_the_plain_model_has_are_an_error() -> None:
    (one,) = differences(
        [{"gps.latency.mean": 1.0, "more": 1.0}, {"gps.latency.mean": 3.0}], [{"gps.latency.mean": 2.1}]
    )
    assert one.apart == pytest.approx(0.05)
    with pytest.raises(KeyError):
        differences([{}], [{"gps.latency.mean": 2.1}])
    assert Difference("none", 0.0, 0.0).apart == 0.0
    assert Difference("new", 0.0, 1.0).apart == float("inf")


def test_statistics_of_latencies() -> None:
    assert latency("gps", []) == {}
    found = latency("gps", [1.0, 2.0, 6.0], ("mean", "p50"))
    assert found == {"gps.latency.mean": 3.0, "gps.latency.p50": 2.0}


def test_a_report_is_a_table_with_its_caption_and_its_comparison() -> None:
    rows, apart_by = (("engine", "1.5"),), (Difference("x", 2.0, 1.0),)
    report = Report("A case", "What was run.", ("model", "wall s"), rows, {}, apart_by)
    assert report.markdown().splitlines() == [
        "## A case",
        "",
        "| model | wall s |",
        "| --- | ---: |",
        "| engine | 1.5 |",
        "",
        "What was run.",
        "",
        "| the same in both models? | engine | other | apart |",
        "| --- | ---: | ---: | ---: |",
        "| x | 2 | 1 | -50.0% |",
    ]
    assert report.json()["differences"][0]["apart"] == -0.5


def density(scenario: Scenario) -> list[float]:
    """Drivers, restaurants and orders an hour for a square km of each geo."""
    assert scenario.city is not None
    assert scenario.demand.orders is not None
    orders, found = scenario.demand.orders, list[float]()
    for name, geo in sorted(scenario.city.geos.items()):
        assert geo.area is not None
        assert geo.drivers is not None
        assert geo.restaurants is not None
        found += [
            geo.drivers / geo.area,
            geo.restaurants / geo.area,
            3600 * orders.rate * orders.share[name] / geo.area,
        ]
    return found


@pytest.mark.parametrize("drivers", [1000, 3000, 30_000, 100_000])
def test_a_fleet_of_any_size_has_the_density_and_the_load_of_the_peak_hour(drivers: int) -> None:
    peak, other = scaled(10_000), scaled(drivers)
    assert density(other) == pytest.approx(density(peak), rel=1e-3)
    for name, station in peak.stack.stations.items():
        servers = other.stack.stations[name].instances * other.stack.stations[name].concurrency
        share = drivers / 10_000 * station.instances * station.concurrency
        assert share <= servers + 1e-6 <= share + station.concurrency + 1


def test_scaled_by_one_is_the_peak_hour_itself() -> None:
    assert scaled(10_000).model_dump() == engine.declared("peak_hour.yaml").model_dump()


def test_the_command_writes_tables_and_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "out" / "bench.json"
    report = Report("A case", "What was run.", ("model", "wall s"), (("engine", "1.5"),), {"ratio": 7.0})
    monkeypatch.setattr(command, "CASES", {"one": lambda size, repeats: report})
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--size", "tiny", "--repeats", "2", "--json", str(file)])
    command.main()
    assert "## A case" in capsys.readouterr().out
    written = json.loads(file.read_text(encoding="utf-8"))
    assert (written["size"], written["repeats"], written["cases"]["one"]["ratio"]) == ("tiny", 2, 7.0)


def test_a_case_that_is_not_known_is_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "pizza"])
    with pytest.raises(SystemExit) as left:
        command.main()
    assert left.value.code == 2


def test_what_make_bench_runs_repeats_five_times() -> None:
    assert command.REPEATS == 5
    assert SIZES["quick"].fleets == (1000, 3000, 10_000, 30_000, 100_000)


def test_ciw_plays_the_same_line_of_queues() -> None:
    assert tandem(100, 3000)["call.latency.mean"] == pytest.approx(EXACT, rel=0.1)

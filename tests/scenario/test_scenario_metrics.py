"""The metric catalogue: every name once, with its unit, for a stack or for a name alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_text import FULL, TINY, written

from swifteats_sim.scenario import catalogue, load, metric_named, unit_of
from swifteats_sim.scenario.metric import DISTRIBUTION
from swifteats_sim.scenario.metrics import CATALOGUE


def test_every_part_of_a_stack_has_its_metrics(tmp_path: Path) -> None:
    names = catalogue(load(written(tmp_path, FULL)).stack)
    for name in ("gps.latency.p99", "menu.wait.probability", "pool.web-db.in_use.max", "cache.menu.stale.ratio",
                 "station.api.queue.mean", "broker.fixes.lag.max", "stream.customers.delivered.ratio",
                 "orders.completion.ratio"):  # fmt: skip
        assert name in names
    assert not [name for name in names if "<" in name]
    assert {unit_of(metric, name.rsplit(".", 1)[1]) for name, metric in names.items()} == {
        "s",
        "/s",
        "B/s",
        "ratio",
        "",
    }


def test_orders_are_measured_as_orders_and_fixes_as_a_flow(tmp_path: Path) -> None:
    names = catalogue(load(written(tmp_path, TINY)).stack)
    assert [name for name in names if name.startswith("order.")] == [f"order.latency.{each}" for each in DISTRIBUTION]
    assert {"gps.offered.rate", "gps.completion.ratio", "location.stale.count", "tracking.latency.p50"} <= set(names)
    assert "menu.latency.p50" not in names


def test_a_name_alone_finds_the_same_metric(tmp_path: Path) -> None:
    for text in (TINY, FULL):
        for name, metric in catalogue(load(written(tmp_path, text)).stack).items():
            assert metric_named(name) == (metric, name.rsplit(".", 1)[1])


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("gps.bytes.rate", "B/s"),
        ("broker.fixes.volume.rate", "B/s"),
        ("broker.fixes.throughput.rate", "/s"),
        ("orders.delivered.rate", "/s"),
        ("orders.delivered.count", ""),
        ("any-flow.wait.probability", "ratio"),
        ("any-flow.wait.max", "s"),
        ("station.web.wait.max", "s"),
    ],
)
def test_a_statistic_has_a_unit(name: str, unit: str) -> None:
    assert unit_of(*metric_named(name)) == unit


@pytest.mark.parametrize(
    "name",
    ["", "order", "orders.latency.p99", "order.wait.mean", "menu.latency", "menu.latency.p98", "station.wait.mean",
     "station..wait.mean", ".latency.p99", "menu.latency.p99.more", "pool.a.b.wait.mean", "location.latency.mean",
     "<flow>.wait"],
)  # fmt: skip
def test_what_is_no_metric_is_a_key_error(name: str) -> None:
    with pytest.raises(KeyError):
        metric_named(name)


def test_the_catalogue_names_each_metric_once_with_placeholders() -> None:
    names = [name for metric in CATALOGUE for name in metric.names]
    assert len(names) == len(set(names))
    placeholders = {metric.subject for metric in CATALOGUE if "<" in metric.subject}
    assert placeholders == {
        "<flow>", "station.<station>", "pool.<pool>", "cache.<cache>", "broker.<topic>", "stream.<stream>",
    }  # fmt: skip
    assert all(metric.meaning for metric in CATALOGUE)

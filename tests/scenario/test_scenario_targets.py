"""Targets become metric, operator and limit in SI, or a message with a suggestion."""

from __future__ import annotations

import pytest

from swifteats_sim.scenario.errors import KeyProblems
from swifteats_sim.scenario.metrics import catalogue
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.targets import Target, Targets

NAMES = catalogue(
    Stack.model_validate(
        {
            "stations": {"gateway": {}},
            "topics": {"fixes": {"partitions": 1, "placement": "keyed"}},
            "flows": {"menu": [{"at": "gateway", "service": "5 ms"}]},
        }
    )
)


@pytest.mark.parametrize(
    ("name", "text", "statistic", "operator", "limit", "unit"),
    [
        ("order.latency", "p99 < 200 ms", "p99", "<", 0.2, "s"),
        ("order.latency", " mean<=0.5s ", "mean", "<=", 0.5, "s"),
        ("orders.completion", "ratio >= 98 %", "ratio", ">=", 0.98, "ratio"),
        ("orders.delivered", "rate >= 490/min", "rate", ">=", 490 / 60, "/s"),
        ("orders.delivered", "count > 1e3", "count", ">", 1000, ""),
        ("assignment.double", "count == 0", "count", "==", 0, ""),
        ("eta.error", "p50 > -1 min", "p50", ">", -60, "s"),
        ("station.gateway.utilization", "mean < 80 %", "mean", "<", 0.8, "ratio"),
        ("menu.bytes", "rate < 9 MB/s", "rate", "<", 9_000_000, "B/s"),
        ("broker.fixes.volume", "rate <= 0.5kB/s", "rate", "<=", 500, "B/s"),
        ("menu.throughput", "rate > 9/s", "rate", ">", 9, "/s"),
        ("menu.wait", "probability < 5 %", "probability", "<", 0.05, "ratio"),
        ("menu.wait", "mean < 5 ms", "mean", "<", 0.005, "s"),
        ("menu.in_flight", "mean < 3.5", "mean", "<", 3.5, ""),
    ],
)
def test_a_condition_becomes_a_limit_in_si(
    name: str, text: str, statistic: str, operator: str, limit: float, unit: str
) -> None:
    wanted = Target(f"{name}.{statistic}", operator, limit, text, unit)
    assert Targets({name: (text,)}).parsed(NAMES) == (wanted,)


@pytest.mark.parametrize(
    ("name", "text", "path", "said"),
    [
        (
            "orders.completon",
            "ratio >= 98 %",
            (),
            "unknown metric 'orders.completon'; did you mean 'orders.completion'",
        ),
        ("station.gatway.wait", "mean < 1 s", (), "did you mean 'station.gateway.wait'"),
        ("order.latency", "p98 < 1 s", (0,), "unknown statistic 'p98'; did you mean 'p99' or 'p95'?"),
        ("orders.completion", "p99 < 1 s", (0,), "orders.completion: unknown statistic 'p99'; known: ratio"),
        ("order.latency", "p99 < 200", (0,), "'200' has no unit: a duration"),
        ("order.latency", "p99 < 5 m", (0,), "write '5 min'"),
        ("orders.completion", "ratio >= 0.98", (0,), "'0.98' has no unit: a ratio is written in %"),
        ("orders.delivered", "rate >= 490", (0,), "'490' has no unit: a rate"),
        ("menu.bytes", "rate < 9/s", (0,), "'9/s': '/s' is no unit of a byte rate; use B/s, kB/s, MB/s or GB/s"),
        ("menu.bytes", "rate < 9 mb/s", (0,), "'9 mb/s' is not a byte rate: write '9 MB/s'"),
        ("menu.bytes", "rate < 9", (0,), "'9' has no unit: a byte rate is written in B/s, kB/s, MB/s or GB/s"),
        ("assignment.double", "count == 0 %", (0,), "'0 %' must be a bare number"),
        ("order.latency", "p99 != 1 s", (0,), "'p99 != 1 s' is no condition"),
        ("order.latency", "", (0,), "'' is no condition"),
    ],
)
def test_a_wrong_condition_names_itself_and_the_rule(name: str, text: str, path: tuple[int, ...], said: str) -> None:
    with pytest.raises(KeyProblems) as refusal:
        Targets({name: (text,)}).parsed(NAMES)
    ((where, message),) = refusal.value.problems
    assert where == (name, *path)
    assert said in message


def test_every_wrong_condition_is_reported() -> None:
    with pytest.raises(KeyProblems) as refusal:
        Targets({"order.latency": ("p1 < 1 s", "p99 < 1 s", "p99 < 1"), "x": ("a",)}).parsed(NAMES)
    assert [path for path, _ in refusal.value.problems] == [
        ("order.latency", 0),
        ("order.latency", 2),
        ("x",),
    ]


def test_a_value_meets_its_condition_or_not() -> None:
    target = Target("order.latency.p99", "<", 0.2, "p99 < 200 ms", "s")
    assert [target.met(value) for value in (0.1, 0.2, float("nan"))] == [True, False, False]


def test_no_targets_is_fine() -> None:
    assert Targets().parsed(NAMES) == ()

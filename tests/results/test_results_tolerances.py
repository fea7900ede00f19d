"""How far a metric may move: shares, amounts, patterns, and which of them counts."""

from __future__ import annotations

import pytest

from swifteats_sim.results.tolerances import Tolerances, share_allowed, tolerance


@pytest.mark.parametrize(
    ("text", "share", "amount", "unit"),
    [
        ("2 %", 0.02, None, ""),
        ("2%", 0.02, None, ""),
        ("0 %", 0.0, None, ""),
        ("5 ms", None, 0.005, "s"),
        ("3/min", None, 0.05, "/s"),
        ("9 MB/s", None, 9e6, "B/s"),
        ("0.5 points", None, 0.005, "ratio"),
        ("1 point", None, 0.01, "ratio"),
        ("3", None, 3.0, ""),
        ("any", None, None, ""),
    ],
)
def test_a_tolerance_is_a_share_or_an_amount_with_its_unit(
    text: str, share: float | None, amount: float | None, unit: str
) -> None:
    found = tolerance(text)
    assert (found.text, found.share, found.unit) == (text, share, unit)
    assert found.amount == (None if amount is None else pytest.approx(amount))


@pytest.mark.parametrize("text", ["", "two", "-2 %", "-1", "5 m", "nan", "nan %", "1e400", "1e400 %", "2 km", "9" * 99])
def test_what_is_no_tolerance_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no (tolerance|number)|is negative|out of reach"):
        tolerance(text)


def test_a_tolerance_of_every_metric_is_a_share() -> None:
    assert share_allowed("2 %").share == 0.02
    assert share_allowed("any").free
    with pytest.raises(ValueError, match="cannot be said of every metric"):
        share_allowed("5 ms")


def test_the_edge_itself_is_allowed_and_nothing_beyond() -> None:
    two = tolerance("2 %")
    assert two.allows(0.5, 25.0)
    assert two.allows(-0.5, -25.0)
    assert not two.allows(0.5000001, 25.0)
    assert two.allows(0.0, 0.0)
    assert not two.allows(1e-9, 0.0)  # of nothing there is no share
    assert tolerance("5 ms").allows(-0.005, 0.0)
    assert not tolerance("5 ms").allows(0.0051, 1000.0)
    assert tolerance("any").allows(1e30, 0.0)


def test_the_last_pattern_that_matches_counts() -> None:
    found = Tolerances(
        tolerance("2 %"),
        {"order.*": tolerance("5 %"), "*.max": tolerance("any"), "peak/order.latency.*": tolerance("20 ms")},
    )
    assert found.of("peak", "menu.latency.p99").text == "2 %"
    assert found.of("steady", "order.latency.p99").text == "5 %"
    assert found.of("steady", "order.latency.max").text == "any"
    assert found.of("peak", "order.latency.max").text == "20 ms"
    assert found.of("peak", "order.wait.mean").text == "5 %"


def test_a_pattern_that_means_nothing_is_found() -> None:
    found = Tolerances(tolerance("2 %"), {"oder.*": tolerance("5 %"), "*.max": tolerance("5 %")})
    assert found.idle([("peak", "order.latency.max")]) == ("oder.*",)


def test_an_amount_fits_metrics_of_its_unit() -> None:
    assert tolerance("5 ms").fits("order.latency.p99")
    assert not tolerance("5 ms").fits("call.offered.rate")
    assert tolerance("2 %").fits("call.offered.rate")
    assert tolerance("5 ms").fits("call.of_tomorrow.p99")

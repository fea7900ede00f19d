"""A target is held against the interval, and growth comes before any value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from swifteats_sim.results import Estimate, Judgement, exit_code, judge
from swifteats_sim.results.names import backlog_of, backlogs_of, unit_of_name
from swifteats_sim.results.saturation import Growth
from swifteats_sim.scenario.city_metrics import CITY
from swifteats_sim.scenario.targets import Target

QUICK = Target("order.latency.p99", "<", 0.5, "p99 < 500 ms", "s")
STEADY: Sequence[Mapping[str, Growth]] = ({"unanswered_orders": Growth("unanswered_orders", 0.0, 50.0, False)},) * 3


def interval(low: float, high: float) -> Estimate:
    middle = (low + high) / 2
    return Estimate(middle, (low, high), (low, middle, high))


def verdict(target: Target, estimate: Estimate | None, growths: Sequence[Mapping[str, Growth]] = STEADY) -> Judgement:
    (judgement,) = judge([target], {} if estimate is None else {target.metric: estimate}, growths)
    return judgement


@pytest.mark.parametrize(
    ("operator", "low", "high", "expected"),
    [
        ("<", 0.1, 0.4, "pass"),
        ("<", 0.4, 0.6, "inconclusive"),
        ("<", 0.6, 0.8, "fail"),
        ("<", 0.4, 0.5, "inconclusive"),
        ("<=", 0.4, 0.5, "pass"),
        ("<", 0.5, 0.6, "fail"),
        ("<=", 0.5, 0.6, "inconclusive"),
        (">", 0.6, 0.8, "pass"),
        (">", 0.5, 0.8, "inconclusive"),
        (">=", 0.5, 0.8, "pass"),
        (">=", 0.1, 0.4, "fail"),
        (">", 0.1, 0.5, "fail"),
    ],
)
def test_the_whole_interval_decides(operator: str, low: float, high: float, expected: str) -> None:
    assert verdict(Target("order.latency.p99", operator, 0.5, "...", "s"), interval(low, high)).verdict == expected


def test_a_single_replication_is_judged_on_its_value() -> None:
    steady = STEADY[:1]
    good, bad = (verdict(QUICK, Estimate(value, None, (value,)), steady) for value in (0.4, 0.5))
    assert (good.verdict, good.ci95, good.reason) == ("pass", None, "one replication: its value, no interval")
    assert (bad.verdict, bad.ci95) == ("fail", None)


def test_growth_in_any_replication_is_never_a_pass() -> None:
    growing = (STEADY[0], {"unanswered_orders": Growth("unanswered_orders", 5.0, 50.0, True)}, STEADY[0])
    judgement = verdict(QUICK, interval(0.125, 0.375), growing)
    assert judgement == Judgement(
        QUICK,
        0.25,
        (0.125, 0.375),
        "saturated",
        "s",
        "orders without an answer grow by 5/min (10 % of arrivals) in 1 of 3 replications",
    )


def test_what_must_never_happen_is_judged_whatever_grows() -> None:
    never = Target("assignment.double.count", "==", 0.0, "count == 0", "")
    growing = ({"open_orders": Growth("open_orders", 5.0, 50.0, True)},) * 3
    assert verdict(never, Estimate(0.0, (0.0, 0.0), (0.0, 0.0, 0.0)), growing).verdict == "pass"
    assert verdict(never, Estimate(1 / 3, (-1.1, 1.8), (0.0, 1.0, 0.0)), growing).verdict == "fail"


def test_growth_elsewhere_does_not_touch_a_target() -> None:
    growing = ({"in_flight.gps": Growth("in_flight.gps", 5.0, 50.0, True)},) * 3
    assert verdict(QUICK, interval(0.1, 0.2), growing).verdict == "pass"
    fixes = Target("gps.latency.p99", "<", 0.5, "p99 < 500 ms", "s")
    assert verdict(fixes, interval(0.1, 0.2), growing).verdict == "saturated"


def test_a_topic_that_falls_behind_saturates_its_own_targets() -> None:
    growing = ({"lag.fixes": Growth("lag.fixes", 5.0, 50.0, True)},) * 3
    delay, other = (Target(f"broker.{topic}.delay.p99", "<", 0.5, "p99 < 500 ms", "s") for topic in ("fixes", "calls"))
    judged = verdict(delay, interval(0.1, 0.2), growing)
    assert (judged.verdict, judged.reason) == (
        "saturated",
        "messages behind in fixes grow by 5/min (10 % of arrivals) in 3 of 3 replications",
    )
    assert verdict(other, interval(0.1, 0.2), growing).verdict == "pass"


PATHS = {"menu": ("in_flight.menu", "queue.web", "waiting.base", "lag.news"), "order": ("queue.web",)}


@pytest.mark.parametrize("backlog", PATHS["menu"])
def test_whatever_grows_on_a_flow_s_path_saturates_its_targets(backlog: str) -> None:
    quick = Target("menu.latency.p99", "<", 0.5, "p99 < 500 ms", "s")
    growing = ({backlog: Growth(backlog, 5.0, 50.0, True)},) * 3
    (judged,) = judge([quick], {quick.metric: interval(0.1, 0.2)}, growing, PATHS)
    assert (judged.verdict, judged.reason) == ("saturated", f"{growing[0][backlog].words} in 3 of 3 replications")


def test_the_first_backlog_that_grows_names_the_verdict() -> None:
    quick = Target("menu.latency.p99", "<", 0.5, "p99 < 500 ms", "s")
    growing = {name: Growth(name, 5.0, 50.0, True) for name in reversed(PATHS["menu"])}
    (judged,) = judge([quick], {quick.metric: Estimate(0.1, None, (0.1,))}, [growing], PATHS)
    assert judged.reason == "jobs of menu in flight grow by 5/min (10 % of arrivals)"


def test_a_metric_depends_on_its_own_backlog_first_and_a_part_s_on_nothing_else() -> None:
    assert backlogs_of("order.latency.p99", PATHS) == ("unanswered_orders", "queue.web")
    assert backlogs_of("menu.wait.max", PATHS) == PATHS["menu"]
    assert backlogs_of("station.web.wait.max", PATHS) == ("queue.web",)
    assert backlogs_of("menu.stale.count", PATHS) == ()


def test_without_data_there_is_nothing_to_conclude() -> None:
    judgement = verdict(QUICK, None)
    assert (judgement.verdict, judgement.value, judgement.reason) == ("inconclusive", None, "no data")


def test_runs_without_data_are_not_dropped_silently() -> None:
    judgement = verdict(QUICK, Estimate(0.1, (0.1, 0.1), (0.1, 0.1)))
    assert (judgement.verdict, judgement.reason) == ("inconclusive", "no data in 1 of 3 replications")


def test_an_equality_must_hold_in_every_replication() -> None:
    none = Target("assignment.double.count", "==", 0.0, "count == 0", "")
    assert verdict(none, Estimate(0.0, (0.0, 0.0), (0.0, 0.0, 0.0))).verdict == "pass"
    once = verdict(none, Estimate(1 / 3, (-1.1, 1.8), (0.0, 1.0, 0.0)))
    assert (once.verdict, once.reason) == ("fail", "another value in 1 of 3 replications")


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ((), 0),
        (("pass", "pass"), 0),
        (("pass", "inconclusive"), 98),
        (("inconclusive", "fail"), 99),
        (("pass", "saturated"), 99),
    ],
)
def test_the_worst_verdict_is_the_exit_code(verdicts: tuple[str, ...], code: int) -> None:
    judgements = [Judgement(QUICK, 0.1, None, verdict, "s", "") for verdict in verdicts]  # type: ignore[arg-type]
    assert exit_code(judgements) == code


@pytest.mark.parametrize(
    ("metric", "unit", "backlog"),
    [
        ("orders.delivered.rate", "/s", "open_orders"),
        ("orders.delivered.count", "", "open_orders"),
        ("driver.utilization.mean", "ratio", "open_orders"),
        ("driver.wait.mean", "s", "open_orders"),
        ("order.latency.p99", "s", "unanswered_orders"),
        ("assignment.latency.p99", "s", "open_orders"),
        ("assignment.double.count", "", None),
        ("assignment.stranded.count", "", None),
        ("assignment.ghosts.count", "", None),
        ("assignment.dead.count", "", "open_orders"),
        ("orders.duplicated.count", "", None),
        ("inventory.leaked.count", "", None),
        ("delivery.kitchen.p95", "s", "open_orders"),
        ("eta.error_at_door.mean", "s", "open_orders"),
        ("location.stale.count", "", None),
        ("gps.stale.count", "", None),
        ("gps.completion.ratio", "ratio", "in_flight.gps"),
        ("tracking.latency.p99", "s", "in_flight.tracking"),
        ("menu.wait.probability", "ratio", "in_flight.menu"),
        ("menu.bytes.rate", "B/s", "in_flight.menu"),
        ("station.orders-db.wait.max", "s", "queue.orders-db"),
        ("station.stale.queue.mean", "", "queue.stale"),
        ("broker.fixes.delay.p99", "s", "lag.fixes"),
        ("broker.fixes.volume.rate", "B/s", "lag.fixes"),
        ("broker.fixes.lost.count", "", None),
        ("pool.orders-db.wait.max", "s", "waiting.orders-db"),
        ("cache.menus.stale.ratio", "ratio", None),
        ("stream.tracking.delivered.ratio", "ratio", None),
    ],
)
def test_a_metric_s_name_says_its_unit_and_its_backlog(metric: str, unit: str, backlog: str | None) -> None:
    assert (unit_of_name(metric), backlog_of(metric)) == (unit, backlog)


@pytest.mark.parametrize("unknown", ["order.latencty.p99", "order.wait.mean", "weather.rain.mean", "station.gateway"])
def test_an_unknown_metric_is_an_error(unknown: str) -> None:
    for ask in (unit_of_name, backlog_of):
        with pytest.raises(KeyError, match=unknown):
            ask(unknown)


def test_every_metric_of_the_city_knows_its_backlog() -> None:
    backlogs = {backlog_of(name) for metric in CITY for name in metric.names}
    assert backlogs == {None, "unanswered_orders", "open_orders"}

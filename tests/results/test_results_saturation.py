"""Backlogs that grow are found; backlogs that only wander are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from results_records import bare_run, flow, orders, pools, run, series, stations, topics
from scipy.stats import binom

from swifteats_sim.results.saturation import Growth, grows_clearly, growth, growths

MINUTES = np.arange(61, dtype=np.float64)


def hours(load: float, capacity: float, start: int | None, runs: int) -> list[NDArray[np.float64]]:
    """Minute levels of M/M/1 over an hour, each run from its own seed; start None: from its steady state."""
    return [_hour(np.random.default_rng([runs, number]), load, capacity, start) for number in range(runs)]


def _hour(rng: np.random.Generator, load: float, capacity: float, start: int | None) -> NDArray[np.float64]:
    first = int(rng.geometric(1 - load)) - 1 if start is None else start
    total = capacity * (1 + load)
    jumps = int(rng.poisson(total * 60))
    at = np.sort(rng.uniform(0, 60, jumps))
    free = first + np.cumsum(np.where(rng.random(jumps) < load / (1 + load), 1, -1))
    # A departure from an empty queue does not happen: reflect the walk at zero.
    levels = free - np.minimum(0, np.minimum.accumulate(free))
    return np.append(first, levels)[np.searchsorted(at, MINUTES, side="right")].astype(np.float64)


def flagged(load: float, capacity: float, start: int | None, runs: int) -> int:
    judged = [growth("open_orders", MINUTES, levels, load * capacity) for levels in hours(load, capacity, start, runs)]
    return sum(each.saturated for each in judged)


@pytest.mark.parametrize("capacity", [1, 10, 50])
def test_a_stable_queue_at_80_percent_is_flagged_in_less_than_5_percent_of_hours(capacity: float) -> None:
    # With 400 hours, more than this many would be a 1 in 1,000 event even at a true rate of exactly 5 %.
    assert flagged(0.8, capacity, None, 400) <= 0.05 * 400


def test_ten_percent_above_capacity_is_always_flagged_at_the_peak_s_rate() -> None:
    assert flagged(1.1, 500, 20, 40) == 40


def test_ten_percent_above_capacity_is_flagged_at_a_tenth_of_the_peak() -> None:
    # 98 % of such hours on average: at 10 % over 50/min the drift is 3.6 standard deviations of its own walk.
    assert flagged(1.1, 50, 20, 100) >= binom.ppf(0.001, 100, 0.95)


def test_at_critical_load_the_test_keeps_its_level() -> None:
    # The backlog is then a random walk, the worst case: 5 % by construction, whatever the autocorrelation.
    walks = [np.cumsum(np.random.default_rng([7, n]).normal(size=61)) for n in range(1000)]
    assert binom.ppf(0.001, 1000, 0.05) <= sum(map(grows_clearly, walks)) <= binom.ppf(0.999, 1000, 0.05)


def test_a_straight_rise_needs_no_statistics() -> None:
    straight = growth("open_orders", MINUTES, 10 + 3 * MINUTES, 60.0)
    assert straight.saturated
    assert straight.per_minute == pytest.approx(3.0, rel=1e-12)


def test_growth_under_two_percent_of_the_arrivals_does_not_matter() -> None:
    assert not growth("open_orders", MINUTES, 1.19 * MINUTES, 60.0).saturated
    assert growth("open_orders", MINUTES, 1.21 * MINUTES, 60.0).saturated


@pytest.mark.parametrize("levels", [100 - MINUTES, np.full(61, 7.0), np.zeros(61)])
def test_a_backlog_that_falls_or_stands_is_not_saturated(levels: NDArray[np.float64]) -> None:
    assert not growth("open_orders", MINUTES, levels, 10.0).saturated


def test_four_levels_are_too_few_for_the_test() -> None:
    assert not grows_clearly(np.array([1.0, 2.0, 3.0, 4.0]))
    assert grows_clearly(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))


@pytest.mark.parametrize(
    ("grown", "arrivals", "verdict"),
    [(41, 100, True), (40, 100, False), (0, 100, False), (-41, 100, False), (5, 1, True), (4, 1, False),
     (2001, 100_000, True), (2000, 100_000, False)],
)  # fmt: skip
def test_few_levels_are_held_against_two_percent_and_four_deviations_of_what_came(
    grown: float, arrivals: float, verdict: bool
) -> None:
    """Of 100 arrivals 40 are four standard deviations, of 100,000 2 % are more than the 1,265 of chance."""
    found = growth("open_orders", np.array([0.0, 0.5, 1.0]), np.array([7.0, 99.0, 7.0 + grown]), arrivals)
    assert found.saturated is verdict


@pytest.mark.parametrize("warmup", [0, 60, 90])
def test_a_short_span_at_twice_its_capacity_is_saturated(warmup: float) -> None:
    """100 a minute come, 50 go; at 0 and in the middle of a minute the span opens with the level before."""
    doubled = series(**{"queue.web": [50.0 * minute for minute in range(1, 4)]})
    web = stations({"station": "web", "servers": 1, "visits": 50 * (3 - warmup / 60), "busy": 1, "wait": 0})
    found = growths(bare_run(warmup=warmup, end=180, stations=web, series=doubled))["queue.web"]
    assert found.saturated
    assert found.per_minute >= 50


def test_a_short_span_in_which_a_queue_wanders_is_not_saturated() -> None:
    web = stations({"station": "web", "servers": 1, "visits": 300, "busy": 1, "wait": 0})
    level = series(**{"queue.web": [4.0, 60.0, 9.0]})
    assert not growths(bare_run(warmup=0, end=180, stations=web, series=level))["queue.web"].saturated


RISING = [0.0] * 9 + [float(n) for n in range(21)]
"""Ten minutes of warm-up, then 20 measured, in which a backlog takes one job a minute more."""


def test_each_backlog_is_held_against_its_own_arrivals() -> None:
    backlogs = (
        "open_orders",
        "in_flight.gps",
        "in_flight.menu",
        "queue.gateway",
        "busy.gateway",
        "waiting.base",
        "lag.fixes",
    )
    day = run(
        warmup=600,
        end=1800,
        orders=orders(*({"placed": at} for at in (599, 600, 700, 1799, 1800))),
        flows={"gps": flow([1], born=40), "menu": flow([1], born=1001), "tracking": flow([], born=7)},
        stations=stations({"station": "gateway", "servers": 1, "visits": 1600, "busy": 9, "wait": 9, "rejected": 400}),
        pools=pools({"pool": "base", "size": 1, "takes": 300, "refused": 100}),
        topics=topics({"topic": "fixes", "messages": 400}),
        series=series(**dict.fromkeys(backlogs, RISING)),
    )
    found = growths(day)
    assert {name: (each.arrivals, each.saturated) for name, each in found.items()} == {
        "open_orders": (3 / 20, False),  # nothing has been delivered yet: a city may need an hour to fill
        "in_flight.gps": (2.0, True),
        "in_flight.menu": (50.05, False),
        "queue.gateway": (100.0, False),
        "waiting.base": (20.0, True),
        "lag.fixes": (20.0, True),
    }
    assert [each.per_minute for each in found.values()] == [pytest.approx(1.0, rel=1e-12)] * 6


NAMED = ("paying", "paid", "assigned", "departed", "at_restaurant", "ready", "left", "at_door", "delivered")


def begun_empty(minutes: int, warmup: float, level: Callable[[float], float]) -> Growth:
    """A city that began empty: an order a minute, on its way for half an hour; `level` of open orders by the minute."""
    lives: list[dict[str, float]] = [{"placed": 60 * n} for n in range(minutes)]
    for life in lives[: minutes - 30]:
        placed = life["placed"]
        life.update({each: placed + 1800 if each in NAMED[-2:] else placed for each in NAMED})
    rising = series(open_orders=[level(n) for n in range(1, minutes + 1)])
    return growths(run(warmup=60 * warmup, end=60 * minutes, orders=orders(*lives), series=rising))["open_orders"]


def test_while_a_city_fills_its_open_orders_prove_nothing() -> None:
    """M/G/inf from empty with stays of 30 min has its level after 30: whatever grows from there on grows for good."""

    def filling(minute: float) -> float:
        return min(minute, 30.0)

    three_minutes_left = begun_empty(33, 20, filling)
    assert (three_minutes_left.saturated, three_minutes_left.filling) == (False, True)
    for known in (begun_empty(60, 20, filling), begun_empty(90, 60, filling)):
        assert (known.saturated, known.filling) == (False, False)
    for overloaded in (begun_empty(60, 20, float), begun_empty(120, 60, float)):
        assert (overloaded.saturated, overloaded.filling) == (True, False)


def test_food_that_grows_cold_is_held_against_the_fleet_of_a_city_that_fills() -> None:
    """Nobody takes an order: each is open for good, and its food is ready 10 min after it was placed."""

    def neglected(minutes: int, cold: bool) -> Growth:
        ready = {"ready": 600.0} if cold else {}
        lives = orders(
            *({"placed": 60 * n, **{each: 60 * n + at for each, at in ready.items()}} for n in range(minutes))
        )
        rising = series(open_orders=[float(n) for n in range(1, minutes + 1)])
        return growths(run(warmup=60 * 10, end=60 * minutes, orders=lives, series=rising))["open_orders"]

    early, cold = neglected(40, cold=False), neglected(40, cold=True)
    assert (early.saturated, early.filling) == (False, True)
    assert (cold.saturated, cold.filling) == (True, False)
    assert cold.per_minute == pytest.approx(1.0, rel=1e-9)


def test_a_city_that_delivers_nothing_has_an_hour_to_fill() -> None:
    def nothing(minutes: int) -> Growth:
        rising = series(open_orders=[float(n) for n in range(minutes)])
        lives = orders(*({"placed": 60 * n} for n in range(minutes)))
        return growths(run(warmup=0, end=60 * minutes, orders=lives, series=rising))["open_orders"]

    assert nothing(60).filling
    assert nothing(70).saturated


def test_a_flow_that_turns_jobs_away_is_not_saturated_by_that() -> None:
    """Half are refused, the rest leave as fast as they come."""
    turned = flow([1] * 300, born=1200, rejected=400, abandoned=300, failed=200)
    level = series(**{"in_flight.menu": [5.0, 6.0] * 15})
    assert not growths(bare_run(warmup=600, end=1800, flows={"menu": turned}, series=level))["in_flight.menu"].saturated


def test_a_run_without_a_city_has_no_backlog_of_orders() -> None:
    day = bare_run(
        warmup=600, end=1800, flows={"menu": flow([1], born=40)}, series=series(**{"in_flight.menu": RISING})
    )
    assert list(growths(day)) == ["in_flight.menu"]


@pytest.mark.parametrize(
    ("grown", "words"),
    [
        (Growth("open_orders", 3.1, 50.0, True), "open orders grow by 3.1/min (6 % of arrivals)"),
        (Growth("unanswered_orders", 5.0, 50.0, True), "orders without an answer grow by 5/min (10 % of arrivals)"),
        (Growth("in_flight.gps", 1000.0, 2000.0, True), "GPS fixes in flight grow by 1,000/min (50 % of arrivals)"),
        (Growth("in_flight.menu", 1.0, 4.0, True), "jobs of menu in flight grow by 1/min (25 % of arrivals)"),
        (Growth("queue.gateway", 1.0, 0.0, True), "jobs waiting at gateway grow by 1/min"),
        (Growth("waiting.base", 1.0, 0.0, True), "jobs waiting for base grow by 1/min"),
        (Growth("lag.fixes", 2.5, 5.0, True), "messages behind in fixes grow by 2.5/min (50 % of arrivals)"),
    ],
)
def test_growth_is_told_with_its_share_of_the_arrivals(grown: Growth, words: str) -> None:
    assert grown.words == words


def test_a_backlog_that_rises_with_demand_is_not_saturated_and_one_that_outgrows_it_is() -> None:
    """Demand from 40 to 100 a minute over two hours; each order stays 20 min, or a little longer each time."""
    placed = np.linspace(40, 100, 120)
    for stay, verdict in ((np.full(120, 20.0), False), (np.linspace(20, 60, 120), True)):
        rising = series(placed=placed.tolist(), open_orders=(placed * stay).tolist())
        clicks = [{"placed": 60 * minute + 1} for minute, count in enumerate(placed) for _ in range(round(count))]
        day = run(warmup=0, end=7200, orders=orders(*clicks), series=rising)
        assert growths(day)["open_orders"].saturated is verdict


def test_a_backlog_is_not_held_against_a_demand_that_only_wanders() -> None:
    """Nobody is served. By chance few came before minute 60: held against that, the growth would look like nothing."""
    came = [3] * 45 + [1] * 15 + [2, 3] * 10
    clicks = [{"placed": 60 * minute + 1} for minute, count in enumerate(came) for _ in range(count)]
    rising = series(placed=came, open_orders=np.cumsum(came).tolist())
    assert growths(run(warmup=3600, end=4800, orders=orders(*clicks), series=rising))["open_orders"].saturated

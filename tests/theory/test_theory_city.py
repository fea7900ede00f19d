"""The parts of the city against theory: assignment, the nearest driver, the meeting at the restaurant, demand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats
from theory_cases import CITY, VALUES
from theory_check import ALPHA, REPLICATIONS, interval

from swifteats_sim.city.arrivals import Intensity, Poisson
from swifteats_sim.city.fleet import Fleet
from swifteats_sim.city.ground import Square
from swifteats_sim.city.places import Area, Places
from swifteats_sim.city.search import Food, Search
from swifteats_sim.city.spots import Spot, off_street
from swifteats_sim.city.travel import StraightLine
from swifteats_sim.domain.effects import Candidates, Record
from swifteats_sim.domain.states import DriverState
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.tracks import NONE
from swifteats_sim.engine.ways import no_lines
from swifteats_sim.experiments import rehearse
from swifteats_sim.policies import Nearest
from swifteats_sim.scenario import load
from swifteats_sim.scenario.demand import CurvePoint

SECOND = 1_000_000_000
MINUTE = 60 * SECOND


def is_mean(truth: float, values: Sequence[float] | NDArray[np.float64], widest: float) -> bool:
    """Whether the values' t-interval holds the truth, and says something: half-width at 95 % over the truth."""
    middle, half = interval(list(values), ALPHA / VALUES)
    assert len(values) >= REPLICATIONS
    return abs(middle - truth) <= half and interval(list(values), 0.05)[1] <= widest * truth


def one_by_one(costs: NDArray[np.float64]) -> float:
    """Total cost where each order in turn gets what `Nearest` ranks first among the drivers who are left."""
    total, left = 0.0, np.arange(costs.shape[1])
    for order in costs:
        travel = np.rint(order[left] * SECOND).astype(np.int64)
        found = Candidates(left, np.ones_like(left), travel, 0, 0, left, left, len(left), order[left], 0.0)
        first = int(Nearest().rank(found)[0])
        total += travel[first] / SECOND
        left = np.delete(left, first)
    return float(total)


@pytest.mark.parametrize("size", [1, 2, 10])
def test_nearest_first_costs_a_harmonic_number_and_the_optimum_parisi_s_sum(size: int) -> None:
    """n orders, n drivers, costs independent exponentials of mean 1: for ten 2.93 against 1.55."""
    chance = np.random.default_rng(7)
    cases = [chance.exponential(1.0, (size, size)) for _ in range(4000)]
    greedy = [one_by_one(costs) for costs in cases]
    best = [float(costs[optimize.linear_sum_assignment(costs)].sum()) for costs in cases]
    assert is_mean(CITY[f"assign_opt_n{size}.greedy.mean"], greedy, 0.04)
    assert is_mean(CITY[f"assign_opt_n{size}.optimum.mean"], best, 0.04)


def field(side: float, drivers: int, chance: np.random.Generator) -> Fleet:
    """Free drivers, known to be where they are, anywhere on a square of `side` metres."""
    town = Area(0, "town", "dense", StraightLine(1.0, 1.0), Square(0.0, side), range(1), range(drivers))
    homes = chance.uniform(0.0, side, (drivers, 2))
    always = np.zeros(drivers, dtype=np.int64)
    places = Places((town,), off_street(np.zeros((1, 2))), off_street(homes), always, always, no_lines(), always + NONE)
    fleet = Fleet(places, SECOND, Streams(1, 0))
    for driver in range(drivers):
        fleet.known[driver] = 0
        fleet.changed(driver, Record(1, {"state": DriverState.AVAILABLE, "order": None}), 0)
    return fleet


def nearest(fleet: Fleet, side: float, restaurant: tuple[float, float]) -> float:
    """Metres to the driver whom the search finds and the policy ranks first."""
    town = Area(0, "town", "dense", StraightLine(1.0, 1.0), Square(0.0, side), range(1), range(fleet.count))
    found = Search(fleet, 2000.0, SECOND).around(town, Spot(*restaurant), 0, Food(0, 0, 0.0))
    return float(found.travel[Nearest().rank(found)[0]]) / SECOND


def test_the_nearest_of_four_drivers_a_km2_is_250_m_away() -> None:
    """A planar Poisson field: the distance is Rayleigh's, with mean 1 / (2 sqrt(4)) km and p99 605 m.

    Restaurants keep 2 km from the edge, so that it is never seen; one drawn field of drivers is one value.
    """
    chance, side = np.random.default_rng(11), 25_000.0
    beyond = 1000.0 * CITY["nearest.p99"]
    means, far = list[float](), list[float]()
    for _ in range(30):
        fleet = field(side, int(chance.poisson(4.0 * side**2 / 1e6)), chance)
        points = chance.uniform(2000.0, side - 2000.0, (400, 2))
        away = np.array([nearest(fleet, side, (float(x), float(y))) for x, y in points])
        means.append(float(away.mean()))
        far.append(float(np.mean(away > beyond)))
    assert is_mean(1000.0 * CITY["nearest.mean"], means, 0.02)
    assert is_mean(0.01, far, 0.4)  # a share's error is nine times the distance's, as -ln(0.01) is 4.6


MEETING = """
name: meeting
warmup: 60 min
duration: 30 min
replications: 30
city:
  geos:
    centre: {kind: dense, area: 1 km2, restaurants: 1, drivers: 400, speed: 1000 m/s, detour: 1, trip: 10 m}
  kitchens: {confirmation: 0 s, cooking: exponential(600 s), packing: 0 s, utilization: 1 %}
  drivers:
    {accept: 100 %, no_answer: 0 %, answer: exponential(400 s), answer_timeout: 24 h, pickup: 0 s, dropoff: 0 s,
     fix_every: 5 min}
  customers: {patience: 24 h}
demand:
  orders: {rate: 12/min}
ordering: {payment_success: 100 %, stock: 1000000}
assignment: {deferral: "off", live_fix: 10 min}
stack:
  stations:
    server: {concurrency: 1000}
  topics:
    assignment: {partitions: 1, placement: keyed}
    fixes: {partitions: 1, placement: keyed}
  flows:
    order: [{rule: reserve_inventory}, {rule: create_order}, {rule: pay_order}, {rule: request_assignment}]
    gps: [{place: fixes}, {keep_newest: known_fix}]
  effects:
    read: {at: server, service: 1 us}
    compare_and_set: {at: server, service: 1 us}
    insert: {at: server, service: 1 us}
    transaction: {at: server, service: 1 us}
    publish: {at: server, service: 1 us}
    call_payment: {at: server, service: 1 us}
    find_drivers: {at: server, service: 1 us}
"""


def share_that_waits(orders: pd.DataFrame) -> float:
    """Of orders placed in the first half hour, an hour before the end: couriers who came before the food."""
    placed, came, ready = (orders[column].to_numpy() for column in ("placed", "at_restaurant", "ready"))
    known = placed < 30 * MINUTE
    return float(np.mean(came[known] < ready[known]))


@pytest.mark.slow
def test_food_and_courier_meet_when_the_slower_one_is_there(tmp_path: Path) -> None:
    """Food after 600 s, courier after 400 s, both exponential: couriers idle 360 s on average, and three of five idle.

    Travel takes no time here, so that the courier comes when the answer to the offer does.
    """
    path = tmp_path / "meeting.yaml"
    path.write_text(MEETING, encoding="utf-8")
    rehearsal = rehearse(load(path))
    measured = {name: found.per_replication for name, found in rehearsal.estimates.items()}
    assert is_mean(600.0, measured["delivery.preparation.mean"], 0.06)
    assert is_mean(CITY["courier.idle.mean"], measured["driver.wait.mean"], 0.08)
    assert is_mean(CITY["courier.idle.share"], [share_that_waits(tables.orders) for tables in rehearsal.tables], 0.02)
    assert is_mean(160.0, measured["delivery.food_wait.mean"], 0.1)
    assert is_mean(760.0, measured["delivery.click_to_door.mean"], 0.06)


@pytest.mark.slow
def test_a_day_whose_demand_is_a_sine_brings_poisson_counts() -> None:
    """100/s times 1 + 0.6 sin(2 pi t / 24 s): 1658.37 arrivals in the first half, as mean and as variance."""
    points = [24.0 * k / 96 for k in range(97)]
    levels = [1.0 + 0.6 * math.sin(2.0 * math.pi * at / 24.0) for at in points]
    curve = tuple(
        CurvePoint.model_validate({"at": f"{at:.2f} s", "level": f"{100 * level:.9f} %"})
        for at, level in zip(points, levels, strict=True)
    )
    process, expected = Poisson(Intensity(100.0, curve)), CITY["sine.arrivals"]
    runs = range(100)
    counts = [sum(1 for _ in process.instants(12 * SECOND, Streams(5, run)("arrivals.a"))) for run in runs]
    assert is_mean(expected, counts, 0.005)
    spread = float(np.sum((np.array(counts) - np.mean(counts)) ** 2)) / expected
    assert ALPHA / 2 <= stats.chi2.cdf(spread, len(runs) - 1) <= 1 - ALPHA / 2

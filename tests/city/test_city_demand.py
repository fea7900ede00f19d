"""What customers order: when, where, from whom, and what."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from city_examples import (
    STREAMS,
    area,
    counts_fit,
    day,
    fixed,
    geo,
    is_drawn_from,
    is_uncorrelated,
    places_of,
    square_of,
    standing,
)

from swifteats_sim.city.arrivals import Arrivals, Intensity, Poisson, Stratified
from swifteats_sim.city.demand import (
    GEO_STRIDE,
    GeoDemand,
    Menu,
    Plan,
    declared_plans,
    recorded_plans,
)
from swifteats_sim.city.spots import off_street
from swifteats_sim.engine.clock import SECOND, to_ns
from swifteats_sim.engine.keys import zipf_probabilities
from swifteats_sim.engine.laws import Law
from swifteats_sim.scenario.demand import CurvePoint
from swifteats_sim.stack.laws import law_of

SIDE = 100_000.0
MENU = Menu(items=50, lines=4)


def curve(*points: tuple[float, float]) -> tuple[CurvePoint, ...]:
    """points : (seconds, level)."""
    return tuple(CurvePoint.model_validate({"at": f"{at} s", "level": f"{100 * to} %"}) for at, to in points)


def plans_around_one_place(
    seconds: float,
    rate: float = 1.0,
    levels: tuple[CurvePoint, ...] = (),
    restaurants: int = 1,
    side: float = SIDE,
    trip: Law | None = None,
    popularity: float = 0.6,
    process: Callable[[Intensity], Arrivals] = Poisson,
) -> list[Plan]:
    """Orders of one geo whose restaurants all stand in its centre."""
    town = area(side, range(restaurants), range(0))
    places = standing([town], [(side / 2, side / 2)] * restaurants, np.empty((0, 2)))
    demand = GeoDemand(town, process(Intensity(rate, levels)), popularity, trip or fixed(100.0), MENU)
    return list(demand.plans(to_ns(seconds), places, STREAMS))


def placed_s(plans: Sequence[Plan]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([plan.placed for plan in plans]) / SECOND


def test_arrivals_are_poisson() -> None:
    arrivals = placed_s(plans_around_one_place(3000.0, rate=1.0))
    gaps = np.diff(arrivals, prepend=0.0)
    assert is_drawn_from(gaps, lambda gap: 1.0 - np.exp(-gap))
    assert is_uncorrelated(gaps[1:], gaps[:-1])
    assert abs(len(gaps) - 3000) < 4 * math.sqrt(3000)


def test_a_shorter_run_sees_the_beginning_of_a_longer_one() -> None:
    short, long = plans_around_one_place(200.0), plans_around_one_place(400.0)
    assert short == [plan for plan in long if plan.placed < to_ns(200.0)]
    assert len(short) < len(long)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        # orders/s at level 1 is 2; integrals of the level over each quarter of 2000 s
        (curve((0, 0.2), (1000, 1.0), (2000, 0.4)), (200.0, 400.0, 425.0, 275.0)),
        (curve((500, 0.0), (1000, 2.0)), (0.0, 500.0, 1000.0, 1000.0)),
        ((), (500.0, 500.0, 500.0, 500.0)),
    ],
)
def test_demand_follows_its_curve(levels: tuple[CurvePoint, ...], expected: tuple[float, ...]) -> None:
    arrivals = placed_s(plans_around_one_place(2000.0, rate=2.0, levels=levels))
    counts, _ = np.histogram(arrivals, bins=4, range=(0.0, 2000.0))
    for count, integral in zip(counts, expected, strict=True):
        assert abs(count - 2.0 * integral) <= 4 * math.sqrt(2.0 * integral)


def test_the_level_is_linear_between_points_and_constant_outside() -> None:
    points = curve((100, 0.5), (200, 1.5), (400, 1.0))
    rates = [Intensity(2.0, points).at(to_ns(at)) for at in (0, 100, 150, 200, 300, 400, 9999)]
    assert rates == [1.0, 1.0, 2.0, 3.0, 2.5, 2.0, 2.0]
    assert Intensity(2.0, points).peak == 3.0
    assert Intensity(2.0).at(0) == Intensity(2.0).peak == 2.0


def test_stratified_arrivals_have_their_exact_count_in_every_ten_minutes() -> None:
    arrivals = placed_s(plans_around_one_place(36_000.0, rate=0.7525, process=Stratified))
    counts = np.bincount((arrivals // 600).astype(int), minlength=60)
    assert set(counts.tolist()) == {451, 452}  # 451.5 are expected
    assert abs(int(counts.sum()) - 0.7525 * 36_000) <= 1


def test_stratified_arrivals_are_spread_evenly_at_random_within_their_ten_minutes() -> None:
    arrivals = placed_s(plans_around_one_place(6000.0, rate=1.0, process=Stratified))
    assert is_drawn_from(arrivals % 600, lambda at: at / 600)
    assert (np.diff(arrivals) >= 0).all()


def test_stratified_arrivals_follow_the_curve() -> None:
    levels = curve((0, 0.0), (600, 1.0), (1200, 0.0))
    arrivals = placed_s(plans_around_one_place(1200.0, rate=2.0, levels=levels, process=Stratified))
    assert [int((arrivals < 600).sum()), int((arrivals >= 600).sum())] == [600, 600]
    assert is_drawn_from(arrivals[arrivals < 600], lambda at: (at / 600) ** 2)


def test_a_shorter_stratified_run_sees_the_beginning_of_a_longer_one() -> None:
    short, long = (plans_around_one_place(seconds, process=Stratified) for seconds in (250.0, 700.0))
    assert short == [plan for plan in long if plan.placed < to_ns(250.0)]


def test_popularity_follows_zipf() -> None:
    assert zipf_probabilities(3, 1.0) == pytest.approx([6 / 11, 3 / 11, 2 / 11], rel=1e-15)
    assert zipf_probabilities(4, 0.0).tolist() == [0.25] * 4
    plans = plans_around_one_place(3000.0, restaurants=20, popularity=0.6)
    counts = Counter(plan.cart.restaurant for plan in plans)
    assert set(counts) <= set(range(20))
    weights = np.arange(1, 21) ** -0.6
    assert counts_fit(np.array([counts[number] for number in range(20)]), weights / weights.sum())


def test_trips_have_the_declared_median_and_p95() -> None:
    trip = law_of(geo(kind="dense").trip)
    plans = plans_around_one_place(3000.0, trip=trip)
    trips = np.array([math.hypot(plan.door.x - SIDE / 2, plan.door.y - SIDE / 2) for plan in plans])
    for metres, share in ((1400.0, 0.5), (3600.0, 0.95)):
        below, count = int((trips <= metres).sum()), len(trips)
        assert abs(below - count * share) <= 4 * math.sqrt(count * share * (1 - share))


def test_doors_lie_in_every_direction() -> None:
    plans = plans_around_one_place(2000.0, trip=fixed(500.0))
    angles = np.array([math.atan2(plan.door.y - SIDE / 2, plan.door.x - SIDE / 2) for plan in plans])
    assert is_drawn_from(angles / (2 * math.pi) + 0.5, lambda share: share)


def test_doors_lie_inside_the_geo() -> None:
    square = geo(area="100 km2", restaurants=30)
    places = places_of({"a": geo(), "town": square}, 1)
    town = places.areas[1]
    ground = square_of(town)
    demand = GeoDemand(town, Poisson(Intensity(1.0)), 0.6, law_of(square.trip), MENU)
    plans = list(demand.plans(to_ns(500), places, STREAMS))
    assert len(plans) > 400
    assert all(ground.contains(plan.door.x, plan.door.y) for plan in plans)
    on_edge = [
        plan for plan in plans if plan.door.x in (ground.x, ground.x + ground.side) or plan.door.y in (0.0, ground.side)
    ]
    assert len(on_edge) < 0.02 * len(plans), "another direction is drawn before a door is moved to the edge"
    assert {plan.cart.restaurant for plan in plans} == set(town.restaurants)


def test_where_no_trip_fits_the_door_is_at_the_edge() -> None:
    side = 1000.0
    for plan in plans_around_one_place(50.0, side=side, trip=fixed(5000.0)):
        assert plan.door.x in (0.0, side) or plan.door.y in (0.0, side)
        assert 0.0 <= min(plan.door.x, plan.door.y) <= max(plan.door.x, plan.door.y) <= side


def test_a_cart_has_one_to_four_different_items() -> None:
    carts = [plan.cart.lines for plan in plans_around_one_place(3000.0)]
    for lines in carts:
        assert len({line.item for line in lines}) == len(lines)
        assert {line.quantity for line in lines} == {1}
    sizes = Counter(len(lines) for lines in carts)
    assert set(sizes) == {1, 2, 3, 4}
    assert counts_fit(np.array([sizes[size] for size in (1, 2, 3, 4)]), np.full(4, 0.25))
    first = Counter(lines[0].item for lines in carts)
    assert set(first) == set(range(50))
    assert counts_fit(np.array([first[item] for item in range(50)]), np.full(50, 0.02))


def test_a_short_menu_limits_the_cart() -> None:
    sizes = {len(Menu(items=2, lines=4).choose(STREAMS("cart.x"), order)) for order in range(100)}
    assert sizes == {1, 2}
    assert Menu(items=1, lines=9).choose(STREAMS("cart.x"), 7) == ((0, 1),)


def two_geos(seconds: float = 1000.0, drivers: int = 5, rate: float = 0.7) -> list[Plan]:
    """Orders of a busy geo and one with 0.3/s."""
    declared = {"busy": geo(area="25 km2", drivers=drivers), "calm": geo(kind="sparse", area="25 km2")}
    places = places_of(declared, to_ns(seconds))
    demands = [
        GeoDemand(place, Poisson(Intensity(share)), 0.6, law_of(declared[place.name].trip), MENU)
        for place, share in zip(places.areas, (rate, 0.3), strict=True)
    ]
    return list(declared_plans(demands, to_ns(seconds), places, STREAMS))


def test_geos_are_merged_in_order_of_time_each_with_its_share() -> None:
    plans = two_geos()
    assert plans == sorted(plans, key=lambda plan: (plan.placed, plan.cart.order))
    counts = Counter(plan.cart.geo for plan in plans)
    assert abs(counts[0] - 700) <= 4 * math.sqrt(700)
    assert abs(counts[1] - 300) <= 4 * math.sqrt(300)
    for number in (0, 1):
        orders = [plan.cart.order for plan in plans if plan.cart.geo == number]
        assert orders == list(range(number * GEO_STRIDE, number * GEO_STRIDE + counts[number]))
        restaurants = {plan.cart.restaurant for plan in plans if plan.cart.geo == number}
        assert restaurants == set(range(3 * number, 3 * number + 3))
    assert {(plan.ready, plan.promised) for plan in plans} == {(-1, -1)}


def test_one_more_driver_leaves_every_order_as_it_was() -> None:
    assert two_geos(drivers=6) == two_geos(drivers=5)


def test_more_demand_in_one_geo_leaves_the_other_s_as_it_was() -> None:
    before = [plan for plan in two_geos() if plan.cart.geo == 1]
    after = two_geos(rate=1.4)
    assert [plan for plan in after if plan.cart.geo == 1] == before
    assert len(after) > len(before)


def test_a_recorded_day_is_ordered_as_it_was() -> None:
    plans = list(recorded_plans(day(), off_street(day().customer), MENU, STREAMS))
    assert [
        (plan.placed // SECOND, plan.door.x, plan.door.y, plan.ready // SECOND, plan.promised) for plan in plans
    ] == [
        (10, 5.0, 6.0, 700, 2000 * SECOND),
        (20, -7.5, 8.0, 650, -1),
        (20, 9.0, -1.0, 900, 2400 * SECOND),
    ]
    assert [plan.cart[:3] for plan in plans] == [(0, 0, 1), (1, 0, 0), (2, 0, 1)]
    assert [plan.cart.lines for plan in plans] == [MENU.choose(STREAMS("cart.trace"), order) for order in range(3)]


def test_thinned_arrivals_are_poisson_too() -> None:
    """The peak of 4 comes after the run: three of four candidates are thinned out, whatever their gaps."""
    levels = curve((5000, 1.0), (5001, 4.0))
    gaps = np.diff(placed_s(plans_around_one_place(2000.0, levels=levels)), prepend=0.0)
    assert is_drawn_from(gaps, lambda gap: 1.0 - np.exp(-gap))


def test_how_far_a_door_is_says_nothing_about_its_direction() -> None:
    plans = plans_around_one_place(2000.0, trip=law_of(geo().trip))
    doors = np.array([(plan.door.x, plan.door.y) for plan in plans]) - SIDE / 2
    distance, angle = np.hypot(*doors.T), np.arctan2(doors[:, 1], doors[:, 0])
    for wave in (angle, np.sin(angle), np.cos(angle)):
        assert is_uncorrelated(np.log(distance), wave)


def test_geos_order_at_instants_of_their_own() -> None:
    plans = two_geos(rate=0.3)
    busy, calm = ({plan.placed for plan in plans if plan.cart.geo == number} for number in (0, 1))
    assert not busy & calm

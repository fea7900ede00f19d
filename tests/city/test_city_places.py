"""Where restaurants and drivers start."""

from __future__ import annotations

import numpy as np
from city_examples import day, geo, is_drawn_from, is_uncorrelated, no_trees, places_of, square_of

from swifteats_sim.city.onto_streets import Day
from swifteats_sim.city.places import Area, Places, recorded_places
from swifteats_sim.city.spots import Spot
from swifteats_sim.engine.clock import SECOND
from swifteats_sim.scenario.city import City
from swifteats_sim.scenario.traces import Trace

END = 3600 * SECOND


def two_geos() -> dict[str, dict[str, object]]:
    return {
        "outer": {"kind": "sparse", "area": "9 km2", "restaurants": 4, "drivers": 6},
        "centre": {"area": "4 km2", "restaurants": 3, "drivers": 5},
    }


def build(geos: dict[str, dict[str, object]]) -> Places:
    return places_of({name: geo(**keys) for name, keys in geos.items()}, END)


def test_every_geo_has_what_it_declares_in_a_square_of_its_own() -> None:
    places = build(two_geos())
    centre, outer = places.areas
    assert (centre.index, centre.name, centre.kind, square_of(centre).x, square_of(centre).side) == (
        0,
        "centre",
        "dense",
        0.0,
        2000.0,
    )
    assert (outer.index, outer.name, outer.kind, square_of(outer).x, square_of(outer).side) == (
        1,
        "outer",
        "sparse",
        12_000.0,
        3000.0,
    )
    assert (centre.restaurants, centre.drivers) == (range(3), range(5))
    assert (outer.restaurants, outer.drivers) == (range(3, 7), range(5, 11))
    assert (places.restaurants.places.shape, places.homes.places.shape) == ((7, 2), (11, 2))
    for area in places.areas:
        assert all(
            square_of(area).contains(*point) for point in places.restaurants.places[list(area.restaurants)].tolist()
        )
        assert all(square_of(area).contains(*point) for point in places.homes.places[list(area.drivers)].tolist())


def test_a_geo_travels_by_its_own_speed_and_detour() -> None:
    centre, outer = build(two_geos()).areas
    origin, kilometre = Spot(0.0, 0.0), Spot(1000.0, 0.0)  # 25 km/h with detour 1.3; 35 km/h with detour 1.2
    assert centre.travel.onward(origin, kilometre, 0) == round(1.3 / 25 * 3600 * SECOND)
    assert outer.travel.onward(origin, kilometre, 0) == round(1.2 / 35 * 3600 * SECOND)


def test_the_edge_belongs_to_the_geo() -> None:
    square = square_of(build(two_geos()).areas[1])
    assert square.contains(12_000.0, 0.0)
    assert square.contains(15_000.0, 3000.0)
    for outside in ((11_999.9, 5.0), (15_000.1, 5.0), (12_005.0, -0.1), (12_005.0, 3000.1)):
        assert not square.contains(*outside)


def test_places_are_spread_evenly() -> None:
    places = build({"centre": {"area": "4 km2", "restaurants": 2000, "drivers": 2000}})
    for points in (places.restaurants.places, places.homes.places):
        assert is_drawn_from(points[:, 0] / 2000.0, lambda share: share)
        assert is_drawn_from(points[:, 1] / 2000.0, lambda share: share)
        assert is_uncorrelated(points[:, 0], points[:, 1])
    assert not np.isin(places.restaurants.places, places.homes.places).any()


def without(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]], number: int) -> bytes:
    return np.delete(points, number, axis=0).tobytes()


def test_one_more_driver_moves_nobody() -> None:
    before = build(two_geos())
    geos = two_geos()
    geos["centre"]["drivers"] = 6
    after = build(geos)
    assert after.restaurants.places.tobytes() == before.restaurants.places.tobytes()
    assert without(after.homes.places, 5) == before.homes.places.tobytes()


def test_one_more_restaurant_moves_nobody() -> None:
    before = build(two_geos())
    geos = two_geos()
    geos["centre"]["restaurants"] = 4
    after = build(geos)
    assert without(after.restaurants.places, 3) == before.restaurants.places.tobytes()
    assert after.homes.places.tobytes() == before.homes.places.tobytes()


def test_the_order_of_geos_in_the_file_does_not_matter() -> None:
    geos = two_geos()
    one, other = build(geos), build(dict(reversed(geos.items())))
    assert list(geos) == ["outer", "centre"]
    assert [described(area) for area in one.areas] == [described(area) for area in other.areas]
    assert one.restaurants.places.tobytes() == other.restaurants.places.tobytes()
    assert one.homes.places.tobytes() == other.homes.places.tobytes()


def described(area: Area) -> tuple[object, ...]:
    ground = square_of(area)
    return area.index, area.name, area.kind, ground.x, ground.side, area.restaurants, area.drivers


def test_drivers_without_declared_shifts_work_all_the_run() -> None:
    places = build(two_geos())
    assert (places.on.tolist(), places.off.tolist()) == ([0] * 11, [END] * 11)


def test_waves_of_drivers_come_and_go_together() -> None:
    geos = two_geos()
    geos["centre"] = {
        "drivers": None,
        "shifts": [{"drivers": 2, "on": "0 s", "off": "10 min"}, {"drivers": 1, "on": "5 min", "off": "20 min"}],
    }
    places = build(geos)
    assert [area.drivers for area in places.areas] == [range(3), range(3, 9)]
    assert (places.on / SECOND).tolist() == [0, 0, 300] + [0] * 6
    assert (places.off / SECOND).tolist() == [600, 600, 1200] + [3600] * 6


def test_a_geo_without_drivers_has_none() -> None:
    places = build({"centre": {"drivers": 0}})
    assert places.homes.places.shape == (0, 2)
    assert (places.on.tolist(), places.off.tolist(), places.areas[0].drivers) == ([], [], range(0))


def recorded(name: str, trace: Trace) -> tuple[Places, Day]:
    city = City(geos={name: geo(area=None, restaurants=None, drivers=None)})
    return recorded_places(city, trace, no_trees)


def test_a_recorded_day_keeps_its_own_places_and_shifts() -> None:
    trace = day()
    places, day_of = recorded("town", trace)
    (town,) = places.areas
    assert (town.name, town.restaurants, town.drivers) == ("town", range(2), range(2))
    assert places.restaurants.places.tolist() == trace.restaurants.tolist()
    assert places.homes.places.tolist() == trace.start.tolist()
    assert day_of.doors.places.tolist() == trace.customer.tolist()
    assert (places.on.tolist(), places.off.tolist()) == (trace.on.tolist(), trace.off.tolist())


def test_a_day_that_states_a_speed_states_it_along_the_line() -> None:
    origin, kilometre = Spot(0.0, 0.0), Spot(1000.0, 0.0)
    (stated,) = recorded("town", day(speed=5.0))[0].areas
    assert stated.travel.onward(origin, kilometre, 0) == 200 * SECOND
    (unstated,) = recorded("town", day())[0].areas
    assert unstated.travel.onward(origin, kilometre, 0) == round(1.3 / 25 * 3600 * SECOND)

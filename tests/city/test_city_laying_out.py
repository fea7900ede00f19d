"""Cities on maps: which part of one is whose, who stands where, and how maps lie beside each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import pytest
from city_examples import fixed
from numpy.typing import NDArray

from swifteats_sim.city.arrivals import PROCESSES, Intensity
from swifteats_sim.city.demand import GeoDemand, Menu
from swifteats_sim.city.laying_out import Layout
from swifteats_sim.city.places import Places, declared_places
from swifteats_sim.city.spots import OFF_STREET, Point
from swifteats_sim.city.street_ground import NEAR
from swifteats_sim.engine.clock import SECOND
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.tracks import NONE
from swifteats_sim.engine.ways import POINT
from swifteats_sim.scenario import ScenarioError
from swifteats_sim.scenario.city import City
from swifteats_sim.streets.bundled import find_map
from swifteats_sim.streets.cells import RESOLUTION, Cover, names_of
from swifteats_sim.streets.congestion import Congestion
from swifteats_sim.streets.dense_and_sparse import dense_and_sparse
from swifteats_sim.streets.map_file import read_map
from swifteats_sim.streets.street_map import ROADS, StreetMap
from swifteats_sim.streets.trees import Trees

END = 3600 * SECOND
TWO: Mapping[str, Mapping[str, Any]] = {"inner": {"kind": "dense"}, "outer": {"kind": "sparse"}}


@cache
def reykjavik() -> StreetMap:
    return read_map(find_map("reykjavik"))


@cache
def cells() -> NDArray[np.int64]:
    """int64[nodes]: the h3 cell of each, asked for one by one."""
    return np.array([h3.latlng_to_cell(lat, lon, RESOLUTION) for lon, lat in reykjavik().degrees], dtype=np.int64)


def city_of(geos: Mapping[str, Mapping[str, Any]], **keys: Any) -> City:
    """A city on Reykjavik, with 4 restaurants and 6 drivers in each geo, unless told otherwise."""
    peopled = {name: {"restaurants": 4, "drivers": 6, **geo} for name, geo in geos.items()}
    return City.model_validate({"map": "reykjavik", "geos": peopled, **keys})


def no_trees_yet(streets: StreetMap, congestion: Congestion, roots: NDArray[np.int32]) -> Trees:
    """Who asks for places alone need not wait for trees to grow."""
    return Trees(0, (), (), ())


def places_of(city: City, seed: int = 1, replication: int = 0) -> Places:
    return declared_places(city, END, Streams(seed, replication), no_trees_yet)


def nodes_of(places: Places) -> dict[str, tuple[list[int], list[int]]]:
    """The nodes of restaurants and of homes, by geo."""
    return {
        area.name: (
            places.restaurants.nodes[list(area.restaurants)].tolist(), places.homes.nodes[list(area.drivers)].tolist()
        )
        for area in places.areas
    }  # fmt: skip


@pytest.fixture(scope="module")
def two() -> Places:
    """Enough of them to meet every corner of both geos."""
    many = {"restaurants": 300, "drivers": 300}
    return places_of(city_of({name: {**geo, **many} for name, geo in TWO.items()}))


def test_two_geos_on_a_map_are_its_dense_and_its_sparse_part(two: Places) -> None:
    split = dense_and_sparse(Cover(reykjavik()))
    for name, part in (("inner", split.dense), ("outer", split.sparse)):
        for nodes in nodes_of(two)[name]:
            assert np.isin(cells()[nodes], part.astype(np.int64)).all()
            assert len(np.unique(cells()[nodes])) > 20, "all over the geo"


def test_a_geo_of_cells_has_its_restaurants_and_drivers_in_them() -> None:
    town = h3.latlng_to_cell(64.1420, -21.9270, RESOLUTION)
    around = np.array(sorted(h3.grid_disk(town, 1)), dtype=np.uint64)
    rest = np.setdiff1d(Cover(reykjavik()).occupied, around)
    geos = {"centre": {"kind": "dense", "cells": names_of(around)}, "rest": {"kind": "dense", "cells": names_of(rest)}}
    found = nodes_of(places_of(city_of(geos)))
    for name, part in (("centre", around), ("rest", rest)):
        restaurants, homes = found[name]
        assert np.isin(cells()[restaurants + homes], part.astype(np.int64)).all()


def test_a_geo_alone_on_a_map_has_all_of_it() -> None:
    ground = Layout(city_of({"town": {"kind": "sparse"}})).grounds["town"]
    drawn = ground.spread(100_000, Streams(1, 0)("any")).nodes
    assert len(np.unique(drawn)) == reykjavik().nodes


def test_two_grids_are_two_cities_each_of_its_kind() -> None:
    grid = {"map": "grid", "area": "4 km2"}
    layout = Layout(city_of({"a": {"kind": "dense", **grid}, "b": {"kind": "sparse", **grid}}))
    assert [layout.sites[name].streets.name for name in "ab"] == ["grid-dense", "grid-sparse"]
    for name in "ab":
        drawn = layout.grounds[name].spread(20_000, Streams(1, 0)("any")).nodes
        assert len(np.unique(drawn)) == layout.sites[name].streets.nodes


def test_whoever_stands_on_a_map_stands_at_a_node_of_it(two: Places) -> None:
    """Each at its own place, and not where the plane of the map has it, but where the map lies on the run's plane."""
    for spread in (two.restaurants, two.homes):
        assert spread.nodes.min() >= 0
        east = spread.places - reykjavik().places[spread.nodes]
        assert np.ptp(east[:, 0]) < 1e-6
        assert np.abs(east[:, 1]).max() == 0.0


def test_restaurants_of_a_map_stand_where_they_stand_and_drivers_log_on_anew() -> None:
    """So that the trees of one run serve the next."""
    city = city_of(TWO)
    runs = [nodes_of(places_of(city, seed, replication)) for seed, replication in ((1, 0), (2, 0), (1, 1))]
    for name in TWO:
        restaurants, homes = zip(*(run[name] for run in runs), strict=True)
        assert restaurants[0] == restaurants[1] == restaurants[2]
        assert homes[0] != homes[1]
        assert homes[0] != homes[2]


def test_restaurants_without_a_map_are_drawn_anew() -> None:
    square = city_of({"town": {"kind": "dense", "map": "straight", "area": "4 km2"}})
    one, other = (places_of(square, seed).restaurants for seed in (1, 2))
    assert one.nodes.tolist() == [OFF_STREET] * 4
    assert not np.isin(one.places, other.places).any()


@pytest.mark.parametrize("what", ["restaurants", "drivers"])
def test_one_more_moves_nobody(what: str) -> None:
    before = nodes_of(places_of(city_of(TWO)))
    more = {"inner": {**TWO["inner"], what: 7}, "outer": TWO["outer"]}
    after = nodes_of(places_of(city_of(more)))
    changed = ("restaurants", "drivers").index(what)
    assert after["outer"] == before["outer"]
    assert after["inner"][1 - changed] == before["inner"][1 - changed]
    fewer = len(before["inner"][changed])
    assert (len(after["inner"][changed]), after["inner"][changed][:fewer]) == (7, before["inner"][changed])


def test_the_order_of_geos_in_the_file_changes_nothing() -> None:
    assert nodes_of(places_of(city_of(TWO))) == nodes_of(
        places_of(city_of({name: TWO[name] for name in reversed(list(TWO))}))
    )


def test_every_driver_stands_at_the_end_of_a_street() -> None:
    grid, square = ({"kind": "dense", "map": name, "area": "4 km2"} for name in ("grid", "straight"))
    places = places_of(city_of({"a-grid": grid, **TWO, "square": square}))
    lines, points = places.lines.lines, places.lines.points.reshape(-1, POINT)
    for node, home, line in zip(places.homes.nodes, places.homes.places, places.standing, strict=True):
        assert (line == NONE) == (node == OFF_STREET)
        if line != NONE:
            assert points[lines[line + 1] - 1, :2].tolist() == home.tolist()


# doors


def wanted_first(asked: list[Point], *points: Point) -> Iterator[Point]:
    """These points, each noted when it is asked for."""
    for point in points:
        asked.append(point)
        yield point


def layout_of_two() -> tuple[Layout, NDArray[np.float64]]:
    """And where the nodes of its map are."""
    layout = Layout(city_of(TWO))
    return layout, layout.sites["inner"].places


def far_from_streets(places: NDArray[np.float64]) -> Point:
    """North of all of them, on the sea."""
    return float(places[:, 0].mean()), float(places[:, 1].max()) + 5_000.0


def test_a_door_is_the_node_nearest_to_where_it_was_wanted() -> None:
    layout, places = layout_of_two()
    chance = np.random.default_rng(7)
    for x, y in places[chance.integers(0, len(places), 50)] + chance.uniform(-70, 70, (50, 2)):
        door = layout.grounds["inner"].door(iter([(x, y)]))
        apart = np.hypot(*(places - (x, y)).T)
        assert apart[door.node] == apart.min()
        assert door.point == tuple(places[door.node].tolist())


def test_nobody_lives_where_no_street_is_near() -> None:
    layout, places = layout_of_two()
    sea, asked = far_from_streets(places), list[Point]()
    node = places[123].tolist()
    land, later = (node[0], node[1]), (node[0] + 1.0, node[1])
    door = layout.grounds["inner"].door(wanted_first(asked, sea, sea, land, later))
    assert (door.node, asked) == (123, [sea, sea, land])


def test_where_all_directions_lead_to_the_sea_the_last_door_moves_to_the_shore() -> None:
    layout, places = layout_of_two()
    sea = far_from_streets(places)
    door = layout.grounds["inner"].door(iter([sea] * 64))
    apart = np.hypot(*(places - sea).T)
    assert apart[door.node] == apart.min() > NEAR


def test_a_door_may_lie_beyond_the_border_of_its_restaurant_s_geo() -> None:
    layout, places = layout_of_two()
    inner = layout.grounds["inner"].spread(20_000, Streams(1, 0)("any")).nodes
    outside = int(np.setdiff1d(np.arange(len(places)), inner)[0])
    x, y = places[outside].tolist()
    assert layout.grounds["inner"].door(iter([(x, y)])).node == outside


def test_orders_near_a_border_are_delivered_beyond_it_and_none_is_lost() -> None:
    """Trips of exactly 2 km: each door lies that far from its restaurant, but for the way to the nearest node."""
    places = places_of(city_of(TWO))
    (inner, outer), inside = places.areas, np.isin(cells(), dense_and_sparse(Cover(reykjavik())).dense.astype(np.int64))
    crossed = 0
    for area, own in ((inner, inside), (outer, ~inside)):
        arrivals = PROCESSES["stratified"](Intensity(600 / 3600, ()))
        demand = GeoDemand(area, arrivals, 0.6, fixed(2000.0), Menu(10, 1))
        plans = list(demand.plans(END, places, Streams(1, 0)))
        assert len(plans) == 600
        for plan in plans:
            restaurant = places.restaurant(plan.cart.restaurant)
            assert math.dist(restaurant.point, plan.door.point) == pytest.approx(2000.0, abs=NEAR)
            crossed += not own[plan.door.node]
    assert crossed > 50, "2 km lead across many a border"


# maps and squares beside each other


def test_maps_and_squares_lie_beside_each_other() -> None:
    """From west to east in the order of names: a grid, a map with two geos, a square, and a grid again."""
    layout = Layout(city_of({
        "a": {"kind": "dense", "map": "grid", "area": "4 km2"}, "b": {"kind": "dense"},
        "c": {"kind": "dense", "map": "straight", "area": "9 km2"}, "d": {"kind": "sparse"},
        "e": {"kind": "dense", "map": "grid", "area": "4 km2"},
    }))  # fmt: skip
    assert layout.sites["b"] is layout.sites["d"]
    assert layout.sites["a"] is not layout.sites["e"]
    spreads = {name: layout.grounds[name].spread(500, Streams(1, 0)("any")).places for name in "abce"}
    for west, east in pairwise(
        [spreads["a"], np.concatenate([spreads["b"], shape_of(layout)]), *map(spreads.get, "ce")]
    ):
        assert west is not None
        assert east is not None
        assert east[:, 0].min() - west[:, 0].max() > 5_000.0


def shape_of(layout: Layout) -> NDArray[np.float64]:
    """All points of the streets that geo b lies on."""
    site = layout.sites["b"]
    points = layout.lines.points.reshape(-1, POINT)
    found: NDArray[np.float64] = points[
        layout.lines.lines[site.first] : layout.lines.lines[site.first + site.streets.arcs], :2
    ]
    return found


def test_every_arc_of_every_site_is_a_line_from_its_tail_to_its_head() -> None:
    layout = Layout(city_of({"a": {"kind": "dense", "map": "grid", "area": "1 km2"}, "b": {"kind": "dense"}}))
    lines, points = layout.lines.lines, layout.lines.points.reshape(-1, POINT)[:, :2]
    assert len(lines) - 1 == sum(site.streets.arcs for site in layout.sites.values())
    for site in layout.sites.values():
        mine = site.first + np.arange(site.streets.arcs)
        assert points[lines[mine]] == pytest.approx(site.places[site.streets.tail], abs=1e-6)
        assert points[lines[mine + 1] - 1] == pytest.approx(site.places[site.streets.head], abs=1e-6)


def test_each_hour_has_the_traffic_of_its_rule_and_others_have_none() -> None:
    rules = {
        "morning": {"hours": [7], "speeds": {"primary": "40 %", "all": "80 %"}},
        "eight": {"hours": [8], "speeds": {"residential": "50 %"}},
    }
    factors = Layout(city_of(TWO, congestion=rules)).congestion.factors
    seven, eight = (dict(zip(ROADS, factors[hour].tolist(), strict=True)) for hour in (7, 8))
    assert seven == {**dict.fromkeys(ROADS, 0.8), "primary": 0.4}
    assert eight == {**dict.fromkeys(ROADS, 1.0), "residential": 0.5}
    assert (np.delete(factors, [7, 8], axis=0) == 1.0).all()


def test_nobody_is_faster_than_the_fastest_of_all_lines() -> None:
    rush = {"hours": [3], "speeds": {"motorway": "150 %"}}
    layout = Layout(city_of({"a": {"kind": "dense"}}, congestion={"night": rush}))
    streets, free = reykjavik(), Layout(city_of({"a": {"kind": "dense"}})).lines.fastest
    assert layout.lines.fastest * 1e9 >= streets.speed.max()
    assert layout.lines.fastest >= free


# what cannot be


def no_map(folder: Path) -> str:
    (folder / "text.parquet").write_text("I am no map")
    return str(folder / "text.parquet")


@pytest.mark.parametrize(
    ("geo", "said"),
    [
        ({"map": "reykjavk"}, "reykjavk: city.geos.town.map: unknown map 'reykjavk'; did you mean 'reykjavik'?"),
        ({"map": "gird"}, "gird: city.geos.town.map: unknown map 'gird'; did you mean 'grid'?"),
        ({"map": "oslo"}, "oslo: city.geos.town.map: unknown map 'oslo'; known: grid, iceland, reykjavik, straight"),
        (
            {"map": "grid", "area": "50000 km2"},
            "grid: city.geos.town.area: area 50000.0 km2: must be above 0 and below 40000 km2",
        ),
        (
            {"cells": ["881126d331fffff"]},
            "reykjavik: city.geos.town.cells: cell '881126d331fffff', at longitude 24.946 and latitude 60.168, lies "
            "outside reykjavik: longitude -22.145 .. -21.600, latitude 64.020 .. 64.240",
        ),
        ({"cells": ["88075dd591fffff"]}, "reykjavik: city.geos.town.cells: no node of reykjavik lies in these cells"),
        ({"cells": ["0" * 15]}, "reykjavik: city.geos.town.cells: '000000000000000' is no h3 cell"),
        (
            {"cells": ["87075dd48ffffff"]},
            "reykjavik: city.geos.town.cells: cell '87075dd48ffffff' has resolution 7, not 8",
        ),
    ],
)
def test_ground_that_there_is_not_is_refused(geo: dict[str, Any], said: str) -> None:
    assert refused(lambda: Layout(city_of({"town": {"kind": "dense", **geo}}))) == said


def test_a_file_that_is_no_map_is_refused(tmp_path: Path) -> None:
    name = no_map(tmp_path)
    said = refused(lambda: Layout(city_of({"town": {"kind": "dense", "map": name}})))
    assert said == f"{name}: city.geos.town.map: is no map: cannot be read as Parquet"


def test_cells_that_lie_in_the_dense_part_are_not_beside_it() -> None:
    """Only the map can tell."""
    geos: Mapping[str, Mapping[str, Any]] = {
        "inner": {"kind": "dense"},
        "other": {"kind": "sparse", "cells": ["88075dd483fffff"]},
    }
    said = "reykjavik: city.geos: cell 88075dd483fffff is in two geos: inner and other"
    assert refused(lambda: Layout(city_of(geos))) == said


def refused(lay: Callable[[], Layout]) -> str:
    with pytest.raises(ScenarioError) as error:
        lay()
    return str(error.value)

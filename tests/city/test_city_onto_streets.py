"""A recorded day on the streets of its own city: a day made by hand in Reykjavik."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from city_examples import day, no_trees
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod

from swifteats_sim.city.places import Places, recorded_places
from swifteats_sim.city.spots import OFF_STREET, Spread
from swifteats_sim.city.street_travel import AlongStreets
from swifteats_sim.city.travel import StraightLine
from swifteats_sim.engine.clock import SECOND
from swifteats_sim.engine.tracks import NONE
from swifteats_sim.scenario import ScenarioError, Trace, read_trace
from swifteats_sim.scenario.city import City
from swifteats_sim.scenario.rappi import projected, unprojected
from swifteats_sim.streets.bundled import find_map
from swifteats_sim.streets.congestion import Congestion
from swifteats_sim.streets.map_file import read_map
from swifteats_sim.streets.street_map import StreetMap
from swifteats_sim.streets.tree_cache import TreeCache
from swifteats_sim.streets.trees import Trees, grow_trees

ORDERS = """\
order_id,pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng,\
placement_time,preparation_time,ready_time,expected_drop_off_time
b,64.1420,-21.9270,64.1300,-21.9000,10:02:00,10:03:00,10:20:00,10:50:00
a,64.1440,-21.9400,64.1400,-21.9200,10:01:00,10:02:00,10:20:00,10:50:00
c,64.1440,-21.9400,64.1350,-21.9300,10:03:30,10:04:00,10:22:30,10:51:00
"""
COURIERS = """\
courier_id,vehicle,on_lat,on_lng,on_time,off_time
1,bicycle,64.1410,-21.9300,09:00:00,12:00:00
2,car,64.1380,-21.9100,09:30:00,12:00:00
"""
PICK_UPS = ((64.1420, -21.9270), (64.1440, -21.9400))
DROP_OFFS = ((64.1400, -21.9200), (64.1300, -21.9000), (64.1350, -21.9300))
LOG_ONS = ((64.1410, -21.9300), (64.1380, -21.9100))
"""As a trace has them: restaurants by latitude, orders by time, drivers by log-on."""
SNAP = 200.0


@cache
def reykjavik() -> StreetMap:
    return read_map(find_map("reykjavik"))


def made_day(folder: Path, orders: str = ORDERS) -> Trace:
    (folder / "orders.csv").write_text(orders)
    (folder / "couriers.csv").write_text(COURIERS)
    return read_trace(folder)


def grow(streets: StreetMap, congestion: Congestion, roots: NDArray[np.int32]) -> Trees:
    return grow_trees(streets, congestion, roots, TreeCache(None))


def placed(trace: Trace, streets: str = "reykjavik", snap: str = "200 m") -> tuple[Places, Spread]:
    city = City.model_validate({"map": streets, "snap": snap, "geos": {"town": {"kind": "dense"}}})
    places, day = recorded_places(city, trace, no_trees if streets == "straight" else grow)
    return places, day.doors


def apart(place: tuple[float, float], nodes: NDArray[np.int32] | None = None) -> NDArray[np.float64]:
    """Metres on the ellipsoid from a latitude and longitude to nodes of Reykjavik; to all of them, unless told."""
    degrees = reykjavik().degrees if nodes is None else reykjavik().degrees[nodes]
    here = np.tile(place, (len(degrees), 1))
    metres: NDArray[np.float64] = Geod(ellps="WGS84").inv(here[:, 1], here[:, 0], *degrees.T)[2]
    return metres


def test_everything_is_moved_to_the_nearest_node(tmp_path: Path) -> None:
    places, doors = placed(made_day(tmp_path))
    asked = zip(
        (*PICK_UPS, *DROP_OFFS, *LOG_ONS),
        np.concatenate([places.restaurants.nodes, doors.nodes, places.homes.nodes]).tolist(),
        strict=True,
    )
    for place, node in asked:
        metres = apart(place)
        assert metres[node] <= metres.min() * 1.01 + 0.1, "the sphere of a trace is none of the ellipsoid of a map"
        assert metres[node] <= SNAP


def test_what_was_moved_is_at_its_node(tmp_path: Path) -> None:
    places, doors = placed(made_day(tmp_path))
    for spread in (places.restaurants, places.homes, doors):
        east = spread.places - reykjavik().places[spread.nodes]
        assert east == pytest.approx(np.tile(east[0], (len(east), 1)), abs=1e-6)
    assert (places.standing != NONE).all()
    assert isinstance(places.areas[0].travel, AlongStreets)


def test_a_day_keeps_its_times_and_its_shifts(tmp_path: Path) -> None:
    trace = made_day(tmp_path)
    places, _ = placed(trace)
    (town,) = places.areas
    assert (town.restaurants, town.drivers) == (range(2), range(2))
    assert (places.on.tolist(), places.off.tolist()) == (trace.on.tolist(), trace.off.tolist())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("64.1300,-21.9000", "64.3300,-21.9000", "order 1 at"),
        ("b,64.1420,-21.9270", "b,64.3420,-21.9270", "restaurant 1 at"),
    ],
)
def test_what_lies_too_far_from_all_streets_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    trace = made_day(tmp_path, ORDERS.replace(old, new))
    with pytest.raises(ScenarioError) as refused:
        placed(trace)
    lat, lon = map(float, new.removeprefix("b,").split(","))
    metres = apart((lat, lon)).min()
    text = str(refused.value)
    assert text.startswith(f"{tmp_path}: {said} longitude {lon:.4f}, latitude {lat:.4f} is {metres:,.0f} m")
    assert text.endswith("m from the nearest node of reykjavik, more than 200 m; see city.snap")
    stated = float(text.split(" m from the nearest")[0].rsplit(" is ", 1)[1].replace(",", ""))
    assert stated == pytest.approx(metres, rel=0.01)


def test_the_limit_is_the_one_that_the_city_states(tmp_path: Path) -> None:
    trace = made_day(tmp_path)
    with pytest.raises(ScenarioError, match=r"restaurant 0 .* more than 5 m \(as are 1 more\); see city.snap"):
        placed(trace, snap="5 m")
    far = made_day(tmp_path, ORDERS.replace("64.1300,-21.9000", "64.3300,-21.9000"))
    _, doors = placed(far, snap="20 km")
    assert apart((64.33, -21.90))[doors.nodes[1]] == pytest.approx(apart((64.33, -21.90)).min(), rel=0.01)


def test_a_day_of_another_city_is_refused(tmp_path: Path) -> None:
    """The first that is too far, and how many more of its kind are."""
    bogota = ORDERS.replace("64.1", "4.1").replace("-21.9", "-74.9")
    with pytest.raises(ScenarioError, match=r"restaurant 0 .* is 7,\d\d\d,\d\d\d m .* \(as are 1 more\)"):
        placed(made_day(tmp_path, bogota))


def test_a_day_without_coordinates_on_earth_has_no_streets() -> None:
    with pytest.raises(ScenarioError) as refused:
        placed(day())
    assert str(refused.value) == "day: has no coordinates on Earth: leave the map out"


def test_without_a_map_a_day_is_replayed_on_straight_lines_as_it_was_recorded(tmp_path: Path) -> None:
    trace = made_day(tmp_path)
    places, doors = placed(trace, "straight")
    for spread, recorded in (
        (places.restaurants, trace.restaurants),
        (places.homes, trace.start),
        (doors, trace.customer),
    ):
        assert spread.places.tolist() == recorded.tolist()
        assert set(spread.nodes.tolist()) == {OFF_STREET}
    (town,) = places.areas
    assert isinstance(town.travel, StraightLine)
    assert len(places.lines.points) == 0
    assert set(places.standing.tolist()) == {NONE}


def test_on_streets_nobody_is_there_sooner_than_in_a_straight_line_at_the_fastest_speed(tmp_path: Path) -> None:
    places, doors = placed(made_day(tmp_path))
    (town,) = places.areas
    for order, restaurant in ((0, 1), (1, 0), (2, 1)):
        here, there = places.restaurant(restaurant), doors.spot(order)
        line = float(np.hypot(here.x - there.x, here.y - there.y))
        took = town.travel.onward(here, there, 0)
        assert took / SECOND >= line / (places.lines.fastest * 1e9)
        assert took / SECOND <= 3 * line / (20 / 3.6), "in town, not round the island"


@given(
    st.floats(-85, 85), st.floats(-180, 180), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)
)  # fmt: skip
def test_what_was_projected_comes_back(latitude: float, longitude: float, north: float, east: float) -> None:
    origin, degrees = (latitude, longitude), np.array([[latitude + north, longitude + east], [latitude, longitude]])
    again = unprojected(projected(degrees, origin), origin)
    assert again == pytest.approx(degrees, abs=1e-12)

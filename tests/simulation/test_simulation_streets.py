"""Cities on streets end to end: food is delivered along them, and every fix lies on one."""

from __future__ import annotations

import os
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from both_engines import differences, record
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely import LineString, Point, STRtree
from small_city import CITY, scenario_of

from swifteats_sim.city.laying_out import Layout
from swifteats_sim.city.sites import Site
from swifteats_sim.engine.clock import SECOND
from swifteats_sim.engine.ways import POINT
from swifteats_sim.experiments import rehearse
from swifteats_sim.results import Tables, measure
from swifteats_sim.scenario import Scenario, load
from swifteats_sim.simulation import simulate
from swifteats_sim.simulation.growing import NO_STREETS, make_ready
from swifteats_sim.streets.bundled import find_map

GRID = CITY.replace("area: 9 km2", "map: grid, area: 9 km2")
REYKJAVIK = CITY.replace(
    "    centre: {kind: dense, area: 9 km2, restaurants: 12, drivers: 30}",
    """\
    centre: {kind: dense, restaurants: 12, drivers: 20}
    outer: {kind: sparse, restaurants: 6, drivers: 15}
  map: reykjavik
  fix_sample: 1""",
)
RUSH = "city.congestion={morning: {hours: [8], speeds: {all: 40 %}}}"
NEAR = 1e-3
"""Metres from a street: rounding, of coordinates of some 10 km."""
CASES = pytest.mark.parametrize("text", [GRID, REYKJAVIK], ids=["grid", "Reykjavik"])

ORDERS = """\
order_id,pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng,\
placement_time,preparation_time,ready_time,expected_drop_off_time
b,64.1420,-21.9270,64.1300,-21.9000,00:02:00,00:03:00,00:20:00,00:50:00
a,64.1440,-21.9400,64.1400,-21.9200,00:01:00,00:02:00,00:20:00,00:50:00
c,64.1440,-21.9400,64.1350,-21.9300,00:03:30,00:04:00,00:22:30,00:51:00
"""
COURIERS = """\
courier_id,vehicle,on_lat,on_lng,on_time,off_time
1,bicycle,64.1410,-21.9300,00:00:00,02:00:00
2,car,64.1380,-21.9100,00:00:00,02:00:00
3,car,64.1380,-21.9100,00:00:00,02:00:00
"""
DAY = """\
name: recorded
duration: 90 min
city: {geos: {town: {kind: dense, map: reykjavik}}, kitchens: {mode: recorded}, fix_sample: 1}
demand: {trace: .}
stack: {extends: design}
"""


@cache
def ran(text: str, *settings: str) -> Tables:
    """The record of one replication; each is run once."""
    return simulate(scenario_of(text, *settings))


class Town:
    """The streets of a city as shapely and scipy see them: nothing here asks how the engine reckons."""

    def __init__(self, scenario: Scenario) -> None:
        assert scenario.city is not None
        layout = Layout(scenario.city)
        self.site: Site = next(iter(layout.sites.values()))
        begin, points = layout.lines.lines, layout.lines.points.reshape(-1, POINT)[:, :2]
        self.lines = [LineString(points[one:end]) for one, end in pairwise(begin.tolist())]
        self.tree = STRtree(self.lines)
        self.ms = layout.congestion.all_ms(self.site.streets).min(axis=0).astype(np.float64)
        streets = self.site.streets
        self.graph = csr_array((self.ms, (streets.tail, streets.head)), shape=(streets.nodes, streets.nodes))

    def spots(self, x: float, y: float) -> list[tuple[int, float]]:
        """(arc, share of it that lies behind) for each arc that passes here."""
        here = Point(x, y)
        near = [arc for arc in self.tree.query(here.buffer(NEAR)).tolist() if self.lines[arc].distance(here) <= NEAR]
        return [(arc, self.lines[arc].project(here, normalized=True)) for arc in near]

    def least(self, one: list[tuple[int, float]], other: list[tuple[int, float]], within: float) -> float:
        """ms of the shortest way along the streets from one spot to another, both on some arcs; inf if not `within`."""
        tail, head = self.site.streets.tail, self.site.streets.head
        ahead = dijkstra(self.graph, indices=[head[arc] for arc, _ in one], limit=within)
        ways = [
            (1 - begun) * self.ms[arc] + ahead[row, tail[goal]] + share * self.ms[goal]
            for row, (arc, begun) in enumerate(one)
            for goal, share in other
        ]
        ways += [
            (share - begun) * self.ms[arc]
            for arc, begun in one
            for goal, share in other
            if arc == goal and share >= begun
        ]
        return float(min(ways))


@cache
def town(text: str) -> Town:
    return Town(scenario_of(text))


class Step(NamedTuple):
    """A driver between two fixes. took : ns."""

    here: tuple[float, float]
    there: tuple[float, float]
    took: int


def steps_of(fixes: pd.DataFrame) -> list[Step]:
    """Those in which a driver has moved."""
    found = list[Step]()
    for _, mine in fixes.sort_values(["driver", "sent"]).groupby("driver"):
        for one, other in pairwise(zip(mine["x"], mine["y"], mine["sent"], strict=True)):
            if one[:2] != other[:2]:
                found.append(Step((one[0], one[1]), (other[0], other[1]), int(other[2] - one[2])))
    return found


@CASES
def test_food_is_delivered(text: str) -> None:
    orders = ran(text).orders
    assert (orders["state"] == "delivered").sum() >= 30
    assert set(orders["geo"]) == set(range(len(ran(text).geos)))


@CASES
def test_every_fix_lies_on_a_street(text: str) -> None:
    fixes = ran(text, "city.fix_sample=1").fixes
    points = fixes[["x", "y"]].drop_duplicates().to_numpy()
    assert len(points) > 1000
    found = town(text).tree.query_nearest([Point(*point) for point in points], return_distance=True, all_matches=False)
    assert len(found[1]) == len(points)
    assert found[1].max() <= NEAR


@CASES
def test_from_one_fix_to_the_next_nobody_comes_farther_than_the_streets_allow(text: str) -> None:
    """By scipy's Dijkstra, from wherever on a street to wherever on a street, at the speed of each.

    A driver who is sent elsewhere in the middle of a street turns there, which takes no time, where it is no one-way
    street. Each arc may be off by the rounding of its times, 1 ms.
    """
    streets, steps = town(text), steps_of(ran(text, "city.fix_sample=1").fixes)
    assert len(steps) > 1000
    for step in steps[:: len(steps) // 300]:
        allowed = step.took / 1e6
        one, other = streets.spots(*step.here), streets.spots(*step.there)
        assert one
        assert other
        assert streets.least(one, other, 2 * allowed) <= allowed + 2.0


def test_drivers_stand_at_home_until_they_are_sent() -> None:
    """The first fix of each is at a node of the streets, and so is the place where each leg ends that was not cut."""
    tables, site = ran(REYKJAVIK), town(REYKJAVIK).site
    nodes = {(x, y) for x, y in site.places.tolist()}
    first = tables.fixes.sort_values("sent").groupby("driver").first()
    legs = tables.legs
    begun = legs.groupby("driver")["start"].min()
    waiting = first[first["sent"] < begun.reindex(first.index).fillna(tables.end)]
    assert len(waiting) > 10
    assert all((x, y) in nodes for x, y in zip(waiting["x"], waiting["y"], strict=True))
    arrived = tables.orders[tables.orders["at_door"] >= 0]
    doors = legs.merge(arrived, left_on=["driver", "end"], right_on=["driver", "at_door"])
    assert len(doors) >= 30
    assert all((x, y) in nodes for x, y in zip(doors["x1"], doors["y1"], strict=True))


@CASES
def test_both_engines_agree(text: str) -> None:
    scenario = scenario_of(text, "duration=12 min", "city.fix_sample=1", "city.starts='07:55'", RUSH)
    assert not differences(record(scenario, "compiled"), record(scenario, "reference"))


@pytest.mark.slow
def test_two_processes_are_one() -> None:
    scenario = scenario_of(REYKJAVIK, "duration=8 min", "replications=2")
    assert rehearse(scenario, workers=2).digest == rehearse(scenario).digest


def test_the_same_run_again_is_the_same() -> None:
    settings = ("duration=8 min", "city.starts='07:58'", RUSH)
    one, other = (rehearse(scenario_of(REYKJAVIK, *settings)).digest for _ in range(2))
    assert one == other


def test_where_a_map_lies_changes_nothing(tmp_path: Path) -> None:
    digests = set[str]()
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "town.parquet").write_bytes(find_map("reykjavik").read_bytes())
        (tmp_path / folder / "small.yaml").write_text(REYKJAVIK.replace("map: reykjavik", "map: town.parquet"))
        digests.add(rehearse(load(tmp_path / folder / "small.yaml", [("duration", "2 min")])).digest)
    assert len(digests) == 1


def test_trees_are_made_ready_once() -> None:
    """Of 5 restaurants, which may share a node; there and back, in the hours of the rush and in all others."""
    scenario = scenario_of(REYKJAVIK, RUSH, "city.geos.centre.restaurants=5", "city.geos.outer.restaurants=1")
    told = list[tuple[str, int, int]]()
    first, again = (make_ready(scenario, 1, lambda *progress: told.append(progress)).trees for _ in range(2))
    assert [(each.geo, each.map, each.trees) for each in first] == [
        ("centre", "reykjavik", 2 * 2 * 5), ("outer", "reykjavik", 2 * 2 * 1)
    ]  # fmt: skip
    assert 30.0 < first[0].area < first[1].area < 200.0
    assert [each.grown for each in again] == [0, 0]
    assert not [notice for each in (*first, *again) for notice in each.notices]


def test_a_city_without_streets_has_no_trees() -> None:
    assert make_ready(scenario_of(CITY), 1, lambda *progress: None) == NO_STREETS


def test_what_tests_grow_is_kept_in_a_folder_of_theirs() -> None:
    assert Path.home() not in Path(os.environ["SWIFTEATS_CACHE"]).parents


@CASES
def test_a_rush_slows_drivers_down_and_breaks_nothing(text: str) -> None:
    """The same orders, all hours slow or none: every invariant holds, and the way to each door takes 2.5 times as long.

    Times of arcs are whole milliseconds, so that of two ways that take nearly as long another may be the shortest.
    """
    always = "city.congestion={all-day: {hours: [8, 9], speeds: {all: 40 %}}}"
    free, slow = (ran(text, "city.starts='08:00'", *rush) for rush in ((), (always,)))
    assert free.counts["double_assignments"] == slow.counts["double_assignments"] == 0
    both = pd.concat([ways(free), ways(slow)], axis=1, keys=["free", "slow"]).dropna()
    both = both[both["free"] > 0]
    assert len(both) > 10
    assert (both["slow"] / both["free"]).to_numpy() == pytest.approx(2.5, rel=1e-3)


def ways(tables: Tables) -> pd.Series[float]:
    """Seconds from the restaurant of each order to its door."""
    done = tables.orders[tables.orders["at_door"] >= 0].set_index("order")
    return (done["at_door"] - done["left"]) / SECOND


def test_a_rush_that_begins_is_met_on_the_way() -> None:
    """Until eight o'clock the run is the one without a rush; then it is another."""
    free, rush = (ran(REYKJAVIK, "city.starts='07:30'", *more) for more in ((), (RUSH,)))
    eight = 30 * 60 * SECOND
    early, same = (tables.fixes[tables.fixes["sent"] < eight][["driver", "sent", "x", "y"]] for tables in (free, rush))
    pd.testing.assert_frame_equal(early, same)
    assert not free.fixes[["x", "y"]].equals(rush.fixes[["x", "y"]])


@CASES
def test_the_error_of_what_customers_are_told_is_measured(text: str) -> None:
    metrics = measure(ran(text))
    for name in ("eta.error", "eta.error_at_pickup"):
        assert np.isfinite(metrics[f"{name}.mean"])
    assert metrics["eta.absolute_error.p50"] < 10 * 60
    assert abs(metrics["eta.error_at_pickup.p50"]) < 60


def test_a_rush_that_nobody_foresees_makes_what_customers_are_told_too_early() -> None:
    """Of those who are told before eight o'clock, and for whom somebody is under way after it."""
    eight, late = 30 * 60 * SECOND, list[float]()
    for rush in ((), (RUSH,)):
        orders = ran(REYKJAVIK, "city.starts='07:30'", *rush).orders
        met = orders[(orders["assigned"] >= 0) & (orders["assigned"] < eight) & (orders["at_door"] > eight)]
        assert len(met) > 3
        late.append(float((met["delivered"] - met["eta"]).mean()) / SECOND)
    assert late[1] > late[0] + 60.0


@pytest.fixture
def recorded(tmp_path: Path) -> Scenario:
    """Three orders and three drivers of a morning in Reykjavik."""
    for name, content in (("orders.csv", ORDERS), ("couriers.csv", COURIERS), ("day.yaml", DAY)):
        (tmp_path / name).write_text(content)
    return load(tmp_path / "day.yaml")


def test_a_recorded_day_runs_on_its_own_streets(recorded: Scenario) -> None:
    tables, streets = simulate(recorded), Town(recorded)
    assert tables.orders["state"].tolist() == ["delivered"] * 3
    assert tables.orders["placed"].tolist() == [60 * SECOND, 120 * SECOND, 210 * SECOND]
    steps = steps_of(tables.fixes)
    assert len(steps) > 50
    for step in steps:
        one, other = streets.spots(*step.here), streets.spots(*step.there)
        assert streets.least(one, other, 1e5) <= step.took / 1e6 + 2.0


def test_a_recorded_day_takes_longer_along_streets_than_in_straight_lines_as_fast(recorded: Scenario) -> None:
    straight: dict[str, Any] = {**recorded.model_dump(mode="json")}
    straight["city"]["geos"]["town"] |= {"map": None, "speed": "50 km/h", "detour": 1.0}
    line, street = simulate(Scenario.model_validate(straight)), simulate(recorded)
    assert (line.orders["placed"] == street.orders["placed"]).all()
    assert ways(street).mean() > ways(line).mean()

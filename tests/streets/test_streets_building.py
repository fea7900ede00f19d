"""What becomes of ways: which are kept, which way they lead, how fast, and where nodes remain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from streets_examples import HOME, ROW, directions, map_of

from swifteats_sim.streets.errors import MapError
from swifteats_sim.streets.limits import limit
from swifteats_sim.streets.roads import SPEEDS, rules
from swifteats_sim.streets.street_map import COPYRIGHT, ROADS

A, B, C = ((lat, lon) for _, lat, lon in ROW)


def kmh(text: str | None) -> float | None:
    found = limit(text)
    return found if found is None else round(found * 3.6, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50", 50), ("30 mph", 48.28), ("30mph", 48.28), ("10 knots", 18.52), ("50 km/h", 50), ("7.5", 7.5),
        ("50;30", 40), ("50|30", 40), ("['50', '30']", 40), ("IS:urban", 50), ("DE:rural", 90), ("RU:motorway", 130),
        ("DE:zone:30", 30), ("FR:zone30", 30), ("zone:20", 20), ("DE:living_street", 10), ("walk", 7), ("none", 130),
        ("signals", None), ("variable", None), ("50 parsecs", None), ("fast", None), ("", None), (None, None),
        ("0", None), ("999", None), ("-50", None), ("nan", None), ("1e3", None), ("50;fast", 50), (" 50 ", 50),
    ],
)  # fmt: skip
def test_limits_are_read_as_mappers_write_them(text: str | None, expected: float | None) -> None:
    assert kmh(text) == expected


@given(st.text())
def test_no_text_of_a_limit_breaks_the_reader(text: str) -> None:
    found = limit(text)
    assert found is None or 1 <= found * 3.6 <= 160.0001


BOTH, ALONG, AGAINST = (True, True), (True, False), (False, True)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, BOTH), ({"oneway": "no"}, BOTH), ({"oneway": "yes"}, ALONG), ({"oneway": "true"}, ALONG),
        ({"oneway": "1"}, ALONG), ({"oneway": "-1"}, AGAINST), ({"oneway": "reverse"}, AGAINST),
        ({"junction": "roundabout"}, ALONG), ({"junction": "circular"}, ALONG),
        ({"junction": "roundabout", "oneway": "no"}, BOTH), ({"junction": "roundabout", "oneway": "-1"}, AGAINST),
        ({"highway": "motorway"}, ALONG), ({"highway": "motorway_link"}, ALONG), ({"highway": "trunk"}, BOTH),
        ({"highway": "motorway", "oneway": "no"}, BOTH), ({"oneway": "no", "oneway:motor_vehicle": "yes"}, ALONG),
    ],
)  # fmt: skip
def test_streets_lead_as_they_are_signed(tags: dict[str, str], expected: tuple[bool, bool]) -> None:
    found = rules({**HOME, **tags})
    assert found is not None
    assert (found.forward > 0, found.backward > 0) == expected


@pytest.mark.parametrize(
    ("tags", "open_to_cars"),
    [
        ({"highway": "footway"}, False), ({"highway": "track"}, False), ({"highway": "construction"}, False),
        ({"highway": "busway"}, False), ({}, True), ({"access": "no"}, False), ({"access": "private"}, False),
        ({"access": "destination"}, True), ({"access": "no", "motor_vehicle": "yes"}, True),
        ({"motor_vehicle": "no"}, False), ({"vehicle": "no", "motorcar": "yes"}, True),
        ({"motorcar": "private"}, False),
        ({"area": "yes"}, False), ({"oneway": "reversible"}, False), ({"highway": "service"}, True),
        ({"highway": "service", "service": "driveway"}, False),
        ({"highway": "service", "service": "parking_aisle"}, False), ({"highway": "road"}, True),
    ],
)  # fmt: skip
def test_only_ways_for_cars_are_kept(tags: dict[str, str], open_to_cars: bool) -> None:
    assert (rules({**HOME, **tags}) is not None) is open_to_cars


def test_speed_is_the_limit_or_that_of_the_class() -> None:
    for highway, speed in SPEEDS.items():
        found = rules({"highway": highway})
        assert found is not None
        assert found.forward * 3.6 == pytest.approx(speed)
        assert ROADS[found.road] == (highway.removesuffix("_link") if highway != "road" else "other")
        assert not found.tagged
    tagged = rules({**HOME, "maxspeed": "50", "maxspeed:backward": "30"})
    assert tagged is not None
    assert (tagged.forward * 3.6, tagged.backward * 3.6) == pytest.approx((50, 30))
    assert tagged.tagged


def test_a_street_is_two_arcs_between_its_ends_and_its_middle_a_point_of_both(tmp_path: Path) -> None:
    streets = map_of(tmp_path, ROW, [((1, 2, 3), HOME)])
    assert directions(streets) == {(A, C), (C, A)}
    assert np.diff(streets.begin).tolist() == [3, 3]
    _, _, expected = Geod(ellps="WGS84").inv(A[1], A[0], C[1], C[0])
    assert streets.length == pytest.approx(expected, abs=1e-3)
    assert streets.speed * 3.6 == pytest.approx(25)
    assert [ROADS[road] for road in streets.road] == ["residential"] * 2
    assert np.abs(streets.places).max() == pytest.approx(expected / 2, abs=0.01)


def test_a_node_stays_where_streets_meet_end_or_change(tmp_path: Path) -> None:
    beside = (4, 64.001, -21.002)
    same = map_of(tmp_path, ROW, [((1, 2), HOME), ((2, 3), HOME)])
    meeting = map_of(tmp_path, [*ROW, beside], [((1, 2, 3), HOME), ((2, 4), HOME)])
    slower = map_of(tmp_path, ROW, [((1, 2), HOME), ((2, 3), {**HOME, "maxspeed": "30"})])
    broader = map_of(tmp_path, ROW, [((1, 2), HOME), ((2, 3), {"highway": "unclassified"})])
    assert [streets.nodes for streets in (same, meeting, slower, broader)] == [2, 4, 3, 3]
    assert [streets.arcs for streets in (same, meeting, slower, broader)] == [2, 6, 4, 4]


SQUARE = [(1, 64.0, -21.0), (2, 64.001, -21.0), (3, 64.001, -20.998), (4, 64.0, -20.998)]


def test_one_way_streets_are_driven_one_way(tmp_path: Path) -> None:
    oneway = {**HOME, "oneway": "yes"}
    round_it = [((1, 2, 3), oneway), ((3, 4), {**oneway, "maxspeed": "30"}), ((4, 1), oneway), ((1, 3), HOME)]
    streets = map_of(tmp_path, SQUARE, round_it)
    one, two, three, four = ((lat, lon) for _, lat, lon in SQUARE)
    assert directions(streets) == {(one, two), (two, three), (three, four), (four, one), (one, three), (three, one)}


def test_a_street_that_ends_where_it_began_keeps_a_node_in_its_midst(tmp_path: Path) -> None:
    stalk = [(5, 63.999, -21.0), *SQUARE]
    streets = map_of(tmp_path, stalk, [((5, 1), HOME), ((1, 2, 3, 4, 1), HOME)])
    assert (streets.nodes, streets.arcs) == (4, 8), "its ends, and two nodes of the loop: each half is driven both ways"
    ring = map_of(tmp_path, SQUARE, [((1, 2, 3, 4, 1), {**HOME, "oneway": "yes"})])
    assert (ring.nodes, ring.arcs) == (2, 2)


def test_of_parallel_arcs_the_fastest_stays(tmp_path: Path) -> None:
    fast = {**HOME, "maxspeed": "50"}
    streets = map_of(tmp_path, ROW, [((1, 2), HOME), ((1, 2), fast), ((2, 3), HOME), ((1, 1), HOME)])
    assert streets.arcs == 4
    assert sorted(set((streets.speed * 3.6).round().tolist())) == [25, 50]
    assert streets.provenance["arcs_dropped"] == "2"


def test_ways_round_keep_a_node_each(tmp_path: Path) -> None:
    streets = map_of(tmp_path, SQUARE, [((1, 2, 3), HOME), ((1, 4, 3), {**HOME, "maxspeed": "60"}), ((1, 3), HOME)])
    assert (streets.nodes, streets.arcs) == (4, 10), "no street from 1 to 3 is lost, however slow"
    ring = map_of(tmp_path, SQUARE, [((1, 2, 3), HOME), ((1, 4, 3), HOME)])
    assert (ring.nodes, ring.arcs) == (3, 6)


def test_ways_are_cut_where_nodes_are_missing_and_at_the_box(tmp_path: Path) -> None:
    row = [(number, 64 + number / 1000, -21.0) for number in range(1, 8)]
    ghost = map_of(tmp_path, row, [((1, 2, 3, 99, 4, 5, 6, 7), HOME)])
    assert ghost.degrees[:, 1].tolist() == [64.004, 64.007]
    assert ghost.provenance["nodes_missing"] == "1"
    boxed = map_of(tmp_path, row, [((1, 2, 3, 4, 5, 6, 7), HOME)], box=(-22.0, 64.0015, -20.0, 64.0055))
    assert boxed.degrees[:, 1].tolist() == [64.002, 64.005]
    with pytest.raises(MapError, match="no two places there reach each other by car"):
        map_of(tmp_path, row, [((1, 2, 3), HOME)], box=(0.0, 0.0, 1.0, 1.0))


def test_a_box_may_cross_the_date_line(tmp_path: Path) -> None:
    row = [(1, 0.0, 179.999), (2, 0.0, -180.0), (3, 0.0, -179.999), (4, 0.0, -179.9)]
    streets = map_of(tmp_path, row, [((1, 2, 3, 4), HOME)], box=(179.9, -1.0, -179.95, 1.0))
    assert streets.degrees[:, 0].tolist() == [-179.999, 179.999]
    assert streets.length == pytest.approx(222.64, abs=0.01)


def test_the_largest_part_stays(tmp_path: Path) -> None:
    far = [(number, 65.0, -21 + number / 1000) for number in (11, 12)]
    ways = [((1, 2), HOME), ((2, 3), {**HOME, "maxspeed": "30"}), ((11, 12), HOME)]
    streets = map_of(tmp_path, [*ROW, *far], ways)
    assert streets.nodes == 3
    assert streets.provenance["parts"] == "2"


def test_service_roads_only_if_asked_for(tmp_path: Path) -> None:
    ways = [((1, 2), HOME), ((2, 3), {"highway": "service"})]
    assert map_of(tmp_path, ROW, ways).nodes == 2
    assert map_of(tmp_path, ROW, ways, service=True).nodes == 3


def test_provenance_says_where_a_map_comes_from(tmp_path: Path) -> None:
    streets = map_of(tmp_path, ROW, [((1, 2, 3), {**HOME, "maxspeed": "30"})])
    facts = streets.provenance
    assert (facts["attribution"], facts["source"], facts["limits_tagged"]) == (COPYRIGHT, "small.osm", "1.000")
    assert (facts["nodes"], facts["arcs"], facts["pieces"], facts["ways"]) == ("2", "2", "4", "1")
    assert facts["bbox"] == "-21.0000000, 64.0000000, -21.0000000, 64.0020000"
    assert len(facts["sha256"]) == 64
    assert facts["built_by"].startswith("swifteats-sim ")
    assert "source_written" not in facts
    own = map_of(tmp_path, ROW, [((1, 2), HOME)], attribution="(c) me\nand [red]$you$\x1b")
    assert own.provenance["attribution"] == r"(c) me\nand [red]$you$\x1b"


def test_the_order_of_ways_changes_nothing(tmp_path: Path) -> None:
    ways = [((1, 2, 3), HOME), ((2, 4), HOME), ((3, 4), {**HOME, "maxspeed": "30"})]
    nodes = [*ROW, (4, 64.0, -20.99)]
    one, other = map_of(tmp_path, nodes, ways), map_of(tmp_path, nodes, ways[::-1])
    for name in ("degrees", "tail", "head", "length", "speed", "shape"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 1, 0, 3), (1, 2, 3, 0)])
def test_where_a_one_way_street_meets_another_and_a_dead_end_a_node_stays(tmp_path: Path, order: tuple[int]) -> None:
    """Two arcs lead in and two out, as in a street's midst, but there is a choice."""
    oneway = {**HOME, "oneway": "yes"}
    ways = [((1, 2), oneway), ((2, 3), oneway), ((2, 4), HOME), ((3, 1), oneway)]
    nodes = [*SQUARE[:3], (4, 64.003, -21.0)]
    streets = map_of(tmp_path, nodes, [ways[number] for number in order])
    assert (SQUARE[1][1], SQUARE[1][2]) in {place for arc in directions(streets) for place in arc}
    through = {arc for arc in directions(streets) if arc[0] == (64.001, -21.0)}
    assert {head for _, head in through} >= {(64.003, -21.0)}
    assert len(through) == 2

"""The keys that lay a city on streets: what they may say, what they mean where they say nothing, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_text import TINY, line_of, written

from swifteats_sim.scenario import Scenario, ScenarioError, load, scenario_schema
from swifteats_sim.scenario.city import City
from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.streets import ROADS, Rush
from swifteats_sim.streets import street_map

CENTRE = "    centre: {kind: dense, area: 50 km2, restaurants: 100, drivers: 500}\n"
CELL, OTHER = "88075dd483fffff", "88075dd591fffff"
RUSH = "  congestion: {rush: {hours: [7, 8], speeds: {primary: 40 %, all: 80 %}}}\n"


def city(*geos: str, keys: str = "") -> str:
    """A scenario whose geos are these lines, and whose city has these keys more."""
    lines = "".join(f"    {geo}\n" for geo in geos)
    return TINY.replace(CENTRE, lines + keys).replace("{dense: 4}", "4").replace("{dense: 8}", "8")


def geo(name: str = "centre", streets: str = "map: reykjavik", kind: str = "dense") -> str:
    return f"{name}: {{kind: {kind}, {streets}, restaurants: 100, drivers: 500}}"


def loaded(folder: Path, text: str, *overrides: tuple[str, str]) -> City:
    found = load(written(folder, text), overrides).city
    assert found is not None
    return found


def refusal(folder: Path, text: str, *overrides: tuple[str, str]) -> list[str]:
    """What is said, without the folder, line by line."""
    with pytest.raises(ScenarioError) as refused:
        load(written(folder, text), overrides)
    return [line.removeprefix(f"{folder}/") for line in str(refused.value).replace(f"'{folder}/", "'").splitlines()]


def test_a_city_that_says_nothing_of_streets_has_none(tmp_path: Path) -> None:
    found = loaded(tmp_path, TINY)
    assert (found.map, found.starts, found.congestion, found.snap) == (None, 0, {}, 500.0)
    assert (found.geos["centre"].map, found.geos["centre"].cells) == (None, None)
    assert (found.map_of("centre"), found.cells_of("centre")) == ("straight", "all")


def test_every_key_is_read(tmp_path: Path) -> None:
    keys = RUSH + "  map: grid\n  starts: '17:30'\n  snap: 1.5 km\n"
    named = geo("named", f"map: reykjavik, cells: [{CELL}, {OTHER}]")
    found = loaded(tmp_path, city(named, geo("plain", "area: 4 km2"), keys=keys))
    assert (found.map_of("named"), found.cells_of("named")) == ("reykjavik", (CELL, OTHER))
    assert (found.map_of("plain"), found.cells_of("plain")) == ("grid", "all")
    assert (found.starts, found.snap) == (17 * 3600 * SECOND + 30 * 60 * SECOND, 1500.0)
    rush = found.congestion["rush"]
    assert (rush.hours, rush.of("primary"), rush.of("service")) == ((7, 8), 0.4, 0.8)


def test_roads_that_a_rush_does_not_name_keep_the_speed_of_the_map() -> None:
    rush = Rush.model_validate({"hours": [8], "speeds": {"motorway": "130 %"}})
    assert (rush.of("motorway"), rush.of("residential")) == (1.3, 1.0)


def test_a_scenario_names_the_roads_that_maps_have() -> None:
    assert ROADS == street_map.ROADS


def test_the_map_of_a_city_is_that_of_every_geo_that_names_none(tmp_path: Path) -> None:
    text = city(geo("a", "map: straight, area: 4 km2"), geo("b", "cells: all"), keys="  map: reykjavik\n")
    found = loaded(tmp_path, text)
    assert (found.map_of("a"), found.map_of("b")) == ("straight", "reykjavik")


def test_geos_on_one_map_are_its_dense_and_its_sparse_part_by_their_kind(tmp_path: Path) -> None:
    found = loaded(tmp_path, city(geo("inner"), geo("outer", kind="sparse")))
    assert (found.cells_of("inner"), found.cells_of("outer")) == ("dense", "sparse")
    swapped = city(geo("inner", "map: reykjavik, cells: sparse"), geo("outer", "map: reykjavik, cells: dense"))
    found = loaded(tmp_path, swapped)
    assert (found.cells_of("inner"), found.cells_of("outer")) == ("sparse", "dense")


def test_a_map_may_be_given_on_the_command_line(tmp_path: Path) -> None:
    found = loaded(tmp_path, TINY, ("city.map", "iceland"), ("city.geos.centre.area", "null"))
    assert found.map_of("centre") == "iceland"
    said = refusal(tmp_path, TINY, ("city.map", "iceland"))
    assert said == [
        "tiny.yaml:5: city.geos.centre.area: comes from the map 'iceland': choose `cells` of it, and leave this out "
        "(got '50 km2')"
    ]


def test_a_map_file_lies_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "mine.parquet").touch()
    found = loaded(tmp_path, city(geo(streets="map: maps/mine.parquet")))
    assert found.map_of("centre") == str(tmp_path / "maps" / "mine.parquet")


def test_a_map_file_is_named_in_full_so_that_what_is_dumped_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.parquet").touch()
    (tmp_path / "elsewhere").mkdir()
    written(tmp_path, city(geo(streets="map: mine.parquet")))
    monkeypatch.chdir(tmp_path)
    dumped = load("tiny.yaml").model_dump(mode="json")
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = Scenario.model_validate(dumped, context={"base": Path()})
    assert again.city is not None
    assert again.city.map_of("centre") == str(tmp_path / "mine.parquet")


@pytest.mark.parametrize("name", ["none.parquet", "maps/none", "folder.parquet", "x" * 300 + ".parquet"])
def test_a_map_file_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.parquet").mkdir()
    (said,) = refusal(tmp_path, city(geo(streets=f"map: {name}")))
    assert said.startswith(f"tiny.yaml:5: city.geos.centre.map: '{name}': no such file (got ")


@pytest.mark.parametrize(
    ("streets", "said"),
    [
        ("map: 7, area: 4 km2", "map: must be text (got 7)"),
        (
            "map: reykjavik, area: 4 km2",
            "area: comes from the map 'reykjavik': choose `cells` of it, and leave this out (got '4 km2')",
        ),
        ("map: grid", "area is needed (there is no demand.trace)"),
        ("map: straight", "area is needed (there is no demand.trace)"),
        ("map: null", "area is needed (there is no demand.trace)"),
        ("map: grid, area: 4 km2, cells: dense", "cells: needs a map, and 'grid' is none (got 'dense')"),
        ("area: 4 km2, cells: all", "cells: needs a map, and 'straight' is none (got 'all')"),
        (
            "map: reykjavik, cells: dens",
            "cells: must be 'all', 'dense', 'sparse', or a list of h3 cells (got 'dens')",
        ),
        (
            f"map: reykjavik, cells: {CELL}",
            f"cells: must be 'all', 'dense', 'sparse', or a list of h3 cells (got '{CELL}')",
        ),
        ("map: reykjavik, cells: 7", "cells: must be 'all', 'dense', 'sparse', or a list of h3 cells (got 7)"),
        ("map: reykjavik, cells: []", "cells: must not be empty"),
        (
            "map: reykjavik, cells: [abc]",
            f"cells.0: must be the name of an h3 cell, like '{CELL}' (got 'abc')",
        ),
        (
            f"map: reykjavik, cells: [{CELL}, 88]",
            f"cells.1: must be the name of an h3 cell, like '{CELL}' (got 88)",
        ),
        (f"map: reykjavik, cells: [{CELL}, {CELL}]", f"cells.1: stands twice (got '{CELL}')"),
    ],
)
def test_a_geo_that_cannot_lie_there_is_refused(tmp_path: Path, streets: str, said: str) -> None:
    key = "city.geos.centre" + (": " if said.startswith("area is") else ".")
    assert refusal(tmp_path, city(geo(streets=streets))) == [f"tiny.yaml:5: {key}{said}"]


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        ("", "", ""),
        (", cells: all", ", cells: sparse", ".cells"),
        (", cells: dense", "", ""),
        (f", cells: [{CELL}]", f", cells: [{OTHER}, {CELL}]", ".cells"),
    ],
)
def test_cells_are_in_one_geo_alone(tmp_path: Path, first: str, second: str, key: str) -> None:
    text = city(geo("a", "map: reykjavik" + first), geo("b", "map: reykjavik" + second))
    (said,) = refusal(tmp_path, text)
    line = line_of(text, "    b: ")
    assert said.startswith(f"tiny.yaml:{line}: city.geos.b{key}: has cells in common with geo 'a'")


def test_other_cells_and_other_maps_have_none_in_common(tmp_path: Path) -> None:
    apart = [f"map: reykjavik, cells: [{CELL}]", f"map: reykjavik, cells: [{OTHER}]", "map: iceland"]
    grids = ["map: grid, area: 4 km2", "map: grid, area: 4 km2", "area: 4 km2", "area: 4 km2"]
    names = [geo(f"g{number}", streets) for number, streets in enumerate(apart + grids)]
    assert loaded(tmp_path, city(*names)).cells_of("g2") == "all"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("hours: [24], speeds: {all: 40 %}", "hours.0: must be an hour of the day, 0 to 23 (got 24)"),
        ("hours: [8, -1], speeds: {all: 40 %}", "hours.1: must be an hour of the day, 0 to 23 (got -1)"),
        ("hours: [8.5], speeds: {all: 40 %}", "hours.0: must be a whole number (got 8.5)"),
        ("hours: 8, speeds: {all: 40 %}", "hours: must be a list (got 8)"),
        ("hours: [], speeds: {all: 40 %}", "hours: must not be empty"),
        ("hours: [8], speeds: {}", "speeds: must not be empty"),
        (
            "hours: [8], speeds: {primry: 40 %}",
            "speeds.primry: unknown road 'primry'; did you mean 'primary'? (got '40 %')",
        ),
        ("hours: [8], speeds: {all: 0 %}", "speeds.all: must be from 1 % to 300 % (got '0 %')"),
        ("hours: [8], speeds: {all: 301 %}", "speeds.all: must be from 1 % to 300 % (got '301 %')"),
        ("hours: [8], speeds: {all: -1 %}", "speeds.all: '-1 %' is negative: a ratio is 0 or more here"),
        ("hours: [8], speeds: {all: 0.4}", "speeds.all: 0.4 has no unit: a ratio is written in %, like '80 %'"),
        ("hour: [8], hours: [8], speeds: {all: 1 %}", "hour: unknown key 'hour'; did you mean 'hours'?"),
    ],
)
def test_a_rush_that_cannot_be_is_refused(tmp_path: Path, keys: str, said: str) -> None:
    text = city(geo(), keys=f"  congestion: {{rush: {{{keys}}}}}\n")
    assert refusal(tmp_path, text) == [f"tiny.yaml:6: city.congestion.rush.{said}"]


@pytest.mark.parametrize("text", ["'25:00'", "'24:00'", "8:00", "'08:60'", "'17:30:00'", "noon", "'-1:00'"])
def test_what_is_no_time_of_the_day_is_refused(tmp_path: Path, text: str) -> None:
    (said,) = refusal(tmp_path, city(geo(), keys=f"  starts: {text}\n"))
    value = text.strip("'")
    assert said == f"tiny.yaml:6: city.starts: '{value}' is none: a time of the day is written 'HH:MM', like '17:30'"


@pytest.mark.parametrize("value", ["8", "0", "17.5", "null", "true"])
def test_a_time_of_the_day_is_text(tmp_path: Path, value: str) -> None:
    """8 would be eight nanoseconds past midnight."""
    (said,) = refusal(tmp_path, city(geo(), keys=f"  starts: {value}\n"))
    assert said == f"tiny.yaml:6: city.starts: a time of the day is written 'HH:MM', like '17:30' (got {value})"


@pytest.mark.parametrize(("text", "minutes"), [("'00:00'", 0), ("09:05", 545), ("'23:59'", 1439)])
def test_a_time_of_the_day_is_written_as_it_was_read(tmp_path: Path, text: str, minutes: int) -> None:
    scenario = load(written(tmp_path, city(geo(), keys=RUSH + f"  starts: {text}\n")))
    dumped = scenario.model_dump(mode="json")
    assert dumped["city"]["starts"] == text.strip("'")
    again = Scenario.model_validate(dumped)
    assert again == scenario
    assert again.city is not None
    assert again.city.starts == minutes * 60 * SECOND


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0 m", "'0 m' must be more than 0 m"),
        ("500", "500 has no unit: a length is written in m or km, like '5 km'"),
        ("-1 m", "'-1 m' is negative: a length is 0 or more here"),
    ],
)
def test_a_limit_that_is_no_length_is_refused(tmp_path: Path, value: str, said: str) -> None:
    assert refusal(tmp_path, city(geo(), keys=f"  snap: {value}\n")) == [f"tiny.yaml:6: city.snap: {said}"]


def as_list(*geos: str) -> str:
    """The geos of TINY as a list, from line 5 on."""
    return TINY.replace(CENTRE, "".join(f"    - {{{geo}}}\n" for geo in geos))


def test_geos_may_be_a_list_with_names(tmp_path: Path) -> None:
    rest = "kind: dense, area: 4 km2, restaurants: 1, drivers: 2"
    listed = loaded(tmp_path, as_list(f"name: b, {rest}", f"name: a, {rest}"))
    assert list(listed.geos) == ["b", "a"]
    assert listed == loaded(tmp_path, city(f"b: {{{rest}}}", f"a: {{{rest}}}"))


@pytest.mark.parametrize(
    ("geos", "said"),
    [
        (
            ("name: a, kind: dense", "kind: dense"),
            "tiny.yaml:6: city.geos.1: an entry of a list of geos needs a `name`",
        ),
        (("name: 7, kind: dense",), "tiny.yaml:5: city.geos.0: an entry of a list of geos needs a `name`"),
        (
            ("name: a, kind: dense", "name: a, kind: dense"),
            "tiny.yaml:6: city.geos.1.name: there is a geo 'a' already",
        ),
    ],
)
def test_a_list_of_geos_names_each_once(tmp_path: Path, geos: tuple[str, ...], said: str) -> None:
    assert refusal(tmp_path, as_list(*geos)) == [said]


def test_what_is_wrong_in_a_list_of_geos_is_found_where_it_stands(tmp_path: Path) -> None:
    text = as_list(
        "name: a, kind: dense, map: reykjavik, restaurants: 1, drivers: 2",
        "name: b, kind: dense, map: reykjavik, restaurants: -1, drivers: 2",
    )
    assert refusal(tmp_path, text) == ["tiny.yaml:6: city.geos.b.restaurants: must be more than 0 (got -1)"]
    (said,) = refusal(tmp_path, text.replace("-1", "1"))
    assert said.startswith("tiny.yaml:6: city.geos.b: has cells in common with geo 'a'")


def test_a_geo_of_a_list_is_set_by_its_name_or_its_number(tmp_path: Path) -> None:
    text = as_list("name: b, kind: dense, area: 4 km2, restaurants: 1, drivers: 2")
    for key in ("b", "0"):
        assert loaded(tmp_path, text, (f"city.geos.{key}.drivers", "7")).geos["b"].drivers == 7
    (said,) = refusal(tmp_path, text, ("city.geos.c.drivers", "7"))
    assert said == "--set city.geos.c.drivers: 'c' is no entry of a list of 1 (the first is 0)"


def test_a_list_of_geos_is_none_of_texts_and_not_empty(tmp_path: Path) -> None:
    text = TINY.replace("  geos:\n" + CENTRE, "  geos: LIST\n")
    assert refusal(tmp_path, text.replace("LIST", "[centre]")) == [
        "tiny.yaml:4: city.geos.0: an entry of a list of geos needs a `name` (got 'centre')"
    ]
    assert refusal(tmp_path, text.replace("LIST", "[]")) == ["tiny.yaml:4: city.geos: must not be empty"]


@pytest.fixture
def recorded(tmp_path: Path) -> str:
    """A scenario with a recorded day; CENTRE stands for what its geo says."""
    for name in ("orders.csv", "couriers.csv"):
        (tmp_path / name).touch()
    return TINY.replace(CENTRE, "    centre: {kind: dense, GEO}\n").replace("orders: {rate: 50/min}", "trace: .")


def test_a_recorded_day_may_lie_on_a_map(tmp_path: Path, recorded: str) -> None:
    assert loaded(tmp_path, recorded.replace("GEO", "map: reykjavik")).map_of("centre") == "reykjavik"


@pytest.mark.parametrize(
    ("streets", "said"),
    [
        ("map: grid", ": a recorded day happened in a city: a grid is none, and has no place for it"),
        ("map: reykjavik, cells: dense", ".cells: comes from the trace: leave it out (got 'dense')"),
    ],
)
def test_a_recorded_day_has_its_own_places(tmp_path: Path, recorded: str, streets: str, said: str) -> None:
    assert refusal(tmp_path, recorded.replace("GEO", streets)) == [f"tiny.yaml:5: city.geos.centre{said}"]


def test_the_schema_says_how_a_time_of_the_day_is_written() -> None:
    starts = scenario_schema()["$defs"]["City"]["properties"]["starts"]
    assert (starts["type"], starts["default"]) == ("string", "00:00")


def test_an_hour_is_in_one_rush_alone(tmp_path: Path) -> None:
    rushes = "  congestion: {a: {hours: [7, 8], speeds: {all: 50 %}}, b: {hours: [9, 8], speeds: {primary: 50 %}}}\n"
    (said,) = refusal(tmp_path, city(geo(streets="map: reykjavik"), keys=rushes))
    assert said.endswith("city.congestion.b.hours.1: stands in 'a' already (got 8)")


def test_traffic_needs_streets(tmp_path: Path) -> None:
    rush = "  congestion: {a: {hours: [7], speeds: {all: 50 %}}}\n"
    (said,) = refusal(tmp_path, city(geo(streets="area: 4 km2"), keys=rush))
    assert "city.congestion: needs a map: every geo has straight lines" in said

"""What must hold between the parts of a scenario, each rule reported at the value that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_text import TINY, written

from swifteats_sim.scenario import ScenarioError, load


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A folder that looks like a trace."""
    for name in ("orders.csv", "couriers.csv"):
        (tmp_path / name).touch()
    return tmp_path


def problems(path: Path, *overrides: tuple[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(ScenarioError) as refused:
        load(path, overrides)
    return [(problem.key, problem.message) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("path", "value", "key", "said"),
    [
        (
            "demand.orders.share",
            "{centre: 60 %, centr: 40 %}",
            "demand.orders.share.centr",
            "unknown geo 'centr'; did you mean 'centre'? (got '40 %')",
        ),
        (
            "demand.orders.share",
            "{centre: 60 %}",
            "demand.orders.share",
            "the shares add up to 60 %, not 100 %",
        ),
        (
            "demand.orders.curve",
            "[{at: 5 s, level: 1 %}, {at: 5 s, level: 2 %}]",
            "demand.orders.curve.1.at",
            "must be later than the point before (got '5 s')",
        ),
        ("demand.scale", "2", "demand.scale", "needs `demand.trace` (got 2)"),
        ("city.geos.centre.area", "null", "city.geos.centre", "area is needed (there is no demand.trace)"),
        (
            "city.geos.centre.drivers",
            "null",
            "city.geos.centre",
            "drivers or shifts are needed (there is no demand.trace)",
        ),
        (
            "city.geos.centre.shifts",
            "[{drivers: 1, on: 0 s, off: 1 h}]",
            "city.geos.centre.shifts",
            "give either `drivers` or `shifts`",
        ),
        (
            "city.kitchens.mode",
            "recorded",
            "city.kitchens.mode",
            "recorded needs demand.trace (got 'recorded')",
        ),
        (
            "city.drivers.no_answer",
            "8 %",
            "city.drivers.no_answer",
            "accept + no_answer must not exceed 100 % (got '8 %')",
        ),
        (
            "stack.flows.order.0.at",
            "gatway",
            "stack.flows.order.0.at",
            "unknown station 'gatway'; did you mean 'gateway'?",
        ),
        (
            "stack.flows.order.1.hold.pool",
            "order-db",
            "stack.flows.order.1.hold.pool",
            "unknown pool 'order-db'; did you mean 'orders-db'?",
        ),
        (
            "stack.flows.gps.1.place",
            "fixs",
            "stack.flows.gps.1.place",
            "unknown topic 'fixs'; did you mean 'fixes'?",
        ),
        (
            "stack.flows.gps.4.start",
            "traking",
            "stack.flows.gps.4.start",
            "unknown flow 'traking'; did you mean 'tracking'?",
        ),
        (
            "stack.flows.gps.4.start",
            "order",
            "stack.flows.gps.4.start",
            "flow 'order' is started by customers only",
        ),
        (
            "stack.flows.tracking.0",
            "{start: gps}",
            "stack.flows.gps.4.start",
            "flow 'gps' would start itself again: gps -> tracking -> gps (got 'tracking')",
        ),
        (
            "stack.effects.read.at",
            "databse",
            "stack.effects.read.at",
            "unknown station 'databse'; did you mean 'database'?",
        ),
        (
            "stack.effects.raed",
            "{at: database, service: 1 ms}",
            "stack.effects.raed",
            "unknown key 'raed'; did you mean 'read'?",
        ),
        (
            "stack.flows.order.2",
            "{only_if: watched}",
            "stack.flows.order.2.only_if",
            "only_if is not for flow 'order' (got 'watched')",
        ),
        (
            "stack.flows.order.1.steps.0",
            "{place: fixes}",
            "stack.flows.order.1.steps.0.place",
            "place is not for flow 'order' (got 'fixes')",
        ),
        (
            "stack.flows.gps.3",
            "{rule: pay_order}",
            "stack.flows.gps.3.rule",
            "rule is only for flow 'order' (got 'pay_order')",
        ),
        (
            "stack.flows.gps.1",
            "{delay: 1 ms}",
            "stack.flows.gps.2.at",
            "gps balances by partition, and no `place` stands before (got 'gps')",
        ),
        (
            "stack.topics.fixes.partitions",
            "{sparse: 4}",
            "stack.topics.fixes.partitions",
            "missing for dense geos",
        ),
    ],
)
def test_what_does_not_fit_is_reported_where_it_stands(
    tmp_path: Path, path: str, value: str, key: str, said: str
) -> None:
    assert (key, said) in problems(written(tmp_path), (path, value))


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [
        ("    read: {at: database, service: uniform(5 ms, 15 ms)}\n", "stack.effects", "missing: read"),
        (
            "    assignment: {partitions: {dense: 4}, placement: round_robin}\n",
            "stack.topics",
            "missing: assignment",
        ),
    ],
)
def test_what_the_rules_need_must_be_there(tmp_path: Path, line: str, key: str, said: str) -> None:
    assert line in TINY
    assert problems(written(tmp_path, TINY.replace(line, ""))) == [(key, said)]


def test_a_geo_without_a_share_is_reported(tmp_path: Path) -> None:
    outer = ("city.geos.outer", "{kind: dense, area: 5 km2, restaurants: 1, drivers: 1}")
    found = problems(written(tmp_path), outer, ("demand.orders.share", "{centre: 100 %}"))
    assert found == [("demand.orders.share", "every geo needs a share; missing: outer")]
    city = load(tmp_path / "tiny.yaml", [outer]).city
    assert city is not None
    assert set(city.geos) == {"centre", "outer"}


def test_with_a_trace_the_city_comes_from_it(tmp_path: Path, day: Path) -> None:
    path = written(tmp_path)
    traced = ("demand", f"{{trace: {day}}}")
    keys = ("area", "restaurants", "drivers")
    assert problems(path, traced) == [
        (f"city.geos.centre.{key}", f"comes from the trace: leave it out (got {got})")
        for key, got in zip(keys, ("'50 km2'", "100", "500"), strict=True)
    ]
    two = ("city.geos", "{a: {kind: dense}, b: {kind: sparse}}")
    assert ("city.geos", "with demand.trace there is exactly one geo") in problems(path, traced, two)
    one = ("city.geos", "{a: {kind: dense}}")
    assert load(path, [traced, one, ("city.kitchens.mode", "recorded")]).demand.trace == day


@pytest.mark.parametrize(
    ("path", "value", "key", "said"),
    [
        (
            "demand",
            "{}",
            "city",
            "needs `demand.orders` (a rate) or `demand.trace` (a folder with a recorded day)",
        ),
        ("demand.menus", "{rate: 5/min, catalogue: 9}", "demand.menus", "needs a flow 'menu' in the stack"),
        (
            "demand.searches",
            "{rate: 5/min, area: 9 km2, cell: 500 m}",
            "demand.searches",
            "needs a flow 'search' in the stack",
        ),
        (
            "demand.menus",
            "{rate: 5/min, catalog: 9}",
            "demand.menus.catalog",
            "unknown key 'catalog'; did you mean 'catalogue'? (got 9)",
        ),
        (
            "demand.searches",
            "{rate: 5/min, area: 510000000 km2, cell: 0.1 m}",
            "demand.searches.cell",
            "makes more than 1e+15 keys with this area (got '0.1 m')",
        ),
    ],
)
def test_demand_and_its_flows_belong_together(tmp_path: Path, path: str, value: str, key: str, said: str) -> None:
    assert problems(written(tmp_path), (path, value)) == [(key, said)]


def test_what_demand_brings_is_not_said_again(tmp_path: Path) -> None:
    steps = "steps: [{delay: 1 ms}]"
    menus = ("demand.menus", "{rate: 5/min, catalogue: 9}")
    own = ("stack.flows.menu", f"{{arrivals: 1 s, keys: {{catalogue: 5}}, {steps}}}")
    assert problems(written(tmp_path), menus, own) == [
        ("stack.flows.menu.arrivals", "comes from demand.menus: leave it out (got '1 s')"),
        ("stack.flows.menu.keys", "comes from demand.menus: leave it out"),
    ]
    assert load(tmp_path / "tiny.yaml", [menus, ("stack.flows.menu", f"{{{steps}}}")]).demand.menus is not None


def test_without_a_city_there_are_no_orders_and_something_else_is_to_do(tmp_path: Path) -> None:
    path, cityless = written(tmp_path), [("city", "null"), ("targets", "{}")]
    assert problems(path, *cityless) == [
        ("demand.orders", "needs a city"),
        (
            "stack.flows",
            "without a city a flow needs a source: `arrivals`, a number of `clients`, "
            "demand.menus (flow 'menu') or demand.searches (flow 'search')",
        ),
        ("stack.topics.fixes.partitions", "without a city there is one number: geos have no kind"),
    ]
    cityless += [("demand", "{}"), ("stack.topics.fixes.partitions", "8")]
    driven = ("stack.flows.menu", "{clients: drivers, steps: [{delay: 1 ms}]}")
    assert [key for key, _ in problems(path, *cityless, driven)] == ["stack.flows"]
    for source in ("arrivals: 1 s", "clients: 5, every: 1 s"):
        flow = ("stack.flows.calls", f"{{{source}, steps: [{{delay: 1 ms}}]}}")
        assert load(path, [*cityless, flow]).city is None
    menus = ("demand.menus", "{rate: 5/min, catalogue: 9}")
    assert load(path, [*cityless, menus, ("stack.flows.menu", "[{delay: 1 ms}]")]).city is None


def test_what_a_city_does_is_no_target_without_one(tmp_path: Path) -> None:
    changes = [("city", "null"), ("demand", "{}"), ("stack.topics.fixes.partitions", "8")]
    changes += [("stack.flows.calls", "{arrivals: 1 s, steps: [{delay: 1 ms}]}")]
    said = "orders.completion is measured in a city, and there is none"
    assert problems(written(tmp_path), *changes) == [("targets.orders.completion", said)]

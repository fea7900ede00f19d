"""Loading: `extends` first, then `--set`, then validation; every message names file, line, key and rule."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from scenario_text import HEAD, STACK, TINY, line_of, written

from swifteats_sim.scenario import Scenario, ScenarioError, load
from swifteats_sim.scenario import extending as extending_module
from swifteats_sim.scenario.steps import Delay, Hold, Visit

OLD_RATE = "rate: 50/min"


def refusal(path: Path, *overrides: tuple[str, str]) -> str:
    with pytest.raises(ScenarioError) as refused:
        load(path, overrides)
    return str(refused.value)


def test_a_scenario_loads_in_internal_units_with_defaults(tmp_path: Path) -> None:
    scenario = load(written(tmp_path))
    assert (scenario.duration, scenario.warmup, scenario.end) == (600 * 10**9, 0, 600 * 10**9)
    assert scenario.city is not None
    assert scenario.demand.orders is not None
    assert scenario.demand.orders.rate == 50 / 60
    geo = scenario.city.geos["centre"]
    assert (geo.speed, geo.detour, geo.area) == (25 / 3.6, 1.3, 50.0)
    visit, hold, *_ = scenario.stack.flows["order"].steps
    assert isinstance(visit, Visit)
    assert {name: law.mean for name, law in visit.service.items()} == {"service": 0.005}
    assert isinstance(hold, Hold)
    assert (hold.hold.timeout, len(hold.steps)) == (2 * 10**9, 2)
    delay = scenario.stack.flows["tracking"].steps[1]
    assert isinstance(delay, Delay)
    assert [target.metric for target in scenario.conditions] == ["orders.completion.ratio"]


def test_a_scenario_survives_being_written_as_json(tmp_path: Path) -> None:
    scenario = load(written(tmp_path))
    dumped = scenario.model_dump(mode="json")
    assert dumped["duration"] == "10 min"
    assert dumped["demand"]["orders"]["rate"] == "50/min"
    assert Scenario.model_validate(dumped) == scenario


def test_a_scenario_cannot_be_changed(tmp_path: Path) -> None:
    scenario = load(written(tmp_path))
    with pytest.raises(ValueError, match="frozen"):
        scenario.seed = 2


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("10 min", "10 m", "duration", "'10 m' is not a duration: write '10 min'"),
        (
            "10 min",
            "10",
            "duration",
            "10 has no unit: a duration is written in ns, us, ms, s, min, h or day, like '5 s'",
        ),
        ("10 min", "-1 s", "duration", "'-1 s' is negative: a duration is 0 or more here"),
        ("10 min", "0 s", "duration", "'0 s' must be more than 0 s"),
        ("10 min", "1e400 s", "duration", "'1e400 s' is out of reach: a duration is at most 36500 day"),
        (OLD_RATE, "rate: -5/min", "demand.orders.rate", "'-5/min' is negative: a rate is 0 or more here"),
        (
            OLD_RATE,
            "rate: .nan",
            "demand.orders.rate",
            "nan has no unit: a rate is written in /day, /h, /min or /s, like '500/min' (got .nan)",
        ),
        ("{rate:", "{rat: 1, rate:", "demand.orders.rat", "unknown key 'rat'; did you mean 'rate'? (got 1)"),
        ("name: tiny", "name: ../tiny", "name", "must match ^[a-z0-9][a-z0-9_-]{0,63}$ (got '../tiny')"),
        ("name: tiny", "name: =cmd|x", "name", "must match ^[a-z0-9][a-z0-9_-]{0,63}$ (got '=cmd|x')"),
        ("name: tiny", "name: 5", "name", "must be text (got 5)"),
        ("name: tiny", "name: tiny\nseed: 1.5", "seed", "must be a whole number (got 1.5)"),
        ("name: tiny", "name: tiny\nseed: -1", "seed", "must be at least 0 (got -1)"),
        ("name: tiny", "name: tiny\nseed: true", "seed", "must be a whole number (got true)"),
        ("kind: dense", "kind: dens", "city.geos.centre.kind", "must be 'dense' or 'sparse' (got 'dens')"),
        ("drivers: 500", "drivers: 5e2", "city.geos.centre.drivers", "must be a whole number (got 5e2)"),
        ("drivers: 500", "detour: .inf", "city.geos.centre.detour", "must be a finite number (got .inf)"),
        (
            "centre:",
            '"</script>":',
            "city.geos.</script>",
            "'</script>' is no name: 1 to 64 letters, digits, - and _, a letter or digit first",
        ),
        (
            "centre:",
            '"a;b":',
            "city.geos.a;b",
            "'a;b' is no name: 1 to 64 letters, digits, - and _, a letter or digit first",
        ),
        (
            "orders.completion",
            "orders.completon",
            "targets.orders.completon",
            "unknown metric 'orders.completon'; did you mean 'orders.completion' or 'gps.completion'?",
        ),
        (
            "ratio >= 98 %",
            "ratio >= 98",
            "targets.orders.completion.0",
            "'98' has no unit: a ratio is written in %, like '80 %' (got 'ratio >= 98')",
        ),
        (
            "- rule: pay_order",
            "- rule: pay_odrer",
            "stack.flows.order.2.rule",
            "must be 'reserve_inventory', 'create_order', 'pay_order' or 'request_assignment' (got 'pay_odrer')",
        ),
        (
            "- place: fixes",
            "- plaice: fixes",
            "stack.flows.gps.1",
            "a step has exactly one of at, delay, limit, place, consume, hold, branch, parallel, retry, cache, batch, "
            "repeat, fail, send, deliver, keep_newest, keep_latest, only_if, fresh, start, rule; "
            "this one: unknown step 'plaice'; did you mean 'place'?",
        ),
        (
            "write: exponential(2 ms)",
            "write: exponential(2 m)",
            "stack.flows.gps.2.service.write",
            "exponential: '2 m' is not a duration: write '2 min' (got 'exponential(2 m)')",
        ),
    ],
)
def test_a_wrong_value_is_named_with_file_line_key_and_rule(
    tmp_path: Path, old: str, new: str, key: str, said: str
) -> None:
    text = TINY.replace(old, new, 1)
    line = line_of(text, new) + new.count("\n")
    path = written(tmp_path, text)
    assert refusal(path).splitlines()[0] == f"{path}:{line}: {key}: {said}"


def test_a_missing_key_points_at_the_mapping_that_lacks_it(tmp_path: Path) -> None:
    path = written(tmp_path, TINY.replace("{rate: 50/min}", "{}"))
    assert refusal(path) == f"{path}:{line_of(TINY, 'orders: {')}: demand.orders.rate: required key is missing"
    path = written(tmp_path, TINY.replace("name: tiny\n", ""))
    assert refusal(path) == f"{path}:1: name: required key is missing"


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, TINY.replace("10 min", "10").replace("50/min", "50").replace("name: tiny", "nam: tiny"))
    assert [line.split(": ")[1] for line in refusal(path).splitlines()] == ["nam"]
    path = written(tmp_path, TINY.replace("10 min", "10").replace("50/min", "50"))
    assert [line.split(": ")[1] for line in refusal(path).splitlines()] == ["duration", "demand.orders.rate"]


def test_set_replaces_a_value_at_its_dotted_path(tmp_path: Path) -> None:
    scenario = load(
        written(tmp_path),
        [
            ("duration", "5 min"),
            ("seed", "9"),
            ("ordering.items", "20"),
            ("stack.flows.gps.2.service.parse", "uniform(1 ms, 3 ms)"),
            ("city.geos.centre", "{kind: dense, area: 9 km2, restaurants: 3, drivers: 4}"),
            ("targets.orders.completion.0", "ratio > 50 %"),
            ("targets.order.latency", '["p99 < 1 s"]'),
        ],
    )
    assert (scenario.duration, scenario.seed, scenario.ordering.items) == (300 * 10**9, 9, 20)
    visit = scenario.stack.flows["gps"].steps[2]
    assert isinstance(visit, Visit)
    assert visit.service["parse"].parameters == (0.001, 0.003)
    assert scenario.city is not None
    assert scenario.city.geos["centre"].drivers == 4
    assert [target.text for target in scenario.conditions] == ["ratio > 50 %", "p99 < 1 s"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("duration", "5 m", "--set duration: '5 m' is not a duration: write '5 min'"),
        (
            "city.geos.centre.sped",
            "5 km/h",
            "--set city.geos.centre.sped: unknown key 'sped'; did you mean 'speed'? (got '5 km/h')",
        ),
        (
            "demand.orders",
            "{rat: 5/min, rate: 5/min}",
            "--set demand.orders: demand.orders.rat: unknown key 'rat'; did you mean 'rate'? (got '5/min')",
        ),
        (
            "stack.flows.order.9.at",
            "x",
            "--set stack.flows.order.9.at: '9' is no entry of a list of 4 (the first is 0)",
        ),
        ("name.first", "x", "--set name.first: 'first' cannot stand below a plain value"),
        ("question", "[", "--set question: not YAML: expected the node content, but found '<stream end>'"),
        ("seed", "&a 1", "--set seed: anchors (&) and aliases (*) are not read; use `extends`"),
        ("seed", "", "--set seed: must be a whole number (got nothing)"),
        ("", "1", "--set: must be KEY.KEY...=VALUE (got '')"),
        ("city..geos", "1", "--set: must be KEY.KEY...=VALUE (got 'city..geos')"),
        ("demand.trace", "/nowhere", None),
    ],
)
def test_a_wrong_set_is_named_by_its_path(tmp_path: Path, path: str, value: str, said: str | None) -> None:
    file = written(tmp_path)
    both = f"{file}:{line_of(TINY, 'demand:')}: demand: "
    both += "give either `orders` (a rate) or `trace` (a folder with a recorded day)"
    assert refusal(file, (path, value)) == (said or both)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("stack.topics.asignment.per", "platform", ["no topic is called 'asignment'; did you mean 'assignment'?"]),
        ("stack.topics.asignment.per", "x", ["no topic is called 'asignment'; did you mean 'assignment'?",
                                             "must be 'geo' or 'platform' (got 'x')"]),
        ("stack.flows.odrer.every", "1 s", ["no flow is called 'odrer'; did you mean 'order'?"]),
        ("stack.stations.gatway.speed", "1", ["no station is called 'gatway'; did you mean 'gateway'?",
                                              "unknown key 'speed'"]),
        ("stack.pools.order-db.to", "database", ["no pool is called 'order-db'; did you mean 'orders-db'?"]),
        ("stack.caches.menu.hits", "x", ["no cache is called 'menu'; known: none", "'x' is no number with a unit"]),
        ("stack.streams.customers.routing", "x", ["no stream is called 'customers'; known: none",
                                                  "must be 'sticky' or 'any' (got 'x')"]),
        ("stack.limits.customer.rate", "5/s", ["no limit is called 'customer'; known: none"]),
        ("city.geos.nowhere.drivers", "5", ["no geo is called 'nowhere'; known: centre"]),
        ("city.geos.center.kind", "dense", ["no geo is called 'center'; did you mean 'centre'?"]),
    ],
)  # fmt: skip
def test_a_part_that_only_a_set_speaks_of_is_called_unknown(
    tmp_path: Path, path: str, value: str, said: list[str]
) -> None:
    lines = refusal(written(tmp_path), (path, value)).splitlines()
    assert len(lines) == len(said)
    for line, start in zip(lines, said, strict=True):
        assert line.startswith(f"--set {path}: {start}")


def test_a_part_may_be_made_by_set_where_it_is_in_order(tmp_path: Path) -> None:
    path = written(tmp_path)
    made = load(path, [("stack.pools.other.size", "3"), ("stack.pools.whole", "{size: 4}")]).stack.pools
    assert (made["other"].size, made["whole"].size) == (3, 4)
    in_steps = [("stack.topics.new.partitions", "3"), ("stack.topics.new.placement", "keyed")]
    assert load(path, in_steps).stack.topics["new"].partitions_of("dense") == 3
    assert refusal(path, *in_steps[:1]).count("no topic is called 'new'; known: assignment, fixes") == 1
    whole = refusal(path, ("stack.topics.new", "{partitions: 3}"))
    assert whole == "--set stack.topics.new: stack.topics.new.placement: required key is missing"


def test_extends_is_laid_under_the_keys_beside_it(tmp_path: Path) -> None:
    written(tmp_path, STACK, "stack.yaml")
    own = "stack:\n  extends: stack.yaml\n  stations: {gateway: {instances: 9}}\n"
    own += "  flows: {tracking: [{only_if: watched}]}\n"
    scenario = load(written(tmp_path, HEAD + own))
    assert (scenario.stack.stations["gateway"].instances, scenario.stack.stations["gateway"].concurrency) == (
        9,
        8,
    )
    assert len(scenario.stack.flows["tracking"].steps) == 1, "a list replaces"
    assert len(scenario.stack.flows["gps"].steps) == 5


def test_a_whole_scenario_may_be_extended_from_another_folder(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    written(tmp_path / "base", HEAD + "stack: {extends: stack.yaml}\n", "base.yaml")
    written(tmp_path / "base", STACK, "stack.yaml")
    scenario = load(written(tmp_path, "extends: base/base.yaml\nname: other\n"), [("seed", "3")])
    assert (scenario.name, scenario.seed, scenario.duration) == ("other", 3, 600 * 10**9)


def test_a_problem_in_an_extended_file_is_named_there(tmp_path: Path) -> None:
    stack = written(tmp_path, STACK.replace("size: 10", "size: 0"), "stack.yaml")
    path = written(tmp_path, HEAD + "stack: {extends: stack.yaml}\n")
    line = line_of(STACK, "pools:")
    assert refusal(path) == f"{stack}:{line}: stack.pools.orders-db.size: must be more than 0 (got 0)"


def test_a_bundled_stack_is_extended_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, STACK, "house.yaml")
    monkeypatch.setitem(extending_module.BUNDLED, ("stack",), tmp_path)
    assert load(written(tmp_path, HEAD + "stack: {extends: house}\n")).stack.pools["orders-db"].size == 10
    path = written(tmp_path, HEAD + "stack: {extends: hose}\n")
    line = line_of(HEAD + "stack", "stack")
    said = "unknown bundled file 'hose'; did you mean 'house'?"
    assert refusal(path) == f"{path}:{line}: stack.extends: {said}"


@pytest.mark.parametrize(
    ("extends", "said"),
    [
        ("tiny.yaml", "extends itself: tiny.yaml -> tiny.yaml"),
        ("none.yaml", "none.yaml: no such file"),
        ("design", "nothing is bundled here: give a path that ends in .yaml (got 'design')"),
        ("[a]", "must be the name of a bundled file, or a path that ends in .yaml"),
        ("loop.yaml", "extends itself: tiny.yaml -> loop.yaml -> tiny.yaml"),
    ],
)
def test_an_extends_that_leads_nowhere_is_refused(tmp_path: Path, extends: str, said: str) -> None:
    written(tmp_path, "extends: tiny.yaml\n", "loop.yaml")
    assert said in refusal(written(tmp_path, f"extends: {extends}\n"))


def test_extends_cannot_multiply_without_bound(tmp_path: Path) -> None:
    for level in range(5):
        lines = "".join(f"k{n}: {{extends: level{level + 1}.yaml}}\n" for n in range(10))
        written(tmp_path, lines, f"level{level}.yaml")
    written(tmp_path, "a: 1\n", "level5.yaml")
    assert "more than 20 files or 2 MB are extended" in refusal(tmp_path / "level0.yaml")


def test_a_trace_in_a_file_is_beside_it_and_one_from_set_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "scenarios" / "day", tmp_path / "here" / "day"):
        folder.mkdir(parents=True)
        for name in ("orders.csv", "couriers.csv"):
            (folder / name).touch()
    text = TINY.replace("{kind: dense, area: 50 km2, restaurants: 100, drivers: 500}", "{kind: dense}")
    bare = text.replace("  orders: {rate: 50/min}", "  scale: 2.0")
    monkeypatch.chdir(tmp_path / "here")
    beside = load(written(tmp_path / "scenarios", bare.replace("scale: 2.0", "trace: day")))
    assert beside.demand.trace == tmp_path / "scenarios" / "day"
    path = written(tmp_path / "scenarios", bare)
    assert load(path, [("demand.trace", "day")]).demand.trace == Path("day")
    assert refusal(path, ("demand.trace", "night")) == "--set demand.trace: no such folder (got 'night')"
    assert "no trace in this folder" in refusal(path, ("demand.trace", "."))


def test_importing_the_package_is_quick_and_light() -> None:
    heavy = "{'pandas', 'scipy', 'numba', 'pyarrow', 'matplotlib'}"
    code = f"import sys, swifteats_sim.scenario; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"

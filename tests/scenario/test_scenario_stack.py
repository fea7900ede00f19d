"""The parts of a stack: their defaults, the short forms of a file, and the way back into a file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from scenario_text import FULL, TINY, line_of, written

from swifteats_sim.scenario import Scenario, ScenarioError, load
from swifteats_sim.scenario.effects import EffectVisit
from swifteats_sim.scenario.flows import Flow
from swifteats_sim.scenario.keys import Catalogue, Places
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.steps import (
    STEPS,
    Batch,
    Branch,
    CacheStep,
    Consume,
    Delay,
    Hold,
    Moved,
    OnlyIf,
    Parallel,
    Place,
    Retry,
    Visit,
    children,
    flat,
    located,
)

SECOND = 10**9
MINUTE = 60 * SECOND


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load(written(tmp_path_factory.mktemp("full"), FULL))


def as_yaml(content: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.dump(content, text)
    return text.getvalue()


@pytest.mark.parametrize("text", [TINY, FULL])
@pytest.mark.parametrize("without_none", [True, False])
def test_a_scenario_survives_being_written_as_a_file(tmp_path: Path, text: str, without_none: bool) -> None:
    scenario = load(written(tmp_path, text))
    content = scenario.model_dump(mode="json", exclude_none=without_none)
    again = load(written(tmp_path, as_yaml(content), "again.yaml"))
    assert again == scenario
    assert again.model_dump(mode="json", exclude_none=without_none) == content


def test_a_dump_speaks_the_language_of_files(full: Scenario) -> None:
    stack = full.model_dump(mode="json")["stack"]
    assert stack["stations"]["api"]["pauses"][0]["for"] == "10 s"
    assert "lasting" not in str(stack)
    assert stack["topics"]["fixes"]["message"] == "343 B"
    assert stack["topics"]["fixes"]["crashes"] == [{"consumer": 1, "at": "5 min", "for": "1 min"}]
    assert stack["flows"]["gps"]["steps"][0]["retry"]["budget"] == "20 %"
    assert stack["flows"]["menu"]["steps"][-1] == {"send": "500 B"}
    assert [next(iter(cost)) for cost in stack["effects"]["read"]] == ["delay", "at"]


def test_stations_have_faults_and_ways_to_share_work(full: Scenario) -> None:
    stations = full.stack.stations
    once, again = stations["api"].pauses
    assert (once.at, once.lasting.mean, once.instance, once.speed) == (10 * MINUTE, 10.0, 2, 0.2)
    assert again.every is not None
    assert (again.at, again.every.mean, again.lasting.mean, again.instance, again.speed) == (None, 900, 100, None, 0)
    assert stations["api"].health is not None
    assert (stations["api"].health.every, stations["api"].health.failures) == (10 * SECOND, 3)
    assert (stations["web"].health, stations["web"].weights) == (None, (3, 1))
    assert (stations["database"].connections, full.stack.pools["web-db"].to) == (100, "database")


def test_topics_caches_streams_and_limits_have_defaults(full: Scenario) -> None:
    fixes, menu, stream = full.stack.topics["fixes"], full.stack.caches["menu"], full.stack.streams["customers"]
    assert (fixes.message, fixes.commit_every, fixes.session) == (343, 5 * SECOND, 15 * SECOND)
    assert (fixes.rebalance, fixes.replication_lag, fixes.attempts) == (3 * SECOND, 10_000_000, 3)
    assert (fixes.partitions_of("dense"), fixes.partitions_of("sparse")) == (60, 60)
    assert menu.invalidation is not None
    assert (menu.ttl, menu.invalidation.delay, menu.invalidation.failures) == (60 * MINUTE, SECOND, 0.05)
    assert (full.stack.caches["search"].hits, full.stack.caches["search"].ttl) == (0.7, 2 * MINUTE)
    assert (stream.scan, stream.fan_out, stream.clients) == (20, False, 5000)
    assert [limit.per for limit in full.stack.limits.values()] == ["client", "address"]


def test_a_number_of_partitions_serves_every_geo(tmp_path: Path) -> None:
    topics = load(written(tmp_path), [("stack.topics.assignment.partitions", "6")]).stack.topics
    assert [topics["assignment"].partitions_of(kind) for kind in ("dense", "sparse")] == [6, 6]
    assert topics["fixes"].partitions_of("dense") == 8
    with pytest.raises(KeyError):
        topics["fixes"].partitions_of("sparse")


def test_a_flow_has_a_source_and_keys(full: Scenario) -> None:
    gps, bulk, shown = (full.stack.flows[name] for name in ("gps", "bulk", "shown"))
    assert (gps.clients, gps.every, gps.counted) == (10_000, 5 * SECOND, True)
    assert gps.offline is not None
    assert (gps.offline.lasting.mean, gps.offline.keep, gps.offline.parallel) == (180, 50, 10)
    assert gps.keys == Places.model_validate({"area": "500 km2", "cell": "100 m"})
    assert bulk.arrivals is not None
    assert (bulk.arrivals.mean, bulk.batch, bulk.keys) == (0.125, 5, Catalogue(catalogue=10))
    assert (shown.counted, shown.keys, shown.arrivals) == (False, None, None)


def test_demand_names_keys_as_a_flow_does(full: Scenario) -> None:
    menus, searches = full.demand.menus, full.demand.searches
    assert menus is not None
    assert searches is not None
    assert (menus.rate, menus.keys) == (5000 / 60, Catalogue(catalogue=150_000, zipf=1.0))
    wanted = {"area": "500 km2", "cell": "500 m", "variants": 20, "zipf": 0.8}
    assert (searches.rate, searches.keys) == (1000 / 60, Places.model_validate(wanted))


def test_a_list_of_steps_is_a_flow_without_a_source(tmp_path: Path) -> None:
    listed = load(written(tmp_path))
    mapped = load(tmp_path / "tiny.yaml", [("stack.flows.tracking", "{steps: [{only_if: watched}, {delay: 10 ms}]}")])
    assert isinstance(listed.stack.flows["tracking"], Flow)
    assert listed == mapped


def test_an_effect_is_one_visit_or_several(full: Scenario) -> None:
    wait, read = full.stack.effects["read"]
    assert isinstance(wait, Delay)
    assert isinstance(read, EffectVisit)
    assert read.lag is not None
    assert (read.at, read.lag.mean) == ("database", 0.1)
    (insert,) = full.stack.effects["insert"]
    assert isinstance(insert, EffectVisit)
    assert insert.lag is None


def test_steps_hold_steps(full: Scenario) -> None:
    _, _, cached, _ = full.stack.flows["menu"].steps
    assert isinstance(cached, CacheStep)
    assert [[type(step) for step in steps] for steps in children(cached)] == [[Delay], [Hold]]
    _, lookup, branch = full.stack.flows["search"].steps
    assert isinstance(branch, Branch)
    assert ([way.share for way in branch.branch], [len(steps) for steps in children(branch)]) == ([0.3, 0.7], [1, 0])
    (parallel,) = children(lookup)[1]
    assert isinstance(parallel, Parallel)
    assert [[type(step) for step in steps] for steps in children(parallel)] == [[Visit], [Delay]]
    visit = parallel.parallel[0][0]
    assert isinstance(visit, Visit)
    assert visit.patience is not None
    assert (visit.patience.mean, children(visit)) == (2, ())


def test_a_flow_is_walked_depth_first(full: Scenario) -> None:
    gps = full.stack.flows["gps"].steps
    assert [type(step) for step in flat(gps)][:5] == [Retry, Visit, Place, Consume, Visit]
    assert [path for path, _ in located(gps, ("steps",))][:5] == [
        ("steps", 0),
        ("steps", 0, "steps", 0),
        ("steps", 1),
        ("steps", 2),
        ("steps", 2, "steps", 0),
    ]
    assert len(list(flat(full.stack.flows["search"].steps))) == 7


def test_terms_have_defaults(full: Scenario) -> None:
    shown = full.stack.flows["shown"].steps
    assert isinstance(shown[1], OnlyIf)
    assert isinstance(shown[1].only_if, Moved)
    assert shown[1].only_if.moved == 100
    assert isinstance(shown[5], Batch)
    assert (shown[5].batch.size, shown[5].batch.every) == (None, MINUTE)
    retry = STEPS["retry"].model_validate({"retry": {}, "steps": [{"fail": "5 %"}]})
    assert isinstance(retry, Retry)
    assert retry.retry.model_dump(mode="json", exclude_none=True) == {
        "attempts": 3,
        "backoff": "100 ms",
        "factor": 2.0,
        "jitter": "0 %",
    }


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        (
            "placement: pinned",
            "placement: pined",
            "stack.topics.fixes.placement",
            "must be 'round_robin', 'keyed', 'pinned' or 'random' (got 'pined')",
        ),
        ("partitions: 60", "partitions: 0", "stack.topics.fixes.partitions", "must be more than 0 (got 0)"),
        ("message: 343 B", "message: 343", "stack.topics.fixes.message",
         "343 has no unit: a size is written in B, kB, MB or GB, like '343 B'"),
        ("message: 343 B", "mesage: 343 B", "stack.topics.fixes.mesage",
         "unknown key 'mesage'; did you mean 'message'? (got '343 B')"),
        ("{at: 10 min, for: 5 s}", "{at: 10 min, fr: 5 s}", "stack.topics.fixes.leader_losses.0.fr",
         "unknown key 'fr'; did you mean 'for'? (got '5 s')"),
        ("{at: 10 min, for: 5 s}", "{at: 10 min}", "stack.topics.fixes.leader_losses.0.for",
         "required key is missing"),
        ("clients: 10000", "clients: driver", "stack.flows.gps.clients",
         "must be a whole number from 1 to 2000000, 'drivers' or 'watchers' (got 'driver')"),
        ("clients: 10000", "clients: 0", "stack.flows.gps.clients",
         "must be a whole number from 1 to 2000000, 'drivers' or 'watchers' (got 0)"),
        ("keys: {area: 500 km2, cell: 100 m}", "keys: {area: 500 km2}", "stack.flows.gps.keys.cell",
         "required key is missing"),
        ("keys: {catalogue: 10}", "keys: {catalogue: 10, area: 5 km2}", "stack.flows.bulk.keys",
         "give either `catalogue`, or `area` and `cell`"),
        ("only_if: watched", "only_if: wached", "stack.flows.shown.0.only_if",
         "must be 'watched' or {moved: LENGTH} (got 'wached')"),
        ("{moved: 100 m}", "{moved: 100}", "stack.flows.shown.1.only_if.moved",
         "100 has no unit: a length is written in m or km, like '5 km'"),
        ("repeat: 3", "repeat: 101", "stack.flows.shown.4.steps.0.repeat", "must be at most 100 (got 101)"),
        ("attempts: 4", "attempts: 51", "stack.flows.gps.steps.0.retry.attempts", "must be at most 50 (got 51)"),
        ("{share: 70 %, steps: []}", "{share: 70 %}", "stack.flows.search.2.branch.1.steps",
         "required key is missing"),
        ("[{fail: 5 %}]", "[{fail: 101 %}]", "stack.flows.search.2.branch.0.steps.0.fail",
         "'101 %' must be at most 100 %"),
        ("{send: 0.5 kB}", "{sent: 0.5 kB}", "stack.flows.menu.3",
         "a step has exactly one of at, delay, limit, place, consume, hold, branch, parallel, retry, cache, batch, "
         "repeat, fail, send, deliver, keep_newest, keep_latest, only_if, fresh, start, rule; "
         "this one: unknown step 'sent'; did you mean 'send'?"),
        ("{send: 0.5 kB}", "{send: 0.5 kB, delay: 1 s}", "stack.flows.menu.3",
         "a step has exactly one of at, delay, limit, place, consume, hold, branch, parallel, retry, cache, batch, "
         "repeat, fail, send, deliver, keep_newest, keep_latest, only_if, fresh, start, rule; "
         "this one: has delay and send"),
        ("insert: {at: database, service: 5 ms}", "insert: [{delay: 5 ms}]", "stack.effects.insert",
         "needs at least one visit (`at`)"),
        ("insert: {at: database, service: 5 ms}", "insert: [{fail: 5 %}]", "stack.effects.insert.0",
         "an effect is made of visits (`at`) and delays (`delay`)"),
        ("insert: {at: database, service: 5 ms}", "insert: 5 ms", "stack.effects.insert",
         "must be a visit, or a list of visits and delays (got '5 ms')"),
        ("insert: {at: database, service: 5 ms}", "insert: {at: database, service: 5 m}",
         "stack.effects.insert.service", "'5 m' is not a duration: write '5 min'"),
        ("insert: {at: database, service: 5 ms}", "insert: {at: database}", "stack.effects.insert.service",
         "required key is missing"),
        ("    shown:\n", "    idle: []\n    shown:\n", "stack.flows.idle", "must not be empty"),
        ("    shown:\n", "    idle: 5 ms\n    shown:\n", "stack.flows.idle",
         "must be a list of steps, or a mapping with `steps` (got '5 ms')"),
        ("    shown:\n", "    idle: {stepps: []}\n    shown:\n", "stack.flows.idle.stepps",
         "unknown key 'stepps'; did you mean 'steps'?"),
    ],
)  # fmt: skip
def test_a_wrong_value_in_a_stack_is_named_with_file_line_key_and_rule(
    tmp_path: Path, old: str, new: str, key: str, said: str
) -> None:
    assert FULL.count(old) == 1
    text = FULL.replace(old, new)
    path = written(tmp_path, text)
    with pytest.raises(ScenarioError) as refused:
        load(path)
    assert str(refused.value) == f"{path}:{line_of(text, new)}: {key}: {said}"


LEAVES: list[dict[str, Any]] = [
    {"at": "web", "service": "5 ms", "patience": "exponential(2 s)"},
    {"at": "gate", "service": {"parse": "1 ms", "write": "uniform(1 ms, 2 ms)"}, "priority": 3},
    {"delay": "10 ms"},
    {"limit": "zone"},
    {"place": "fixes"},
    {"fail": "5 %"},
    {"send": "0.5 kB"},
    {"deliver": "customers"},
    {"only_if": "watched"},
    {"only_if": {"moved": "100 m"}},
    {"fresh": "30 s"},
    {"start": "shown"},
]


def _around(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    steps, any_steps = st.lists(inner, min_size=1, max_size=3), st.lists(inner, max_size=2)
    hold = st.fixed_dictionaries({"pool": st.just("web-db"), "timeout": st.sampled_from(["0 s", "2 s"])})
    retry = st.fixed_dictionaries({}, optional={"timeout": st.just("1 s"), "budget": st.just("10 %")})
    batch = st.fixed_dictionaries({"every": st.just("30 s")}, optional={"size": st.integers(1, 100)})
    ways = st.tuples(any_steps, any_steps).map(
        lambda pair: [{"share": share, "steps": steps} for share, steps in zip(("30 %", "70 %"), pair, strict=True)]
    )
    return st.one_of(
        st.fixed_dictionaries({"hold": hold, "steps": steps}),
        st.fixed_dictionaries({"retry": retry, "steps": steps}),
        st.fixed_dictionaries({"batch": batch, "steps": steps}),
        st.fixed_dictionaries({"repeat": st.integers(1, 100), "steps": steps}),
        st.fixed_dictionaries({"consume": st.just("fixes"), "steps": steps}),
        st.fixed_dictionaries({"parallel": st.lists(steps, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"branch": ways}),
        st.fixed_dictionaries({"cache": st.just("menu"), "miss": any_steps}, optional={"hit": any_steps}),
    )


@given(st.lists(st.recursive(st.sampled_from(LEAVES), _around, max_leaves=8), min_size=1, max_size=4))
def test_any_steps_survive_being_written(full: Scenario, steps: list[dict[str, Any]]) -> None:
    content = full.stack.model_dump(mode="json")
    content["flows"]["any"] = steps
    stack = Stack.model_validate(content)
    dumped = stack.model_dump(mode="json", exclude_none=True)
    assert Stack.model_validate(dumped) == stack
    assert [type(step) for step in flat(stack.flows["any"].steps)] == [STEPS[name] for name in named(steps)]


def named(steps: list[dict[str, Any]]) -> list[str]:
    """The naming keys of declared steps, nested ones included, depth first."""
    names = []
    for step in steps:
        names.append(next(key for key in STEPS if key in step))
        ways = [way["steps"] for way in step.get("branch", [])]
        for inside in (*ways, *step.get("parallel", []), step.get("hit", []), step.get("miss", []),
                       step.get("steps", [])):  # fmt: skip
            names += named(inside)
    return names

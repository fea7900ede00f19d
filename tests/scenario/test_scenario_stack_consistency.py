"""What must hold inside a stack, each rule said once, at the value that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_text import FULL, TINY, written

from swifteats_sim.scenario import Scenario, ScenarioError, load


def problems(path: Path, *overrides: tuple[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(ScenarioError) as refused:
        load(path, overrides)
    return [(problem.key, problem.message) for problem in refused.value.problems]


def flow(steps: str, **source: str) -> tuple[str, str]:
    """An override that adds a flow `other` with these steps."""
    said = "".join(f"{key}: {value}, " for key, value in source.items())
    return ("stack.flows.other", f"{{{said}steps: [{steps}]}}")


DELAY = "{delay: 1 ms}"

STATIONS = [
    ("web.balancing", "round_robin", "web.weights", "only with `balancing: weighted`"),
    ("web.weights", "[]", "web.balancing", "weighted needs `weights`, one an instance (got 'weighted')"),
    ("web.weights", "[1, 2, 3]", "web.weights", "needs one an instance: 2, not 3"),
    ("web.weights", "[1, 0]", "web.weights.1", "must be more than 0 (got 0)"),
    ("api.balancing", "shared", "api.health", "only with `balancing: health_checked`"),
    ("gate.balancing", "least_busy", "gate.balancing",
     "`discipline: priority` needs one shared queue (got 'least_busy')"),
    ("gate.queue", "9", "gate.queue", "not with `discipline: priority` (got 9)"),
    ("gate.pauses", "[{at: 1 s, for: 1 s}]", "gate.pauses", "not with `discipline: priority`"),
    ("api.pauses.0.instance", "3", "api.pauses.0.instance", "there are 3 instances, counted from 0 (got 3)"),
    ("api.pauses.0.speed", "100 %", "api.pauses.0.speed", "'100 %' must be less than 100 %"),
    ("api.pauses.0.every", "1 s", "api.pauses.0", "give either `at` (once) or `every` (again and again)"),
    ("api.pauses.0", "{for: 1 s}", "api.pauses.0", "give either `at` (once) or `every` (again and again)"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "key", "said"), STATIONS)
def test_a_station_is_whole(tmp_path: Path, path: str, value: str, key: str, said: str) -> None:
    found = problems(written(tmp_path, FULL), (f"stack.stations.{path}", value))
    assert found == [(f"stack.stations.{key}", said)]


PARTS = [
    ("limits.zone.addresses", "null", "limits.zone.per",
     "address needs `addresses`: how many there are (got 'address')"),
    ("limits.zone.per", "client", "limits.zone.addresses", "only with `per: address` (got 500)"),
    ("limits.zone.burst", "0", "limits.zone.burst", "must be more than 0 (got 0)"),
    ("topics.fixes.crashes.0.consumer", "2", "topics.fixes.crashes.0.consumer",
     "there are 2 consumers, counted from 0 (got 2)"),
    ("topics.fixes.attempts", "51", "topics.fixes.attempts", "must be at most 50 (got 51)"),
    ("caches.menu.changes", "null", "caches.menu.invalidation", "needs `changes`: what makes an entry invalid"),
    ("caches.search.entries", "9", "caches.search.entries", "not with `hits`: no entry is kept (got 9)"),
    ("caches.search.changes", "1 h", "caches.search.changes", "not with `hits`: no entry is kept (got '1 h')"),
    ("caches.search.invalidation", "{}", "caches.search.invalidation", "not with `hits`: no entry is kept"),
    ("caches.search.protection", "single_flight", "caches.search.protection",
     "not with `hits`: no entry is kept (got 'single_flight')"),
    ("caches.search.protection", "single", "caches.search.protection",
     "must be 'none' or 'single_flight' (got 'single')"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "key", "said"), PARTS)
def test_a_part_is_whole(tmp_path: Path, path: str, value: str, key: str, said: str) -> None:
    assert problems(written(tmp_path, FULL), (f"stack.{path}", value)) == [(f"stack.{key}", said)]


def test_only_automatic_commits_have_an_interval(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    every, after = ("stack.topics.fixes.commit_every", "1 s"), ("stack.topics.fixes.commit", "after_work")
    assert load(path, [every]).stack.topics["fixes"].commit_every == 10**9
    assert load(path, [after]).stack.topics["fixes"].commit_every is None
    said = "only with `commit: auto` (got '1 s')"
    assert problems(path, every, after) == [("stack.topics.fixes.commit_every", said)]


NAMES = [
    ("pools.web-db.to", "databse", "pools.web-db.to", "unknown station 'databse'; did you mean 'database'?"),
    ("flows.menu.0.limit", "custmer", "flows.menu.0.limit", "unknown limit 'custmer'; did you mean 'customer'?"),
    ("flows.menu.2.cache", "meny", "flows.menu.2.cache", "unknown cache 'meny'; did you mean 'menu'?"),
    ("flows.menu.2.miss.0.hold.pool", "web", "flows.menu.2.miss.0.hold.pool",
     "unknown pool 'web'; did you mean 'web-db'?"),
    ("flows.search.1.miss.0.parallel.0.0.at", "wep", "flows.search.1.miss.0.parallel.0.0.at",
     "unknown station 'wep'; did you mean 'web'?"),
    ("flows.search.2.branch.1.steps", "[{at: wep, service: 1 s}]", "flows.search.2.branch.1.steps.0.at",
     "unknown station 'wep'; did you mean 'web'?"),
    ("flows.gps.steps.2.consume", "fixs", "flows.gps.steps.2.consume",
     "unknown topic 'fixs'; did you mean 'fixes'?"),
    ("flows.gps.steps.2.steps.0.scan", "customer", "flows.gps.steps.2.steps.0.scan",
     "unknown stream 'customer'; did you mean 'customers'?"),
    ("flows.gps.steps.2.steps.3.start", "show", "flows.gps.steps.2.steps.3.start",
     "unknown flow 'show'; did you mean 'shown'?"),
    ("flows.shown.6.deliver", "custom", "flows.shown.6.deliver", "unknown stream 'custom'; did you mean 'customers'?"),
    ("effects.read.1.at", "databse", "effects.read.1.at", "unknown station 'databse'; did you mean 'database'?"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "key", "said"), NAMES)
def test_a_name_refers_to_something(tmp_path: Path, path: str, value: str, key: str, said: str) -> None:
    assert (f"stack.{key}", said) in [
        (key, said.split(" (got")[0]) for key, said in problems(written(tmp_path, FULL), (f"stack.{path}", value))
    ]


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (flow(DELAY, arrivals="1 s", clients="5", every="1 s"), "clients",
         "give one of `arrivals`, `clients` and `connects` (got 5)"),
        (flow(DELAY, clients="5"), "clients", "needs `every`: the time between a client's jobs (got 5)"),
        (flow(DELAY, clients="watchers"), "clients",
         "needs `every`: the time between a client's jobs (got 'watchers')"),
        (flow(DELAY, clients="drivers", every="5 s"), "every",
         "for drivers it is city.drivers.fix_every: leave it out (got '5 s')"),
        (flow(DELAY, every="5 s"), "every", "needs `clients` (got '5 s')"),
        (flow(DELAY, batch="2"), "batch", "needs `arrivals` (got 2)"),
        (flow(DELAY, offline="{every: 1 h, for: 1 min}", arrivals="1 s"), "offline", "needs `clients`"),
        (flow("{branch: [{share: 30 %, steps: []}, {share: 60 %, steps: []}]}"), "steps.0.branch",
         "the shares add up to 90 %, not 100 %"),
        (flow("{consume: fixes, steps: [{delay: 1 ms}]}"), "steps.0.consume",
         "no `place: fixes` stands before (got 'fixes')"),
        (flow("{consume: fixes, steps: [{delay: 1 ms}]}, {place: fixes}"), "steps.0.consume",
         "no `place: fixes` stands before (got 'fixes')"),
        (flow("{at: location, service: 1 ms}"), "steps.0.at",
         "location balances by partition, and no `place` stands before (got 'location')"),
        (flow("{at: web, service: 1 ms, priority: 1}"), "steps.0.priority",
         "web serves whoever came first: it needs `discipline: priority` (got 1)"),
        (flow("{at: gate, service: 1 ms, patience: 1 s}"), "steps.0.patience",
         "not at gate, which serves by priority (got '1 s')"),
        (flow("{rule: pay_order}"), "steps.0.rule", "rule is only for flow 'order' (got 'pay_order')"),
        (flow("{start: other}"), "steps.0.start", "flow 'other' would start itself again: other -> other"),
        (flow("{repeat: 2, steps: [{start: other}]}"), "steps.0.steps.0.start",
         "flow 'other' would start itself again: other -> other"),
        (flow("{parallel: []}"), "steps.0.parallel", "must not be empty"),
        (flow("{parallel: [[]]}"), "steps.0.parallel.0", "must not be empty"),
        (flow("{branch: []}"), "steps.0.branch", "must not be empty"),
        (flow("{parallel: [" + ", ".join(["[{delay: 1 s}]"] * 51) + "]}"), "steps.0.parallel",
         "must have at most 50 entries"),
    ],
)  # fmt: skip
def test_a_flow_is_whole(tmp_path: Path, change: tuple[str, str], key: str, said: str) -> None:
    assert problems(written(tmp_path, FULL), change) == [(f"stack.flows.other.{key}", said)]


BRANCHED = "{{branch: [{{share: 50 %, steps: [{}]}}, {{share: 50 %, steps: [{}]}}]}}"
AT_LOCATION = "{at: location, service: 1 ms}"
PLACED = "{place: fixes}"


@pytest.mark.parametrize(
    ("steps", "fits"),
    [
        (f"{PLACED}, {AT_LOCATION}", True),
        (f"{{retry: {{}}, steps: [{PLACED}]}}, {AT_LOCATION}", True),
        (f"{BRANCHED.format(PLACED, PLACED)}, {AT_LOCATION}", True),
        (f"{BRANCHED.format(PLACED, '')}, {AT_LOCATION}", False),
        (BRANCHED.format(f"{PLACED}, {AT_LOCATION}", ""), True),
        (f"{{cache: menu, hit: [{PLACED}], miss: [{PLACED}]}}, {AT_LOCATION}", True),
        (f"{{cache: menu, miss: [{PLACED}]}}, {AT_LOCATION}", False),
        (f"{{parallel: [[{PLACED}, {AT_LOCATION}]]}}", True),
        (f"{{parallel: [[{PLACED}]]}}, {AT_LOCATION}", False),
        (f"{PLACED}, {{consume: fixes, steps: [{{repeat: 2, steps: [{AT_LOCATION}]}}]}}", True),
    ],
)
def test_only_who_was_surely_placed_has_a_partition(tmp_path: Path, steps: str, fits: bool) -> None:
    path = written(tmp_path, FULL)
    if fits:
        assert load(path, [flow(steps)]).stack.flows["other"].steps
    else:
        said = "location balances by partition, and no `place` stands before (got 'location')"
        assert problems(path, flow(steps)) == [("stack.flows.other.steps.1.at", said)]


def test_a_partition_comes_along_with_a_start(tmp_path: Path) -> None:
    """Flow `put` visits a station that balances by partition: whoever starts it must have been placed."""
    path, put = written(tmp_path, FULL), ("stack.flows.put", f"[{AT_LOCATION}]")
    said = [("stack.flows.put.0.at", "location balances by partition, and no `place` stands before (got 'location')")]
    assert problems(path, put, flow("{start: put}")) == said
    assert problems(path, put, ("stack.flows.bulk.steps.0", "{start: put}")) == said
    between = ("stack.flows.gps.steps.2.steps.2", "{start: other}")
    assert load(path, [put, flow("{start: put}"), between]).stack.flows["other"].steps
    assert problems(path, put, flow("{start: put}", arrivals="1 s"), between) == said


DRIVEN = ["{keep_newest: known_fix}", "{keep_latest: known_fix}", "{only_if: watched}", "{only_if: {moved: 1 m}}"]


@pytest.mark.parametrize("step", DRIVEN)
def test_what_speaks_of_drivers_is_for_their_fixes_and_what_those_start(tmp_path: Path, step: str) -> None:
    path, name = written(tmp_path, FULL), step[1 : step.index(":")]
    steps = f"{{repeat: 2, steps: [{step}]}}"
    said = (
        f"stack.flows.other.steps.0.steps.0.{name}",
        f"{name} speaks of drivers: only in flow 'gps', if its jobs are of `clients`, "
        "and in flows that it alone starts",
    )

    def found(*changes: tuple[str, str]) -> list[tuple[str, str]]:
        return [(key, message.split(" (got")[0]) for key, message in problems(path, *changes)]

    by_fixes, by_far = ("stack.flows.gps.steps.2.steps.2", "{start: other}"), ("stack.flows.shown.2", "{start: other}")
    for start in (by_fixes, by_far):
        assert load(path, [flow(steps), start]).stack.flows["other"].steps
        assert found(flow(steps), start, ("stack.flows.bulk.steps.0", "{start: other}")) == [said]
        assert found(flow(steps, arrivals="1 s"), start) == [said]
    assert found(flow(steps)) == [said]
    assert found(flow(steps, clients="5", every="1 s")) == [said]


@pytest.mark.parametrize("source", ["arrivals: 1 s", "connects: customers", "clients: watchers, every: 5 s"])
def test_fixes_are_sent_by_drivers_or_by_a_number_of_clients(tmp_path: Path, source: str) -> None:
    steps = "[{place: fixes}, {keep_newest: known_fix}, {start: shown}]"
    keys = [key for key, _ in problems(written(tmp_path, FULL), ("stack.flows.gps", f"{{{source}, steps: {steps}}}"))]
    assert keys == ["stack.flows.gps.steps.1.keep_newest", *(f"stack.flows.shown.{n}" for n in DRIVERS_IN_SHOWN)]


DRIVERS_IN_SHOWN = ("0.only_if", "1.only_if", "2.keep_latest")


def test_a_topic_with_consumers_of_its_own_is_not_consumed(tmp_path: Path) -> None:
    topic = ("stack.topics.assignment", "{partitions: 1, placement: keyed}")
    consuming = flow("{place: assignment}, {consume: assignment, steps: [{delay: 1 ms}]}")
    said = "assignment has consumers of its own, the platform's (got 'assignment')"
    assert problems(written(tmp_path, FULL), topic, consuming) == [("stack.flows.other.steps.1.consume", said)]


def test_circles_are_found_wherever_they_begin(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    change = ("stack.flows.shown.2", "{batch: {every: 1 s}, steps: [{start: menu}]}")
    assert load(path, [change]).stack.flows["menu"].steps
    closed = ("stack.flows.menu.3", "{repeat: 2, steps: [{start: gps}]}")
    said = "flow 'menu' would start itself again: menu -> gps -> shown -> menu (got 'gps')"
    assert problems(path, change, closed) == [("stack.flows.menu.3.steps.0.start", said)]


@pytest.mark.parametrize("name", ["orders", "assignment", "inventory", "delivery", "driver", "kitchen", "eta",
                                  "location", "station", "pool", "cache", "broker", "stream"])  # fmt: skip
def test_a_flow_is_not_called_like_something_that_is_measured(tmp_path: Path, name: str) -> None:
    found = problems(written(tmp_path, FULL), (f"stack.flows.{name}", "[{delay: 1 ms}]"))
    assert found == [(f"stack.flows.{name}", f"{name!r} has metrics of its own: call the flow otherwise")]


def nested_in_branches(depth: int) -> str:
    steps = DELAY
    for _ in range(depth - 1):
        steps = f"{{branch: [{{share: 100 %, steps: [{steps}]}}]}}"
    return steps


def test_steps_nest_six_deep(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    assert load(path, [flow(nested_in_branches(6))]).stack.flows["other"].steps
    key = "stack.flows.other.steps.0" + ".branch.0.steps.0" * 6
    deep = nested_in_branches(7).replace("{delay: 1 ms}", "{fail: 1 %}, {fail: 2 %}")
    assert problems(path, flow(deep)) == [(key, "steps are nested at most 6 deep")]


ORDER_RULES = "[{rule: reserve_inventory}, {rule: create_order}, {rule: pay_order}, {rule: request_assignment}]"


@pytest.mark.parametrize(
    ("path", "value", "key", "said"),
    [
        ("stack.flows.order.1.steps.0", "{rule: create_order}", "stack.flows.order",
         "needs the rules reserve_inventory, create_order, pay_order, request_assignment, once each in this order; "
         "has create_order, create_order, pay_order, request_assignment"),
        ("stack.flows.order.2", "{branch: [{share: 100 %, steps: [{rule: pay_order}]}]}",
         "stack.flows.order.2.branch.0.steps.0.rule",
         "a rule is for every order: not inside a branch (got 'pay_order')"),
        ("stack.flows.order", f"{{arrivals: 1 s, steps: {ORDER_RULES}}}", "stack.flows.order.arrivals",
         "the jobs of flow 'order' are the city's orders: leave it out (got '1 s')"),
        ("stack.flows.order", f"{{clients: drivers, steps: {ORDER_RULES}}}", "stack.flows.order.clients",
         "the jobs of flow 'order' are the city's orders: leave it out (got 'drivers')"),
        ("stack.flows.order", f"{{keys: {{catalogue: 5}}, steps: {ORDER_RULES}}}", "stack.flows.order.keys",
         "the jobs of flow 'order' are the city's orders: leave it out"),
        ("stack.stations.gateway", "{discipline: priority}", "stack.flows.order.0.at",
         "gateway serves by priority, and only flows other than 'order' (got 'gateway')"),
        ("stack.flows.order.0.at", "gps", "stack.flows.order.0.at",
         "gps balances by partition, which only jobs after a `place` have (got 'gps')"),
        ("stack.flows.order.0.priority", "1", "stack.flows.order.0.priority",
         "gateway serves whoever came first: it needs `discipline: priority` (got 1)"),
        ("stack.effects.read.at", "gps", "stack.effects.read.at",
         "gps balances by partition, which only jobs after a `place` have (got 'gps')"),
        ("stack.effects.insert.lag", "1 s", "stack.effects.insert.lag", "only `read` may read a replica (got '1 s')"),
        ("stack.effects.read.priority", "1", "stack.effects.read.priority",
         "database serves whoever came first: it needs `discipline: priority` (got 1)"),
        ("stack.flows.gps.0", "{hold: {pool: orders-db}, steps: [{delay: 1 ms}]}", "stack.flows.gps.0.hold.pool",
         "orders-db is the pool of flow 'order': take another (got 'orders-db')"),
    ],
)  # fmt: skip
def test_orders_decide_and_flows_flow(tmp_path: Path, path: str, value: str, key: str, said: str) -> None:
    assert problems(written(tmp_path), (path, value)) == [(key, said)]


def test_an_effect_waits_its_turn(tmp_path: Path) -> None:
    found = problems(written(tmp_path), ("stack.stations.database.discipline", "priority"))
    said = "database serves by priority, and only flows other than 'order' (got 'database')"
    assert len(found) == 7
    assert found[0] == ("stack.effects.read.at", said)


@pytest.mark.parametrize(
    "step",
    ["{place: fixes}", "{consume: fixes, steps: [{delay: 1 ms}]}", "{cache: menu, miss: []}", "{fail: 5 %}",
     "{batch: {every: 1 s}, steps: [{delay: 1 ms}]}", "{repeat: 2, steps: [{delay: 1 ms}]}", "{send: 5 B}",
     "{deliver: customers}", "{keep_newest: known_fix}", "{keep_latest: known_fix}", "{only_if: watched}",
     "{fresh: 1 s}", "{start: gps}"],
)  # fmt: skip
def test_what_only_flows_does_not_decide(tmp_path: Path, step: str) -> None:
    parts = [("stack.streams.customers", "{}"), ("stack.caches.menu", "{}")]
    name = step[1 : step.index(":")]
    inside = ("stack.flows.order.0", f"{{hold: {{pool: orders-db}}, steps: [{step}]}}")
    ((key, said),) = problems(written(tmp_path), *parts, inside)
    assert (key, said.split(" (got")[0]) == (
        f"stack.flows.order.0.steps.0.{name}",
        f"{name} is not for flow 'order'",
    )


def test_an_order_may_branch_retry_and_do_things_at_once(tmp_path: Path) -> None:
    parts = [("stack.limits.api", "{rate: 100/min, burst: 5}")]
    steps = "{retry: {}, steps: [{limit: api}]}, {rule: reserve_inventory}, {rule: create_order}, {rule: pay_order}"
    steps += ", {branch: [{share: 100 %, steps: [{delay: 1 ms}]}]}"
    steps += ", {parallel: [[{rule: request_assignment}], [{at: gateway, service: 1 ms, patience: 1 s}]]}"
    scenario = load(written(tmp_path, TINY), [*parts, ("stack.flows.order", f"[{steps}]")])
    assert len(scenario.stack.flows["order"].steps) == 6


@pytest.mark.parametrize("terms", ["{}", "{attempts: 2, timeout: 1 s}"])
def test_a_client_may_try_the_rules_again(tmp_path: Path, terms: str) -> None:
    steps = f"[{{retry: {terms}, steps: {ORDER_RULES}}}]"
    scenario = load(written(tmp_path, TINY), [("stack.flows.order", steps)])
    assert len(scenario.stack.flows["order"].steps) == 1


def test_a_rule_is_for_every_order(tmp_path: Path) -> None:
    inside = (
        "{retry: {}, steps: [{branch: [{share: 100 %, steps: [{rule: reserve_inventory}, {rule: create_order}]}]}]}"
    )
    found = [
        (key, message.split(" (got")[0])
        for key, message in problems(written(tmp_path), ("stack.flows.order.1", inside))
    ]
    path = "stack.flows.order.1.steps.0.branch.0.steps"
    said = "a rule is for every order: not inside a branch"
    assert found == [(f"{path}.{n}.rule", said) for n in (0, 1)]


def test_rules_do_not_run_at_once(tmp_path: Path) -> None:
    ways = "[{delay: 1 ms}, {rule: pay_order}], [{rule: request_assignment}], [{delay: 1 ms}]"
    changes = [("stack.flows.order.2", f"{{parallel: [{ways}]}}"), ("stack.flows.order.3", "{delay: 1 ms}")]
    said = "rules run one after the other: only in one of the sequences"
    assert problems(written(tmp_path), *changes) == [("stack.flows.order.2.parallel", said)]


HELD_TWICE = (
    "web-db is held here already: who hold all of it would wait for each other; `timeout: 0 s` does not wait "
    "(got 'web-db')"
)


@pytest.mark.parametrize(
    ("steps", "below", "said"),
    [
        ("{hold: {pool: web-db}, steps: [{repeat: 2, steps: [{hold: {pool: web-db}, steps: [{delay: 1 s}]}]}]}",
         "0.steps.0.steps.0.hold.pool", HELD_TWICE),
        ("{hold: {pool: web-db, timeout: 0 s}, steps: [{hold: {pool: web-db, timeout: 1 ms}, steps: [{delay: 1 s}]}]}",
         "0.steps.0.hold.pool", HELD_TWICE),
        ("{place: fixes}, {consume: fixes, steps: [{retry: {}, steps: [{consume: fixes, steps: [{delay: 1 s}]}]}]}",
         "1.steps.0.steps.0.consume", "a consumer of fixes would wait for a consumer of fixes (got 'fixes')"),
        ("{cache: menu, miss: [{delay: 1 s}, {repeat: 2, steps: [{cache: menu, miss: []}]}]}",
         "0.miss.1.steps.0.cache", "with `single_flight` the fill of menu would wait for itself (got 'menu')"),
    ],
)  # fmt: skip
def test_no_job_waits_for_itself(tmp_path: Path, steps: str, below: str, said: str) -> None:
    assert problems(written(tmp_path, FULL), flow(steps)) == [(f"stack.flows.other.steps.{below}", said)]


@pytest.mark.parametrize(
    "steps",
    [
        "{hold: {pool: web-db}, steps: [{hold: {pool: web-db, timeout: 0 s}, steps: [{delay: 1 s}]}]}",
        "{hold: {pool: web-db}, steps: [{delay: 1 s}]}, {hold: {pool: web-db}, steps: [{delay: 1 s}]}",
        "{place: fixes}, {consume: fixes, steps: [{delay: 1 s}]}, {consume: fixes, steps: [{delay: 1 s}]}",
        "{cache: menu, hit: [{cache: menu, miss: []}], miss: []}, {cache: menu, miss: []}",
        "{cache: search, miss: [{cache: search, miss: []}]}",
        "{cache: search, miss: [{cache: menu, miss: []}]}",
    ],
)
def test_a_job_may_have_again_what_it_does_not_wait_for(tmp_path: Path, steps: str) -> None:
    assert load(written(tmp_path, FULL), [flow(steps)]).stack.flows["other"].steps


def test_an_order_does_not_wait_for_a_pool_that_it_holds(tmp_path: Path) -> None:
    nested = "{hold: {pool: orders-db}, steps: [{rule: create_order}]}"
    change = ("stack.flows.order.1", f"{{hold: {{pool: orders-db}}, steps: [{{rule: reserve_inventory}}, {nested}]}}")
    said = HELD_TWICE.replace("web-db", "orders-db")
    assert problems(written(tmp_path), change) == [("stack.flows.order.1.steps.1.hold.pool", said)]


@pytest.mark.parametrize("topic", ["assignment", "fixes"])
def test_messages_may_come_twice_and_handlings_fail_whoever_consumes(tmp_path: Path, topic: str) -> None:
    changes = [(f"stack.topics.{topic}.{key}", value) for key, value in (("duplicates", "1 %"), ("failures", "0.1 %"))]
    declared = load(written(tmp_path), changes).stack.topics[topic]
    assert (declared.duplicates, declared.failures) == (0.01, 0.001)


@pytest.mark.parametrize(("per", "partitions"), [("geo", (12, 6, 12)), ("platform", (12,))])
def test_a_topic_for_the_platform_has_the_partitions_of_the_largest_geo(
    tmp_path: Path, per: str, partitions: tuple[int, ...]
) -> None:
    changes = [
        ("stack.topics.fixes.partitions", "{dense: 12, sparse: 6}"), ("stack.topics.fixes.per", per),
    ]  # fmt: skip
    topic = load(written(tmp_path), changes).stack.topics["fixes"]
    assert topic.partitions_over(["dense", "sparse", "dense"]) == partitions


def test_orders_and_effects_may_be_impatient_and_scan_connections(tmp_path: Path) -> None:
    cost = "{at: database, service: 1 ms, patience: 1 s, scan: customers}"
    changes = [("stack.streams.customers", "{}"), ("stack.flows.order.0", cost), ("stack.effects.read", cost)]
    assert load(written(tmp_path), changes).stack.effects["read"]


CITYLESS = """\
name: pushed
duration: 1 min
stack:
  stations: {desk: {}}
  streams: {customers: {}, others: {}}
  flows:
    calls: {arrivals: 1 s, steps: [{start: pushed}, {delay: 1 s}]}
    pushed: [{delay: 1 s}]
    idle: [{deliver: others}]
    joined: {connects: others, steps: [{deliver: others}]}
"""
SAID_NOWHERE = [("stack.streams.customers", "needs `clients`: without a city nothing says how many there are")]


@pytest.mark.parametrize("steps", ["{deliver: customers}", "{at: desk, service: 1 ms, scan: customers}"])
def test_without_a_city_somebody_says_how_many_hold_a_stream(tmp_path: Path, steps: str) -> None:
    path, twice = written(tmp_path, CITYLESS), f"[{steps}, {steps}]"
    for change in (("stack.flows.pushed", twice), ("stack.flows.calls.steps", twice)):
        assert problems(path, change) == SAID_NOWHERE
        assert load(path, [change, ("stack.streams.customers.clients", "1")])
        assert load(path, [change, ("stack.flows.fixes", "{clients: 9, every: 1 s, steps: [{delay: 1 ms}]}")])


def test_who_connects_without_a_city_is_counted(tmp_path: Path) -> None:
    path = written(tmp_path, CITYLESS)
    assert load(path)
    silent = ("stack.flows.calls", "[{delay: 1 s}]")
    said = "needs `clients`: without a city nobody else connects"
    assert problems(path, silent) == [("stack.streams.others", said)]
    assert load(path, [silent, ("stack.streams.others.clients", "5")])


def test_partitions_may_be_said_by_kind_where_no_flow_needs_them(tmp_path: Path) -> None:
    unused = ("stack.topics.assignment", "{partitions: {dense: 12, sparse: 6}, placement: round_robin}")
    assert load(written(tmp_path, FULL), [unused]).stack.topics["assignment"].partitions_of("sparse") == 6
    said = "without a city there is one number: geos have no kind"
    by_kind = ("stack.topics.fixes.partitions", "{dense: 12, sparse: 6}")
    assert problems(written(tmp_path, FULL), by_kind) == [("stack.topics.fixes.partitions", said)]


def test_demand_takes_the_place_of_a_flow_s_own_source(tmp_path: Path) -> None:
    own = ("stack.flows.menu", "{clients: 5, every: 1 s, steps: [{delay: 1 ms}]}")
    said = "comes from demand.menus: leave it out (got 5)"
    assert problems(written(tmp_path, FULL), own) == [("stack.flows.menu.clients", said)]


ENDLESS = """
name: endless
duration: 1 min
stack:
  stations: {desk: {}}
  caches: {menus: {}}
  topics: {jobs: {partitions: 1, placement: keyed}}
  streams: {map: {clients: 1}}
  flows:
    call: {clients: 1, every: 1 s, steps: [{at: desk, service: 1 ms}]}
"""


@pytest.mark.parametrize(
    ("path", "value", "key", "said"),
    [
        ("flows.call", "{arrivals: 0 s, steps: [{delay: 0 s}]}", "flows.call.arrivals",
         "takes 1 us on average at least: there would be no end of jobs (got '0 s')"),
        ("flows.call.offline", "{every: 0 s, for: 0 s}", "flows.call.offline",
         "`every` and `for` take 1 us together at least"),
        ("stations.desk.pauses", "[{every: 0 s, for: 0 s}]", "stations.desk.pauses.0.every",
         "takes 1 us at least, with `for`: pauses would have no end (got '0 s')"),
        ("caches.menus.changes", "0 s", "caches.menus.changes",
         "takes 1 us on average at least: one key would change without end (got '0 s')"),
        ("streams.map.drops", "0 s", "streams.map.drops",
         "takes 1 us on average at least: nobody would be connected (got '0 s')"),
        ("flows.call.steps.0", "{repeat: 100, steps: [{repeat: 100, steps: [{delay: 0 s}, {delay: 0 s}]}]}",
         "flows.call.steps.0.steps.0.repeat", "makes 20,000 steps of one job, at most 10,000 (got 100)"),
    ],
)  # fmt: skip
def test_nothing_goes_on_without_end(tmp_path: Path, path: str, value: str, key: str, said: str) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(ENDLESS, encoding="utf-8")
    with pytest.raises(ScenarioError) as wrong:
        load(file, [(f"stack.{path}", value)])
    assert [(problem.key, problem.message) for problem in wrong.value.problems] == [(f"stack.{key}", said)]


@pytest.mark.parametrize(
    ("path", "value", "got"),
    [
        ("assignment.deferral", "'off'", " (got 'off')"),
        ("ordering.stock", "5", " (got 5)"),
        ("ordering.inventory_backoff", "11 ms", " (got '11 ms')"),
        ("eta.method", "notes", " (got 'notes')"),
    ],
)
def test_without_a_city_no_rule_has_a_switch(tmp_path: Path, path: str, value: str, got: str) -> None:
    said = f"needs a city: without orders no rule is applied{got}"
    assert problems(written(tmp_path, FULL), (path, value)) == [(path, said)]


def test_without_a_city_the_defaults_of_the_rules_may_stand_there(tmp_path: Path) -> None:
    """As in the file that a run leaves, which says everything."""
    path = written(tmp_path, FULL)
    assert load(path, [("assignment.deferral", "corrected"), ("ordering.inventory_backoff", "0.01 s")]).city is None
    dumped = load(path).model_dump(mode="json")
    assert Scenario.model_validate(dumped) == load(path)

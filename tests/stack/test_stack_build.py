"""The bundled stack: held against the platform's budget, and built as declared."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from stack_bench import LONG, MS

from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario import load
from swifteats_sim.scenario.distributions import Distribution
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.steps import Delay, Visit, flat
from swifteats_sim.scenario.topics import Topic
from swifteats_sim.stack.build import Blueprint
from swifteats_sim.stack.costs import Cost
from swifteats_sim.stack.equipment import Equipment

ROOT = Path(__file__).parents[2]
BUDGETS = ROOT.parent / "shared" / "ledger" / "budgets.csv"


@pytest.fixture(scope="module", params=["design", "as_deployed"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    file = tmp_path_factory.mktemp("scenario") / "scenario.yaml"
    base = ROOT / "scenarios" / "peak_tenth.yaml"
    file.write_text(f"extends: {base}\nstack: {{extends: {request.param}}}\n", encoding="utf-8")
    return load(file).stack


def priced(stack: Stack) -> dict[str, tuple[str | None, Mapping[str, Distribution]]]:
    """The budget path and the service of everything that takes time, by where it stands."""
    prices: dict[str, tuple[str | None, Mapping[str, Distribution]]] = {}
    for name, flow in stack.flows.items():
        for number, step in enumerate(flat(flow.steps)):
            if isinstance(step, Visit) and step.scan is None:  # a scan costs by the connection, not by a row
                prices[f"flows.{name}.{number}"] = step.budget, step.service
            elif isinstance(step, Delay):
                prices[f"flows.{name}.{number}"] = step.budget, step.delay
    for kind, parts in stack.effects.items():
        for number, part in enumerate(parts):
            service = part.service if isinstance(part, Visit) else part.delay
            prices[f"effects.{kind}.{number}"] = part.budget, service
    return prices


def reach(law: Distribution) -> tuple[float, float]:
    """Shortest and longest, ms."""
    assert law.law in ("deterministic", "uniform"), law.text
    return round(law.parameters[0] * 1000, 9), round(law.parameters[-1] * 1000, 9)


def test_every_service_time_cites_its_budget(stack: Stack) -> None:
    assert {where for where, (budget, _) in priced(stack).items() if budget is None} == set()


@pytest.mark.skipif(not BUDGETS.is_file(), reason="../shared/ledger/budgets.csv, the platform's budget, is absent")
def test_every_service_time_is_that_of_its_row_in_the_budget(stack: Stack) -> None:
    with BUDGETS.open(encoding="utf-8", newline="") as file:
        rows = {
            (row["path"], row["step"]): (float(row["min_ms"]), float(row["max_ms"])) for row in csv.DictReader(file)
        }
    cited = {
        (where, budget, name): reach(law)
        for where, (budget, service) in priced(stack).items()
        for name, law in service.items()
    }
    wrong = {
        citation: (stated, rows.get((str(citation[1]), citation[2])))
        for citation, stated in cited.items()
        if rows.get((str(citation[1]), citation[2])) != stated
    }
    assert wrong == {}


def build(stack: Stack, *geos: str) -> tuple[Equipment, Blueprint]:
    streams, clock, span = Streams(1, 0), Clock(), (0, LONG)
    equipment = Equipment(stack, streams, geos, span, [0])
    return equipment, Blueprint(stack, equipment, clock, Loop((), {}), streams, span)


def test_stations_are_built_as_declared(stack: Stack) -> None:
    equipment, _ = build(stack, "dense")
    servers = {name: station.servers for name, station in equipment.stations.items()}
    assert servers | {name: desk.servers for name, desk in equipment.desks.items()} == {
        name: station.instances * station.concurrency for name, station in stack.stations.items()
    }
    assert set(equipment.desks) == {"eta"}  # served by priority


def test_a_geo_has_the_partitions_of_its_kind_and_a_group_of_its_own(stack: Stack) -> None:
    topic = stack.topics["assignment"].model_copy(update={"partitions": {"dense": 5, "sparse": 2}, "consumers": 3})
    small = stack.model_copy(update={"topics": {**stack.topics, "assignment": topic}})
    equipment, blueprint = build(small, "sparse", "dense")
    assert [list(equipment.topics["assignment"].partitions_of(geo)) for geo in (0, 1)] == [[0, 1], [2, 3, 4, 5, 6]]
    # Every partition has one owner; a consumer beyond the partitions stands by.
    assert [(geo, member.owned(0)) for geo, member in blueprint.members("assignment")] == [
        (0, (0,)), (0, (1,)), (0, ()), (1, (2, 5)), (1, (3, 6)), (1, (4,)),
    ]  # fmt: skip


def test_one_topic_for_all_geos_has_the_partitions_of_the_largest_and_one_group(stack: Stack) -> None:
    def platform(name: str, **changes: object) -> Topic:
        return stack.topics[name].model_copy(update={"per": "platform", **changes})

    topics = {
        "assignment": platform("assignment", partitions={"dense": 5, "sparse": 2}, consumers=3),
        "fixes": platform("fixes", partitions={"dense": 4, "sparse": 6}),
    }
    equipment, blueprint = build(
        stack.model_copy(update={"topics": {**stack.topics, **topics}}), "sparse", "dense", "sparse"
    )
    assert {name: len(equipment.topics[name].logs) for name in topics} == {"assignment": 5, "fixes": 6}
    assert [(geo, member.owned(0)) for geo, member in blueprint.members("assignment")] == [
        (None, (0, 3)), (None, (1, 4)), (None, (2,)),
    ]  # fmt: skip


def test_orders_hold_connections_of_their_own_pools(stack: Stack) -> None:
    equipment, blueprint = build(stack, "dense")
    assert set(blueprint.pools) == {"orders-db"}
    assert set(equipment.pools) == {"restaurants-db", "search-db"}


def test_only_stations_that_flows_use_make_an_effect_wait_for_the_flows(stack: Stack) -> None:
    def shared(stack: Stack) -> set[str]:
        costs = build(stack, "dense")[1].effect_costs().items()
        visits = ((kind, part) for kind, parts in costs for part in parts if isinstance(part, Cost))
        return {kind for kind, part in visits if part.errand.shared}

    assert shared(stack) == set()
    elsewhere = tuple(part.model_copy(update={"at": "location"}) for part in stack.effects["read"])
    assert shared(stack.model_copy(update={"effects": {**stack.effects, "read": elsewhere}})) == {"read"}


def test_a_service_of_several_parts_has_their_sum_as_its_mean(stack: Stack) -> None:
    (part,) = build(stack, "dense")[1].effect_costs()["call_payment"]
    assert isinstance(part, Cost)
    payment = part.errand
    assert payment.law.mean * 1000 == pytest.approx((50 + 150) / 2 + (5 + 10) / 2, rel=1e-12)
    drawn = np.array([payment.law.draw_ns(payment.stream, order) for order in range(2000)])
    assert drawn.min() >= 55 * MS
    assert drawn.max() <= 160 * MS

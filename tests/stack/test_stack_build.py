"""The bundled stack: held against the platform's budget, and built as declared."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from stack_bench import LONG, MS

from swifteats_sim.engine import flow as engine
from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario import load
from swifteats_sim.scenario.distributions import Distribution
from swifteats_sim.scenario.stack import Delay, Hold, Stack, Step, Visit
from swifteats_sim.stack.build import Blueprint, Registers

ROOT = Path(__file__).parents[2]
BUDGETS = ROOT.parent / "shared" / "ledger" / "budgets.csv"


@pytest.fixture(scope="module")
def stack() -> Stack:
    return load(ROOT / "scenarios" / "peak_tenth.yaml").stack


def flattened(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        if isinstance(step, Hold):
            yield from flattened(step.steps)


def priced(stack: Stack) -> dict[str, tuple[str | None, Mapping[str, Distribution]]]:
    """The budget path and the service of everything that takes time, by where it stands."""
    prices: dict[str, tuple[str | None, Mapping[str, Distribution]]] = {}
    for name, flow in stack.flows.items():
        for number, step in enumerate(flattened(flow)):
            if isinstance(step, Visit):
                prices[f"flows.{name}.{number}"] = step.budget, step.service
            elif isinstance(step, Delay):
                prices[f"flows.{name}.{number}"] = step.budget, step.delay
    return prices | {f"effects.{name}": (visit.budget, visit.service) for name, visit in stack.effects.items()}


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


def build(stack: Stack, geos: tuple[str, ...]) -> Blueprint:
    return Blueprint(stack, Clock(), Streams(1, 0), geos, warmup=0, end=LONG)


def test_stations_are_built_as_declared(stack: Stack) -> None:
    stations = build(stack, ("dense",)).stations
    assert {name: station.servers for name, station in stations.items()} == {
        name: station.instances * station.concurrency for name, station in stack.stations.items()
    }


def test_a_geo_has_the_partitions_of_its_kind_dealt_out_to_its_consumers(stack: Stack) -> None:
    topic = stack.topics["assignment"].model_copy(update={"partitions": {"dense": 5, "sparse": 2}, "consumers": 3})
    small = stack.model_copy(update={"topics": {**stack.topics, "assignment": topic}})
    blueprint = build(small, ("sparse", "dense"))
    assert [list(blueprint.topics["assignment"].partitions_of(geo)) for geo in (0, 1)] == [[0, 1], [2, 3, 4, 5, 6]]
    # Never more consumers than partitions, and every partition has one.
    assert list(blueprint.consumer_partitions("assignment")) == [
        (0, (0,)), (0, (1,)), (1, (2, 5)), (1, (3, 6)), (1, (4,)),
    ]  # fmt: skip


def test_flows_start_each_other_by_number_and_the_order_path_is_not_among_them(stack: Stack) -> None:
    registers = Registers(array("q", [-1] * 4), bytearray(4), lambda driver: driver // 2)
    blueprint = build(stack, ("dense", "sparse"))
    flows = blueprint.flows(registers, sampled=0)
    names = [flow.name for flow in flows]
    assert "order" not in names
    gps = flows[names.index("gps")]
    assert [type(step).__name__ for step in gps.steps] == ["Visit", "Place", "Visit", "KeepNewest", "Start"]
    started = gps.steps[-1]
    assert isinstance(started, engine.Start)
    assert names[started.flow] == "tracking"
    placed = gps.steps[1]
    assert isinstance(placed, engine.Place)
    # Keyed within the driver's geo: 60 partitions each.
    assert [placed.partition(driver, index) for driver, index in [(0, 0), (0, 7), (1, 0), (2, 0), (3, 0)]] == [
        0, 0, 1, 62, 63,
    ]  # fmt: skip


def test_only_stations_that_flows_use_make_an_effect_wait_for_the_flows(stack: Stack) -> None:
    assert {name for name, cost in build(stack, ("dense",)).effect_costs().items() if cost.shared} == set()
    shared = stack.effects["read"].model_copy(update={"at": "location"})
    mixed = stack.model_copy(update={"effects": {**stack.effects, "read": shared}})
    assert {name for name, cost in build(mixed, ("dense",)).effect_costs().items() if cost.shared} == {"read"}


def test_a_service_of_several_parts_has_their_sum_as_its_mean(stack: Stack) -> None:
    costs = build(stack, ("dense",)).effect_costs()
    assert costs["call_payment"].law.mean * 1000 == pytest.approx((50 + 150) / 2 + (5 + 10) / 2, rel=1e-12)
    drawn = np.array([costs["call_payment"].law.draw_ns(costs["call_payment"].stream, order) for order in range(2000)])
    assert drawn.min() >= 55 * MS
    assert drawn.max() <= 160 * MS

"""Small stacks for tests of what arithmetic says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from swifteats_sim.forecast.facts import CacheFacts, Facts, FlowFacts, LimitFacts, PoolFacts, StationFacts, TopicFacts
from swifteats_sim.forecast.offered import offered
from swifteats_sim.scenario import Scenario

CITY = {
    "geos": {
        "centre": {"kind": "dense", "area": "500 km2", "restaurants": 1000, "drivers": 5000},
        "outer": {"kind": "sparse", "area": "1000 km2", "restaurants": 500, "drivers": 5000},
    }
}
COST = {"at": "database", "service": "10 ms"}
KINDS = ("read", "compare_and_set", "insert", "transaction", "publish", "call_payment", "find_drivers")
RULES = ({"rule": "reserve_inventory"}, {"rule": "create_order"}, {"rule": "pay_order"}, {"rule": "request_assignment"})


def declared(stack: dict[str, Any], **keys: Any) -> Scenario:
    """A scenario with this stack; the station `desk` is always there."""
    stations = {"desk": {}, **stack.get("stations", {})}
    tree = {"name": "small", "duration": "1 h", **keys, "stack": {**stack, "stations": stations}}
    return Scenario.model_validate(tree, context={"base": Path()})


def job(*steps: Any, rate: float = 10.0, **keys: Any) -> dict[str, Any]:
    """A flow whose jobs arrive at random, `rate` a second."""
    return {"arrivals": f"exponential({1000 / rate:.6f} ms)", "steps": list(steps), **keys}


def visit(service: str = "10 ms", at: str = "desk", **keys: Any) -> dict[str, Any]:
    """A visit."""
    return {"at": at, "service": service, **keys}


def in_city(stack: dict[str, Any] | None = None, **keys: Any) -> Scenario:
    """A city of 10,000 drivers and 500 orders/min, with a platform of one database."""
    given = stack or {}
    flows = {
        "order": [visit(), *RULES], "gps": {"clients": "drivers", "steps": [{"place": "fixes"}]},
        **given.get("flows", {}),
    }  # fmt: skip
    topics = {
        "assignment": {"partitions": 6, "placement": "round_robin", "consumers": 6},
        "fixes": {"partitions": 60, "placement": "keyed"}, **given.get("topics", {}),
    }  # fmt: skip
    stations = {"database": {"concurrency": 32}, **given.get("stations", {})}
    whole = {**given, "flows": flows, "topics": topics, "stations": stations, "effects": dict.fromkeys(KINDS, COST)}
    return declared(whole, **{"city": CITY, "demand": {"orders": {"rate": "500/min"}}, **keys})


def facts(stack: dict[str, Any], **keys: Any) -> Facts:
    """What arithmetic says of a stack."""
    return offered(declared(stack, **keys))


def flow(found: Facts, name: str = "job") -> FlowFacts:
    return next(each for each in found.flows if each.name == name)


def station(found: Facts, name: str = "desk") -> StationFacts:
    return next(each for each in found.stations if each.name == name)


def pool(found: Facts, name: str) -> PoolFacts:
    return next(each for each in found.pools if each.name == name)


def cache(found: Facts, name: str) -> CacheFacts:
    return next(each for each in found.caches if each.name == name)


def topic(found: Facts, name: str) -> TopicFacts:
    return next(each for each in found.topics if each.name == name)


def limit(found: Facts, name: str) -> LimitFacts:
    return next(each for each in found.limits if each.name == name)

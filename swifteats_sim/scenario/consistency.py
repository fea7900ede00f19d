"""What must hold between the parts of a scenario, each rule with the path of the value that breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from swifteats_sim.scenario.city import City, Geo
from swifteats_sim.scenario.demand import Demand
from swifteats_sim.scenario.errors import KeyPath, unknown_name
from swifteats_sim.scenario.stack import (
    EFFECTS,
    RULES,
    Hold,
    KeepNewest,
    OnlyIf,
    Place,
    RuleStep,
    Stack,
    Start,
    Step,
    Visit,
)

FLOWS = ("order", "gps")
TOPICS = ("assignment", "fixes")
ORDER_FLOW = "order"

Findings = Iterator[tuple[KeyPath, str]]


class Parts(NamedTuple):
    """The parts of a scenario that must fit together."""

    city: City
    demand: Demand
    stack: Stack


def inconsistencies(scenario: Parts) -> Findings:
    """Everything in a scenario that does not fit together."""
    yield from _shares(scenario)
    yield from _geos(scenario)
    yield from _needed(scenario)
    yield from _partitions(scenario)
    yield from _ruled(scenario)
    yield from _effects(scenario)
    for name, steps in scenario.stack.flows.items():
        yield from _steps(name, steps, ("stack", "flows", name))
        if name != ORDER_FLOW:
            yield from _placed_first(scenario, name, steps)
            yield from _starts_end(scenario, name, steps)


def _shares(scenario: Parts) -> Findings:
    share = scenario.demand.orders.share if scenario.demand.orders else {}
    path = ("demand", "orders", "share")
    for name in share:
        if name not in scenario.city.geos:
            yield (*path, name), unknown_name("geo", name, scenario.city.geos)
    missing = [name for name in scenario.city.geos if name not in share]
    if share and missing:
        yield path, f"every geo needs a share; missing: {', '.join(missing)}"


def _geos(scenario: Parts) -> Findings:
    traced = scenario.demand.trace is not None
    if traced and len(scenario.city.geos) != 1:
        yield ("city", "geos"), "with demand.trace there is exactly one geo"
    for name, geo in scenario.city.geos.items():
        yield from (_recorded if traced else _declared)(geo, ("city", "geos", name))
    if scenario.city.kitchens.mode == "recorded" and not traced:
        yield ("city", "kitchens", "mode"), "recorded needs demand.trace"


def _recorded(geo: Geo, path: KeyPath) -> Findings:
    for key in ("area", "restaurants", "drivers", "shifts"):
        if getattr(geo, key) not in (None, ()):
            yield (*path, key), "comes from the trace: leave it out"


def _declared(geo: Geo, path: KeyPath) -> Findings:
    for key in ("area", "restaurants"):
        if getattr(geo, key) is None:
            yield path, f"{key} is needed (there is no demand.trace)"
    if geo.drivers is None and not geo.shifts:
        yield path, "drivers or shifts are needed (there is no demand.trace)"


def _needed(scenario: Parts) -> Findings:
    stack = scenario.stack
    for kind, needed, given in (("flows", FLOWS, stack.flows), ("topics", TOPICS, stack.topics),
                                ("effects", EFFECTS, stack.effects)):  # fmt: skip
        missing = [name for name in needed if name not in given]
        if missing:
            yield ("stack", kind), f"missing: {', '.join(missing)}"


def _partitions(scenario: Parts) -> Findings:
    kinds = sorted({geo.kind for geo in scenario.city.geos.values()})
    for name, topic in scenario.stack.topics.items():
        missing = [kind for kind in kinds if kind not in topic.partitions]
        if missing:
            yield ("stack", "topics", name, "partitions"), f"missing for {' and '.join(missing)} geos"


def _effects(scenario: Parts) -> Findings:
    """Effects and orders have no partition."""
    places: list[tuple[KeyPath, str]] = [
        (("effects", name), visit.at) for name, visit in scenario.stack.effects.items()
    ]
    flow = scenario.stack.flows.get(ORDER_FLOW, ())
    places += [(("flows", ORDER_FLOW), step.at) for step in _flat(flow) if isinstance(step, Visit)]
    for path, station in places:
        if scenario.stack.stations[station].balancing == "partition":
            yield ("stack", *path), f"{station} balances by partition, which only jobs after a `place` have"


def _ruled(scenario: Parts) -> Findings:
    """An order is reserved, created, paid and sent for assignment, once each and in that order."""
    if ORDER_FLOW in scenario.stack.flows:
        named = [step.rule for step in _flat(scenario.stack.flows[ORDER_FLOW]) if isinstance(step, RuleStep)]
        if named != list(RULES):
            found = ", ".join(named) or "none"
            yield (
                ("stack", "flows", ORDER_FLOW),
                f"needs the rules {', '.join(RULES)}, once each in this order; has {found}",
            )


def _flat(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        if isinstance(step, Hold):
            yield from _flat(step.steps)


def _steps(flow: str, steps: tuple[Step, ...], path: KeyPath) -> Findings:
    """Orders decide, so their flow runs rules and holds; jobs that only flow do the rest."""
    refused: tuple[type, ...] = (OnlyIf, KeepNewest, Place, Start) if flow == ORDER_FLOW else (RuleStep, Hold)
    for index, step in enumerate(steps):
        if isinstance(step, refused):
            kind = next(iter(type(step).model_fields))
            yield (
                (*path, index, kind),
                f"{kind} is {'not' if flow == ORDER_FLOW else 'only'} for flow {ORDER_FLOW!r}",
            )
        if isinstance(step, Hold):
            yield from _steps(flow, step.steps, (*path, index, "steps"))


def _placed_first(scenario: Parts, flow: str, steps: tuple[Step, ...]) -> Findings:
    """A station that balances by partition needs one; jobs of a started flow bring theirs along, or none."""
    placed = False
    for index, step in enumerate(steps):
        placed = placed or isinstance(step, Place)
        if isinstance(step, Visit) and not placed and scenario.stack.stations[step.at].balancing == "partition":
            path = ("stack", "flows", flow, index, "at")
            yield path, f"{step.at} balances by partition, and no `place` stands before"


def _starts_end(scenario: Parts, flow: str, steps: tuple[Step, ...]) -> Findings:
    """Flows that start each other in a circle would breed jobs for ever."""
    for index, step in enumerate(steps):
        if not isinstance(step, Start):
            continue
        path = ("stack", "flows", flow, index, "start")
        if step.start == ORDER_FLOW:
            yield path, f"flow {ORDER_FLOW!r} is started by customers only"
        elif flow in _reached(scenario, step.start):
            yield path, f"flow {flow!r} would start itself again"


def _reached(scenario: Parts, flow: str) -> list[str]:
    """The flow and all that it starts, directly or not."""
    reached = [flow]
    for name in reached:  # grows while it is walked
        started = [step.start for step in scenario.stack.flows[name] if isinstance(step, Start)]
        reached += [other for other in started if other not in reached]
    return reached

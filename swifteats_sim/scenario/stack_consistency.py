"""What must hold inside a stack: who decides and who flows, and what the stations allow either of them."""

from __future__ import annotations

from swifteats_sim.scenario.effects import EffectVisit
from swifteats_sim.scenario.errors import Findings, KeyPath
from swifteats_sim.scenario.flows import ORDER
from swifteats_sim.scenario.metrics import RESERVED
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.steps import (
    RULES,
    Branch,
    Delay,
    Hold,
    LimitBy,
    Parallel,
    Retry,
    RuleStep,
    Step,
    Visit,
    flat,
    located,
)

FLOWS: KeyPath = ("stack", "flows")
DECIDING = (Visit, Delay, LimitBy, Hold, Branch, Parallel, Retry, RuleStep)
"""The steps of flow `order`, whose jobs decide; jobs that only flow take any but rules."""
OWN_CONSUMERS = ("assignment",)
"""Topics whose messages the platform's own consumers handle."""


def stack_findings(stack: Stack) -> Findings:
    """Everything in a stack that does not fit together, but for the paths of jobs."""
    for name, flow in stack.flows.items():
        if name in RESERVED:
            yield (*FLOWS, name), f"{name!r} has metrics of its own: call the flow otherwise"
        for path, step in located(flow.steps, (*FLOWS, name, "steps")):
            yield from _allowed(name, step, path)
            if isinstance(step, Visit):
                yield from (_decides if name == ORDER else _flows)(stack, step, path)
    if ORDER in stack.flows:
        yield from _customers(stack)
        yield from _ruled(stack)
        yield from _pools_apart(stack)
    yield from _effects(stack)


def _allowed(flow: str, step: Step, path: KeyPath) -> Findings:
    """Orders decide, so their flow runs rules; jobs that only flow do the rest."""
    key = next(iter(type(step).model_fields))
    if flow == ORDER and not isinstance(step, DECIDING):
        yield (*path, key), f"{key} is not for flow {ORDER!r}"
    elif flow != ORDER and isinstance(step, RuleStep):
        yield (*path, key), f"{key} is only for flow {ORDER!r}"


def _decides(stack: Stack, visit: Visit, path: KeyPath) -> Findings:
    """Effects and orders have no partition, and wait their turn."""
    station = stack.stations[visit.at]
    if station.balancing == "partition":
        yield (*path, "at"), f"{visit.at} balances by partition, which only jobs after a `place` have"
    elif station.discipline == "priority":
        yield (*path, "at"), f"{visit.at} serves by priority, and only flows other than {ORDER!r}"
    else:
        yield from _ranked(stack, visit, path)


def _flows(stack: Stack, visit: Visit, path: KeyPath) -> Findings:
    if visit.patience is not None and stack.stations[visit.at].discipline == "priority":
        yield (*path, "patience"), f"not at {visit.at}, which serves by priority"
    yield from _ranked(stack, visit, path)


def _ranked(stack: Stack, visit: Visit, path: KeyPath) -> Findings:
    if visit.priority and stack.stations[visit.at].discipline != "priority":
        yield (*path, "priority"), f"{visit.at} serves whoever came first: it needs `discipline: priority`"


def _customers(stack: Stack) -> Findings:
    """Orders come from the city; every other key of a source needs one of these two."""
    for key in ("arrivals", "clients", "keys"):
        if getattr(stack.flows[ORDER], key) is not None:
            yield (*FLOWS, ORDER, key), f"the jobs of flow {ORDER!r} are the city's orders: leave it out"


def _ruled(stack: Stack) -> Findings:
    """An order is reserved, created, paid and sent for assignment, once each and in that order."""
    named = [step.rule for step in flat(stack.flows[ORDER].steps) if isinstance(step, RuleStep)]
    if named != list(RULES):
        found = ", ".join(named) or "none"
        yield (*FLOWS, ORDER), f"needs the rules {', '.join(RULES)}, once each in this order; has {found}"


def _pools_apart(stack: Stack) -> Findings:
    """Orders and flows run apart, so neither would see the other's connections in use."""
    own = [step.hold.pool for step in flat(stack.flows[ORDER].steps) if isinstance(step, Hold)]
    for name, flow in stack.flows.items():
        for path, step in located(flow.steps, (*FLOWS, name, "steps")):
            if name != ORDER and isinstance(step, Hold) and step.hold.pool in own:
                yield (*path, "hold", "pool"), f"{step.hold.pool} is the pool of flow {ORDER!r}: take another"


def _effects(stack: Stack) -> Findings:
    for kind, costs in stack.effects.items():
        for index, cost in enumerate(costs):
            path = ("stack", "effects", kind, index)
            if not isinstance(cost, EffectVisit):
                continue
            yield from _decides(stack, cost, path)
            if cost.lag is not None and kind != "read":
                yield (*path, "lag"), "only `read` may read a replica"

"""What must hold where there is no city: somebody else brings jobs, and says how many clients there are."""

from __future__ import annotations

from collections.abc import Iterator

from swifteats_sim.scenario.city_metrics import CITY
from swifteats_sim.scenario.demand import Demand
from swifteats_sim.scenario.errors import Findings
from swifteats_sim.scenario.flows import MENU, ORDER, SEARCH
from swifteats_sim.scenario.rules import Rules
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.steps import Consume, Deliver, Place, Visit, flat
from swifteats_sim.scenario.targets import Targets

CALLS = (("menus", MENU), ("searches", SEARCH))
"""Demand of anyone, and the flow that it feeds."""


def cityless_findings(demand: Demand, rules: Rules, stack: Stack, targets: Targets) -> Findings:
    """Everything in a scenario without a city that needs one."""
    for key in ("orders", "trace"):
        if getattr(demand, key) is not None:
            yield ("demand", key), "needs a city"
    yield from _applied(rules)
    sources = tuple(_sources(demand, stack))
    if sources:
        yield from _uncounted(stack, stack.reached(sources))
    else:
        yield from _idle(stack)
    yield from _one_number(stack)
    yield from _measured_in_a_city(targets)


def _applied(rules: Rules) -> Findings:
    """Without orders no rule is applied: whatever is set would change nothing."""
    for section, chosen in rules._asdict().items():
        silent = type(chosen)()
        for key in type(chosen).model_fields:
            if getattr(chosen, key) != getattr(silent, key):
                yield (section, key), "needs a city: without orders no rule is applied"


def _sources(demand: Demand, stack: Stack) -> Iterator[str]:
    """Flows to which somebody brings jobs; customers who connect are those that their stream counts."""
    called = [name for name, calls in demand.calls.items() if calls is not None]
    for name, flow in stack.flows.items():
        connected = flow.connects is not None and stack.streams[flow.connects].clients is not None
        if name in called or flow.arrivals is not None or isinstance(flow.clients, int) or connected:
            yield name


def _idle(stack: Stack) -> Findings:
    """Nothing would happen: for want of a source, or of those who connect."""
    connected = dict.fromkeys(flow.connects for flow in stack.flows.values() if flow.connects is not None)
    for name in connected:
        yield ("stack", "streams", name), "needs `clients`: without a city nobody else connects"
    if not connected:
        yield (
            ("stack", "flows"),
            "without a city a flow needs a source: `arrivals`, a number of `clients`, "
            "demand.menus (flow 'menu') or demand.searches (flow 'search')",
        )


def _uncounted(stack: Stack, alive: tuple[str, ...]) -> Findings:
    """Streams of nobody knows how many. Where flows have a number of clients, the largest is meant."""
    if any(isinstance(flow.clients, int) for flow in stack.flows.values()):
        return
    steps = [step for name in alive for step in flat(stack.flows[name].steps)]
    used = [step.deliver for step in steps if isinstance(step, Deliver)]
    used += [step.scan for step in steps if isinstance(step, Visit) and step.scan is not None]
    for name in dict.fromkeys(used):
        if stack.streams[name].clients is None:
            yield ("stack", "streams", name), "needs `clients`: without a city nothing says how many there are"


def _one_number(stack: Stack) -> Findings:
    """Without geos there is no kind to choose the partitions by."""
    steps = [step for name, flow in stack.flows.items() if name != ORDER for step in flat(flow.steps)]
    used = [step.place for step in steps if isinstance(step, Place)]
    used += [step.consume for step in steps if isinstance(step, Consume)]
    for name, topic in stack.topics.items():
        if name in used and topic.partitions.get("dense") != topic.partitions.get("sparse"):
            yield ("stack", "topics", name, "partitions"), "without a city there is one number: geos have no kind"


def _measured_in_a_city(targets: Targets) -> Findings:
    # The order of fixes is kept, or not, by the software: it needs drivers who send, but no city.
    names = [f"{metric.subject}.{metric.quantity}" for metric in CITY if metric.subject != "location"]
    for name in targets.root:
        if name in names:
            yield ("targets", name), f"{name} is measured in a city, and there is none"

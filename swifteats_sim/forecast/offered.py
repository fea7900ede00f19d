"""What a stack is offered, by arithmetic: rates, busy servers, connections, messages and hits, before anything runs.

Nothing waits here: a queue is what a run is for. What cannot hold even so cannot hold at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from swifteats_sim.forecast.cache_loads import cache_facts, settled
from swifteats_sim.forecast.facts import Facts, FlowFacts, LimitFacts, PoolFacts, StreamFacts
from swifteats_sim.forecast.fleet_needs import fleet_facts
from swifteats_sim.forecast.flow_loads import Flows, flows_of
from swifteats_sim.forecast.loads import Loads, Pair
from swifteats_sim.forecast.rates import FROM_TRACE
from swifteats_sim.forecast.station_loads import station_facts
from swifteats_sim.forecast.topic_loads import spread_of, topic_facts, used_partitions
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.flows import ORDER
from swifteats_sim.scenario.steps import Fresh, Hold, OnlyIf, flat


def offered(scenario: Scenario) -> Facts:
    """Everything that can be reckoned of a scenario's stack."""
    flows, stack = flows_of(scenario), scenario.stack
    hits, loads = settled(flows)
    storm, spread = flows.loads(hits, storm=True), spread_of(flows)
    partitions = used_partitions(spread, loads)
    return Facts(
        flows=tuple(_flow(flows, name, hits, loads) for name in stack.flows),
        stations=tuple(
            station_facts(name, station, loads, storm, partitions) for name, station in stack.stations.items()
        ),
        pools=tuple(_pool(scenario, name, loads) for name in stack.pools),
        caches=cache_facts(scenario, hits, loads),
        topics=tuple(topic_facts(name, spread, loads) for name in stack.topics),
        limits=tuple(_limits(flows, loads)),
        streams=tuple(_stream(flows, name, loads) for name in stack.streams),
        hopeless=tuple(loads.hopeless),
        fleet=fleet_facts(scenario),
        effects=_effects(flows),
        unknown=flows.unknown,
        assumed=tuple(_assumed(flows, loads)),
    )


def _flow(flows: Flows, name: str, hits: Mapping[Pair, float], loads: Loads) -> FlowFacts:
    steps, rate = flows.scenario.stack.flows[name].steps, flows.rate(name, loads)
    passage = flows.setting(name, hits).passage(steps, rate)
    age = 0.0 if name in flows.origins else loads.born.get(name, 0.0)
    return FlowFacts(
        name, _source(flows, name), None if name in flows.unknown else rate, flows.clients.get(name),
        passage.through, passage.mean, age + passage.least,
    )  # fmt: skip


def _source(flows: Flows, name: str) -> str:
    """In words: its own, and the flows that start it."""
    own = [flows.origins[name].words] if name in flows.origins else []
    starters = flows.starters(name)
    started = [f"started by {' and '.join(starters)}"] if starters else []
    if name in flows.unknown and FROM_TRACE not in own:
        started.append(FROM_TRACE)
    return "; ".join(own + started) or "idle: nothing starts it"


def _pool(scenario: Scenario, name: str, loads: Loads) -> PoolFacts:
    pool = scenario.stack.pools[name]
    holds = [step.hold for flow in scenario.stack.flows.values() for step in flat(flow.steps) if isinstance(step, Hold)]
    at_once = any(hold.pool == name and not hold.timeout for hold in holds)
    return PoolFacts(name, pool.size, pool.to, loads.takes[name], loads.held[name], at_once)


def _limits(flows: Flows, loads: Loads) -> Iterator[LimitFacts]:
    for (name, flow), rate in loads.asked.items():
        limit, owners = flows.scenario.stack.limits[name], flows.setting(flow, {}).owners(name)
        if owners:
            yield LimitFacts(name, flow, limit.per, owners, rate / owners, limit.rate)


def _stream(flows: Flows, name: str, loads: Loads) -> StreamFacts:
    declared, found = flows.scenario.stack.streams[name], flows.streams[name]
    return StreamFacts(
        name, declared.processes, found.connections, loads.sent[name], found.delivered, found.scan
    )  # fmt: skip


def _effects(flows: Flows) -> dict[str, float]:
    """Effects of one order by kind, in its flow and beside it; none where nobody orders."""
    if not flows.beside:
        return {}
    counts: dict[str, float] = {}
    for costs in flows.rules.values():
        for kind, count in costs.items():
            counts[kind] = counts.get(kind, 0.0) + count
    return counts


def _assumed(flows: Flows, loads: Loads) -> Iterator[str]:
    """What was taken for granted of the flows that have jobs."""
    stack = flows.scenario.stack
    active = [flow for name, flow in stack.flows.items() if name in flows.unknown or flows.rate(name, loads)]
    steps = [step for flow in active for step in flat(flow.steps)]
    if any(isinstance(step, OnlyIf) for step in steps):
        yield "Every driver is taken to be under way with an order (only_if)."
    if any(isinstance(step, Fresh) for step in steps):
        yield "No job is taken to be too old (fresh)."
    if ORDER in stack.flows and flows.beside:
        yield "What an order's rules cost is about right: each is played once, and all goes well."
    if any(flow.offline is not None for flow in active):
        yield "Clients are taken to be online."
    if any(pause.at is not None for station in stack.stations.values() for pause in station.pauses):
        yield "Pauses that come once are left out."

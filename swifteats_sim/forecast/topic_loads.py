"""What topics carry, and how busy it keeps their consumers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.forecast.facts import TopicFacts
from swifteats_sim.forecast.flow_loads import Flows
from swifteats_sim.forecast.loads import Loads
from swifteats_sim.forecast.rates import drivers_by_geo, order_rate
from swifteats_sim.forecast.rule_costs import decision, decisions
from swifteats_sim.forecast.spreading import Shares, even, kinds_by_geo, partition_shares, taker_shares
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.flows import ORDER


@dataclass(frozen=True)
class Spread:
    """Where messages go. kinds : of each geo; weights : share of each geo's drivers."""

    flows: Flows
    kinds: Mapping[str, str]
    weights: Mapping[str, float]

    def shares(self, topic: str, flow: str | None) -> Shares:
        """Share of a flow's messages that each partition gets; flow None: of many senders."""
        clients = None if flow is None else self.flows.clients.get(flow)
        return partition_shares(self.flows.scenario.stack.topics[topic], self.kinds, self.weights, clients)


def spread_of(flows: Flows) -> Spread:
    """The spread of a scenario's messages."""
    kinds = kinds_by_geo(flows.scenario)
    drivers = drivers_by_geo(flows.scenario) or {}
    total = sum(drivers.values())
    weights = {geo: number / total for geo, number in drivers.items()} if total else even(list(kinds))
    return Spread(flows, kinds, weights)


def used_partitions(spread: Spread, loads: Loads) -> dict[str, Shares]:
    """Shares of all messages that each partition of each topic that flows use gets."""
    return {name: _mixed(spread, loads, name) for name in dict.fromkeys(topic for topic, _ in loads.placed)}


def _mixed(spread: Spread, loads: Loads, name: str) -> Shares:
    rates = {flow: rate for (topic, flow), rate in loads.placed.items() if topic == name}
    total = sum(rates.values())
    mixed = np.zeros(len(spread.shares(name, None)))
    for flow, rate in rates.items():
        mixed += rate / total * spread.shares(name, flow) if total else 0.0
    return mixed if total else spread.shares(name, None)


def topic_facts(name: str, spread: Spread, loads: Loads) -> TopicFacts:
    """What a topic carries."""
    if name == REQUESTS and ORDER in spread.flows.scenario.stack.flows and spread.flows.scenario.city is not None:
        return _requests(spread)
    topic = spread.flows.scenario.stack.topics[name]
    messages = sum(rate for (placed, _), rate in loads.placed.items() if placed == name)
    handled = {flow: busy for (consumed, flow), busy in loads.consuming.items() if consumed == name}
    offered = np.zeros(topic.consumers)
    for flow, busy in handled.items():
        offered += busy * taker_shares(spread.shares(name, flow), topic.consumers)
    useful = taker_shares(_mixed(spread, loads, name), topic.consumers)
    return TopicFacts(
        name, topic.placement, sum(topic.partitions_over(tuple(spread.kinds.values()))),
        messages, messages * topic.message, int(np.count_nonzero(useful)) if handled else 0,
        float(offered.sum()), float(offered.max()), topic.handlers == "awaited",
    )  # fmt: skip


def _requests(spread: Spread) -> TopicFacts:
    """Requests for drivers, decided one at a time, by each geo's own consumers or by those of all geos."""
    scenario = spread.flows.scenario
    topic, orders = scenario.stack.topics[REQUESTS], order_rate(scenario) or 0.0
    messages = orders * decisions(scenario)
    setting = spread.flows.setting(ORDER, {})
    handling = sum(count * setting.effect(kind).mean for kind, count in decision().items())
    offers, consumers = messages * handling, 0
    busiest = 0.0
    for kinds, share in _groups(spread):
        partitions = partition_shares(topic, kinds, even(list(kinds)), None)
        takers = taker_shares(partitions, min(topic.consumers, len(partitions)))
        consumers += int(np.count_nonzero(takers))
        busiest = max(busiest, offers * share * float(takers.max()))
    partitions_in_all = sum(topic.partitions_over(tuple(spread.kinds.values())))
    return TopicFacts(
        REQUESTS, topic.placement, partitions_in_all, messages, messages * topic.message, consumers,
        offers, busiest, awaited=True,
    )  # fmt: skip


def _groups(spread: Spread) -> Iterator[tuple[Mapping[str, str], float]]:
    """The geos that each group of consumers serves, by kind, and its share of the orders."""
    scenario = spread.flows.scenario
    if scenario.stack.topics[REQUESTS].per == "platform":
        yield spread.kinds, 1.0
    else:
        yield from (({geo: spread.kinds[geo]}, share) for geo, share in _order_shares(scenario).items())


def _order_shares(scenario: Scenario) -> Mapping[str, float]:
    """Share of the orders that each geo has."""
    assert scenario.city is not None
    declared = scenario.demand.orders.share if scenario.demand.orders is not None else {}
    return declared or even(list(scenario.city.geos))

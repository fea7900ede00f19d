"""All flows of a scenario followed, those that start others first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from swifteats_sim.forecast.conditions import conditions_of
from swifteats_sim.forecast.loads import Follower, Loads, Pair, Place
from swifteats_sim.forecast.open_streams import OpenStream, open_streams
from swifteats_sim.forecast.playing import Counts
from swifteats_sim.forecast.rates import Origin, order_rate, origins
from swifteats_sim.forecast.rule_costs import beside_the_flow, order_rules, payment_attempts
from swifteats_sim.forecast.setting import Setting
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.flows import ORDER


@dataclass(frozen=True)
class Flows:
    """What is known of a scenario's flows before any is followed.

    names : those that start others first; origins : own sources; clients : of each, None where none comes twice;
    unknown : whose rate only a recorded day knows; beside : rules that orders cause outside their flow.
    """

    scenario: Scenario
    names: tuple[str, ...]
    origins: Mapping[str, Origin]
    clients: Mapping[str, int | None]
    unknown: tuple[str, ...]
    streams: Mapping[str, OpenStream]
    rules: Mapping[str, Counts]
    beside: tuple[str, ...]

    def setting(self, flow: str, hits: Mapping[Pair, float]) -> Setting:
        """What passing the flow's steps depends on."""
        stack = self.scenario.stack
        by_cache = {cache: ratio for (cache, reader), ratio in hits.items() if reader == flow}
        clients = self.clients.get(flow)
        payments, conditions = payment_attempts(self.scenario), conditions_of(self.scenario)
        return Setting(stack, by_cache, self.streams, self.rules, payments, conditions, clients)

    def rate(self, flow: str, loads: Loads) -> float:
        """Jobs/s, as far as they are known."""
        origin = self.origins.get(flow)
        own = 0.0 if origin is None or origin.rate is None else origin.rate
        return own + loads.started[flow]

    def loads(self, hits: Mapping[Pair, float], storm: bool = False) -> Loads:
        """What all flows ask for. storm : every attempt that a retry allows is made."""
        loads = Loads()
        for name in self.names:
            place = Place(self._age(name, loads), loads.brought.get(name, ""))
            follower = Follower(name, self.setting(name, hits), loads, storm)
            follower.follow(self.scenario.stack.flows[name].steps, self.rate(name, loads), place)
        for rule in self.beside:
            Follower(rule, self.setting(ORDER, hits), loads, storm).effects(rule, order_rate(self.scenario) or 0.0)
        return loads

    def starters(self, flow: str) -> list[str]:
        """The flows that start this one."""
        return [name for name in self.names if flow in self.scenario.stack.started_by(name)]

    def _age(self, flow: str, loads: Loads) -> float:
        return 0.0 if flow in self.origins else loads.born.get(flow, 0.0)


def flows_of(scenario: Scenario) -> Flows:
    """The flows of a scenario."""
    stack, own = scenario.stack, origins(scenario)
    starts = {name: stack.started_by(name) for name in stack.flows}
    names = tuple(reversed(tuple(TopologicalSorter(starts).static_order())))
    clients: dict[str, int | None] = {name: origin.clients for name, origin in own.items()}
    unknown = [name for name, origin in own.items() if origin.rate is None]
    for name in names:
        for started in starts[name]:
            if name in unknown and started not in unknown:
                unknown.append(started)
            clients[started] = _most(clients.get(started, 0), clients.get(name, 0))
    ordered = ORDER in stack.flows and scenario.city is not None
    beside = beside_the_flow(scenario) if ordered else {}
    rules = {**order_rules(scenario), **beside}
    return Flows(
        scenario, names, own, clients, tuple(name for name in stack.flows if name in unknown),
        open_streams(scenario), rules, tuple(beside),
    )  # fmt: skip


def _most(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)

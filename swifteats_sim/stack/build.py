"""What the deciding plane takes of a stack: the cost of effects, the path of orders, and who consumes requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.entrance import Errand
from swifteats_sim.engine.group import Delivery
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.membership import Membership
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.resource import Holding
from swifteats_sim.engine.streams import Stream, Streams
from swifteats_sim.scenario.distributions import Distribution
from swifteats_sim.scenario.effects import EffectVisit
from swifteats_sim.scenario.flows import ORDER
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.steps import Delay as DeclaredDelay
from swifteats_sim.scenario.steps import Visit, flat
from swifteats_sim.stack.costs import Cost, Costs, Delay, cost
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.equipment import Equipment, Span, delivery_of, held_by_orders
from swifteats_sim.stack.laws import law_of
from swifteats_sim.stack.member import Member
from swifteats_sim.stack.pool import Pool
from swifteats_sim.stack.requests import OrderPath, RuleOf
from swifteats_sim.stack.retries import Client


class Blueprint:
    """The deciding plane's view of a stack whose equipment stands. pools : those that orders hold connections of."""

    def __init__(
        self, stack: Stack, equipment: Equipment, clock: Clock, loop: Plane, streams: Streams, span: Span
    ) -> None:
        self._stack, self._equipment, self._loop, self._streams = stack, equipment, loop, streams
        self.pools = {
            name: Pool(clock, loop, name, stack.pools[name].size, Holding(*span), equipment.ceiling(stack, name))
            for name in held_by_orders(stack)
        }
        flows = (flow.steps for name, flow in stack.flows.items() if name != ORDER)
        self._flowing = {step.at: True for steps in flows for step in flat(steps) if isinstance(step, Visit)}

    def effect_costs(self) -> dict[str, Costs]:
        """The cost of each kind of effect."""
        return {
            kind: tuple(self._part(part, f"effect.{kind}") for part in parts)
            for kind, parts in self._stack.effects.items()
        }

    def order_path(self, runner: Runner, rules: Mapping[str, RuleOf], client: Client) -> OrderPath:
        """The path of flow `order`, which decides and so does not run in the loop."""
        gates = {name: self._loop.gate(limit) for name, limit in self._equipment.limits.items()}
        return OrderPath(
            self._stack.flows[ORDER].steps, runner, rules, self.pools, gates,
            lambda visit: self._cost(visit, f"flow.{ORDER}.{visit.at}"), self._streams(f"flow.{ORDER}"), client,
        )  # fmt: skip

    def members(self, topic: str) -> Iterator[tuple[int | None, Member]]:
        """(geo, member) of each consumer: a geo's partitions are dealt out to the geo's own group.

        geo : None where one group serves them all (C47).
        """
        built, declared = self._equipment.topics[topic], self._stack.topics[topic]
        crashes = [(crash.consumer, crash.at, crash.lasting) for crash in declared.crashes]
        for geo in range(built.geos):
            partitions = built.partitions_of(geo)
            group = Membership(declared.consumers, len(partitions), declared.session, declared.rebalance, crashes)
            for number in range(declared.consumers):
                yield (geo if declared.per == "geo" else None), Member(group, number, partitions)

    def delivery(self, topic: str) -> Delivery:
        """How a topic's messages are handled."""
        return delivery_of(self._stack.topics[topic])

    def _part(self, part: EffectVisit | DeclaredDelay, stream: str) -> Cost | Delay:
        if isinstance(part, EffectVisit):
            return self._cost(part, stream)
        return Delay(law_of(part.delay), self._streams(stream))

    def _cost(self, visit: Visit, stream: str) -> Cost:
        scan = None if visit.scan is None else self._equipment.connections[visit.scan]
        lag = visit.lag if isinstance(visit, EffectVisit) else None
        errand = Errand(
            self._equipment.stations[visit.at], law_of(visit.service), self._streams(stream), visit.at in self._flowing,
            self._drawn(visit.patience, f"{stream}.patience"), scan,
        )  # fmt: skip
        return cost(self._loop, errand, self._drawn(lag, f"{stream}.lag"))

    def _drawn(self, law: Distribution | None, stream: str) -> tuple[Law, Stream] | None:
        return None if law is None else (law_of(law), self._streams(stream))

"""The declared stack, built: stations, topics, pools, costs of effects, the path of orders and the flows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import simpy

from swifteats_sim.engine import flow as engine
from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.usage import Usage
from swifteats_sim.scenario import stack as declared
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.effects import Cost, Runner
from swifteats_sim.stack.laws import law_of
from swifteats_sim.stack.requests import OrderPath, RuleOf

ORDER = "order"


@dataclass(frozen=True)
class Registers:
    """What flows read and write per entity, by the names that steps use.

    known_fix : int64 per driver; watched : a flag per driver; geo_of : the geo of a driver.
    """

    known_fix: engine.Register[int]
    watched: bytearray
    geo_of: Callable[[int], int]


class Blueprint:
    """Everything a stack declares, each part built once for one run.

    geos : the kind of each geo, by number; warmup, end : ns.
    """

    def __init__(
        self,
        stack: declared.Stack,
        clock: Clock,
        streams: Streams,
        geos: tuple[str, ...],
        warmup: int,
        end: int,
    ) -> None:
        """Every station and pool free, every topic empty."""
        self._stack, self._streams, self._warmup = stack, streams, warmup
        self.stations = {
            name: Station(
                name,
                station.instances,
                station.concurrency,
                station.balancing,
                station.queue,
                Usage(warmup, end),
            )
            for name, station in stack.stations.items()
        }
        self.topics = {
            name: Topic(name, _partitions(topic, geos), topic.placement) for name, topic in stack.topics.items()
        }
        self._pools = {name: simpy.Resource(clock, pool.size) for name, pool in stack.pools.items()}
        self._flowing = set(self._stations_of_flows())

    def effect_costs(self) -> dict[str, Cost]:
        """The cost of each kind of effect."""
        return {name: self._cost(visit, f"effect.{name}") for name, visit in self._stack.effects.items()}

    def order_path(self, runner: Runner, rules: Mapping[str, RuleOf]) -> OrderPath:
        """The path of flow `order`, which decides and so does not run in the loop."""

        def cost_of(visit: declared.Visit, flow: str) -> Cost:
            return self._cost(visit, f"flow.{flow}.{visit.at}")

        return OrderPath(self._stack.flows[ORDER], runner, rules, self._pools, cost_of, self._streams)

    def consumer_partitions(self, topic: str) -> Iterator[tuple[int, tuple[int, ...]]]:
        """(geo, partitions) of each consumer: the partitions of one geo, dealt out in turn."""
        built, consumers = self.topics[topic], self._stack.topics[topic].consumers
        for geo in range(built.geos):
            partitions = built.partitions_of(geo)
            for consumer in range(min(consumers, len(partitions))):
                yield geo, tuple(partitions[consumer::consumers])

    def flows(self, registers: Registers, sampled: int) -> tuple[engine.Flow, ...]:
        """Every flow but `order`, with the numbers that `start` steps use."""
        names = sorted(name for name in self._stack.flows if name != ORDER)
        numbers = {name: number for number, name in enumerate(names)}
        return tuple(
            engine.Flow(
                name,
                tuple(self._step(step, name, numbers, registers) for step in self._stack.flows[name]),
                self._warmup,
                sampled,
            )
            for name in names
        )

    def _cost(self, visit: declared.Visit, stream: str) -> Cost:
        station = self.stations[visit.at]
        return Cost(station, law_of(visit.service), self._streams(stream), visit.at in self._flowing)

    def _stations_of_flows(self) -> Iterator[str]:
        for name, steps in self._stack.flows.items():
            if name != ORDER:
                yield from (step.at for step in steps if isinstance(step, declared.Visit))

    def _step(self, step: declared.Step, flow: str, numbers: Mapping[str, int], registers: Registers) -> engine.Step:
        stream = self._streams(f"flow.{flow}")
        if isinstance(step, declared.Visit):
            return engine.Visit(self.stations[step.at], law_of(step.service), stream)
        if isinstance(step, declared.Delay):
            return engine.Delay(law_of(step.delay), stream)
        if isinstance(step, declared.Place):
            topic, geo_of = self.topics[step.place], registers.geo_of
            return engine.Place(lambda entity, index: topic.partition(geo_of(entity), entity))
        if isinstance(step, declared.KeepNewest):
            return engine.KeepNewest(registers.known_fix)
        if isinstance(step, declared.OnlyIf):
            return engine.OnlyIf(registers.watched)
        assert isinstance(step, declared.Start), step
        return engine.Start(numbers[step.start])


def _partitions(topic: declared.Topic, geos: tuple[str, ...]) -> tuple[int, ...]:
    """The number of partitions of each geo, by its kind."""
    by_kind: dict[str, int] = dict(topic.partitions.items())
    return tuple(by_kind[kind] for kind in geos)

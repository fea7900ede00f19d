"""The equipment of a stack, each part built once for one run: stations, pools, caches, limits, topics and streams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from swifteats_sim.engine.balancing import Health
from swifteats_sim.engine.buckets import Buckets
from swifteats_sim.engine.cache import Cache, ForcedCache, TtlCache
from swifteats_sim.engine.caching import Shelf
from swifteats_sim.engine.changes import Changes, Invalidation
from swifteats_sim.engine.gaps import Gaps
from swifteats_sim.engine.group import Delivery, Group
from swifteats_sim.engine.limiting import Addresses, Limit
from swifteats_sim.engine.membership import Membership
from swifteats_sim.engine.pauses import Recurring, Window, windows
from swifteats_sim.engine.publishing import Leaders
from swifteats_sim.engine.resource import Ceiling, Holding, Resource
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streaming import Connections, Spread
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.engine.usage import Usage
from swifteats_sim.scenario.caches import Cache as DeclaredCache
from swifteats_sim.scenario.flows import ORDER
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.stations import Limit as DeclaredLimit
from swifteats_sim.scenario.stations import Station as DeclaredStation
from swifteats_sim.scenario.steps import Consume, Hold, flat
from swifteats_sim.scenario.topics import Stream as DeclaredStream
from swifteats_sim.scenario.topics import Topic as DeclaredTopic
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.faults import Faults
from swifteats_sim.stack.laws import law_of

Span = tuple[int, int]
"""(warmup, end) of the run, ns."""


@dataclass(frozen=True)
class Desk:
    """A station whose queue is served by priority: its servers are held one by one."""

    name: str
    servers: int
    usage: Usage
    queue: Resource


class Equipment:
    """Everything that jobs meet, free and empty.

    geos : the kind of each geo, by number; watchers : [how many customers follow an order now]. breaks : when clients
    of each stream are cut off.
    """

    def __init__(
        self,
        stack: Stack,
        streams: Streams,
        geos: tuple[str, ...],
        span: Span,
        watchers: Sequence[int],
    ) -> None:
        self._streams, self._span, self._geos = streams, span, geos
        fifo = {name: each for name, each in stack.stations.items() if each.discipline == "fifo"}
        self.stations = {name: self._station(name, each) for name, each in fifo.items()}
        self.desks = {name: self._desk(name, each) for name, each in stack.stations.items() if name not in fifo}
        self._ceilings = {
            name: Ceiling(each.connections) for name, each in stack.stations.items() if each.connections is not None
        }
        deciding = held_by_orders(stack)
        self.pools = {
            name: Resource(name, pool.size, Holding(*span), self.ceiling(stack, name))
            for name, pool in stack.pools.items()
            if name not in deciding
        }
        self.shelves = {name: self._shelf(name, each) for name, each in stack.caches.items()}
        self.limits = {name: self._limit(name, each) for name, each in stack.limits.items()}
        self.leaders = {name: _leaders(each) for name, each in stack.topics.items()}
        self.traffic = {name: Traffic(*span) for name in stack.topics}
        self.topics = {name: self._topic(name, each) for name, each in stack.topics.items()}
        self.groups = {name: self._group(name, stack.topics[name]) for name in _consumed(stack)}
        self.breaks = {name: _breaks(name, each, streams) for name, each in stack.streams.items()}
        self.connections = {name: self._connections(name, each, watchers) for name, each in stack.streams.items()}

    def close(self) -> None:
        """The run is over: who still waits at a desk has waited until now."""
        for desk in self.desks.values():
            for since in desk.queue.waiting_since():
                desk.usage.abandon(since, self._span[1])

    def takes_everybody(self, station: str) -> bool:
        """Whether a station never refuses a job."""
        return station in self.desks or not self.stations[station].has_limit

    def ceiling(self, stack: Stack, pool: str) -> Ceiling | None:
        """How many connections the pool's station accepts over all pools, if it limits them."""
        return self._ceilings.get(stack.pools[pool].to or "")

    def _station(self, name: str, station: DeclaredStation) -> Station:
        health = None if station.health is None else Health(station.health.every, station.health.failures)
        return Station(
            name, station.instances, station.concurrency, station.balancing, station.queue, Usage(*self._span),
            weights=station.weights, health=health, slowdowns=self._slowdowns(name, station),
        )  # fmt: skip

    def _desk(self, name: str, station: DeclaredStation) -> Desk:
        servers = station.instances * station.concurrency
        return Desk(name, servers, Usage(*self._span), Resource(name, servers, Holding(*self._span)))

    def _slowdowns(self, name: str, station: DeclaredStation) -> tuple[Window, ...]:
        stream = self._streams(f"station.{name}.pauses")
        once = list[Window]()
        again = list[Recurring]()
        for number, pause in enumerate(station.pauses):
            law = law_of(pause.lasting)
            if pause.at is not None:
                lasting = law.draw_ns(stream, number, 0, 2)
                once.append(Window(pause.at, pause.at + lasting, pause.instance, pause.speed))
            elif pause.every is not None:
                again.append(Recurring(law_of(pause.every), law, pause.instance, pause.speed))
        return windows(once, again, stream, self._span[1])

    def _shelf(self, name: str, cache: DeclaredCache) -> Shelf:
        built: Cache
        if cache.hits is not None:
            built = ForcedCache(*self._span, cache.hits, self._streams(f"cache.{name}"))
        else:
            built = TtlCache(*self._span, cache.ttl, cache.entries, self._changes(name, cache))
        return Shelf(name, built, cache.protection == "single_flight")

    def _changes(self, name: str, cache: DeclaredCache) -> Changes | None:
        if cache.changes is None:
            return None
        removal = None
        if cache.invalidation is not None:
            stream = self._streams(f"cache.{name}.invalidation")
            removal = Invalidation(cache.invalidation.delay, cache.invalidation.failures, stream)
        return Changes(law_of(cache.changes), self._streams(f"cache.{name}.changes"), removal)

    def _limit(self, name: str, limit: DeclaredLimit) -> Limit:
        addresses = None
        if limit.addresses is not None:
            addresses = Addresses(limit.addresses, self._streams(f"limit.{name}"))
        return Limit(Buckets(limit.rate, limit.burst), addresses)

    def _topic(self, name: str, topic: DeclaredTopic) -> Topic:
        stream = self._streams(f"topic.{name}")
        faults = Faults(self._streams(f"topic.{name}.faults"), topic.duplicates, topic.failures)
        return Topic(
            name, topic.partitions_over(self._geos), topic.placement, stream, self.traffic[name], self.leaders[name],
            faults,
        )  # fmt: skip

    def _group(self, name: str, topic: DeclaredTopic) -> Group:
        partitions = sum(topic.partitions_over(self._geos))
        crashes = [(crash.consumer, crash.at, crash.lasting) for crash in topic.crashes]
        membership = Membership(topic.consumers, partitions, topic.session, topic.rebalance, crashes)
        return Group(membership, delivery_of(topic), self.traffic[name])

    def _connections(self, name: str, stream: DeclaredStream, watchers: Sequence[int]) -> Connections:
        spread = Spread(stream.processes, stream.routing == "sticky", stream.fan_out, stream.scan, stream.slots)
        return Connections(
            spread, watchers if stream.clients is None else (stream.clients,), self._streams(f"stream.{name}"),
            self.breaks[name], stream.resubscribes,
        )  # fmt: skip


def held_by_orders(stack: Stack) -> tuple[str, ...]:
    """Pools that orders hold connections of; flows hold those of others."""
    steps = flat(stack.flows[ORDER].steps) if ORDER in stack.flows else ()
    return tuple(dict.fromkeys(step.hold.pool for step in steps if isinstance(step, Hold)))


def delivery_of(topic: DeclaredTopic) -> Delivery:
    """How a topic's messages are handled."""
    return Delivery(topic.handlers == "awaited", topic.commit_every, topic.failures, topic.duplicates, topic.attempts)


def _breaks(name: str, stream: DeclaredStream, streams: Streams) -> Gaps | None:
    """When clients' connections break."""
    if stream.drops is None:
        return None
    return Gaps(law_of(stream.drops), law_of(stream.reconnect), streams(f"stream.{name}.breaks"))


def _leaders(topic: DeclaredTopic) -> Leaders | None:
    if not topic.leader_losses:
        return None
    losses = sorted((loss.at, loss.lasting) for loss in topic.leader_losses)
    return Leaders(tuple(losses), topic.replication_lag if topic.acks == "leader" else 0)


def _consumed(stack: Stack) -> Iterable[str]:
    """Topics that flows consume, each once."""
    steps = (step for flow in stack.flows.values() for step in flat(flow.steps))
    return dict.fromkeys(step.consume for step in steps if isinstance(step, Consume))

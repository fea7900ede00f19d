"""What arithmetic says of a scenario's stack before anything runs: rates per second, times in seconds, shares 0..1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FlowFacts:
    """Jobs of one kind.

    rate : jobs/s, None where only a recorded day knows; clients : senders, None where none comes twice.
    through : share that comes to the end; mean, least : s from birth, when nothing waits.
    """

    name: str
    source: str
    rate: float | None
    clients: int | None
    through: float
    mean: float
    least: float


@dataclass(frozen=True)
class StationFacts:
    """Work offered to a station.

    visits : /s; by_flow : of these, by who makes them; busy : servers kept busy; up : servers, less what pauses take.
    busiest : utilisation of the instance that gets most; storm : visits/s when every retry is made.
    pinned : topics whose one partition gives all its jobs to one instance.
    """

    name: str
    instances: int
    concurrency: int
    visits: float
    by_flow: Mapping[str, float]
    busy: float
    up: float
    busiest: float
    storm: float
    pinned: tuple[str, ...]

    @property
    def servers(self) -> int:
        """Jobs it serves at once."""
        return self.instances * self.concurrency

    @property
    def service(self) -> float:
        """Mean service, s; 0 without visits."""
        return self.busy / self.visits if self.visits else 0.0

    @property
    def utilization(self) -> float:
        """Offered busy servers over servers; may be more than 1."""
        return self.busy / self.up

    @property
    def capacity(self) -> float | None:
        """Jobs/s that keep every server busy; None without visits."""
        return self.up / self.service if self.service else None


@dataclass(frozen=True)
class PoolFacts:
    """Connections in use. takes : /s; inside : s a connection is held; in_use : takes x inside (Little).

    at_once : some hold refuses at once when none is free.
    """

    name: str
    size: int
    to: str | None
    takes: float
    in_use: float
    at_once: bool

    @property
    def inside(self) -> float:
        """Mean time a connection is held, s; 0 when none is taken."""
        return self.in_use / self.takes if self.takes else 0.0


@dataclass(frozen=True)
class CacheFacts:
    """reads : /s; hits : expected ratio; given : it is declared, not reckoned; entries : at most, None: no limit."""

    name: str
    reads: float
    hits: float
    given: bool
    entries: int | None


@dataclass(frozen=True)
class TopicFacts:
    """Messages of a topic, over all geos.

    messages, volume : /s and B/s; consumers : those that can get work, 0 where nobody consumes step by step;
    busy : of them, on average; busiest : share of its time that the one with most work needs.
    """

    name: str
    placement: str
    partitions: int
    messages: float
    volume: float
    consumers: int
    busy: float
    busiest: float
    awaited: bool


@dataclass(frozen=True)
class LimitFacts:
    """One flow at one limit. asked, allowed : /s of each owner; owners : clients or addresses; passed : share."""

    name: str
    flow: str
    per: str
    owners: int
    asked: float
    allowed: float

    @property
    def passed(self) -> float:
        """Share of the jobs that finds a token."""
        return min(1.0, self.allowed / self.asked) if self.asked else 1.0


@dataclass(frozen=True)
class StreamFacts:
    """Messages to customers. connections : open ones, of all processes; scan : s that one message looks at them."""

    name: str
    processes: int
    connections: float
    messages: float
    delivered: float
    scan: float


@dataclass(frozen=True)
class FleetFacts:
    """Drivers against orders. allowed : s that a driver's mean cycle may take (#17); least : s it takes at best."""

    drivers: float
    orders: float
    allowed: float
    least: float


@dataclass(frozen=True)
class HopelessAttempt:
    """An attempt whose timeout (s) is shorter than the least time it takes (s)."""

    flow: str
    timeout: float
    least: float


@dataclass(frozen=True)
class Facts:
    """Everything reckoned. unknown : flows whose rate only a recorded day knows; effects : of one order, by kind.

    assumed : what was taken for granted, in sentences.
    """

    flows: tuple[FlowFacts, ...]
    stations: tuple[StationFacts, ...]
    pools: tuple[PoolFacts, ...]
    caches: tuple[CacheFacts, ...]
    topics: tuple[TopicFacts, ...]
    limits: tuple[LimitFacts, ...]
    streams: tuple[StreamFacts, ...]
    hopeless: tuple[HopelessAttempt, ...]
    fleet: FleetFacts | None
    effects: Mapping[str, float]
    unknown: tuple[str, ...]
    assumed: tuple[str, ...]

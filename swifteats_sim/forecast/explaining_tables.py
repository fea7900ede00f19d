"""Facts as rows of text: flows with their paths, and every part that is offered work."""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.forecast.facts import CacheFacts, Facts, FlowFacts, StationFacts, TopicFacts
from swifteats_sim.forecast.objections import FULL, TIGHT, per_second, seconds
from swifteats_sim.forecast.path_words import path_of, share
from swifteats_sim.scenario import Scenario, format_value

DAY = 86_400
BYTES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows under a head. numbers : how many columns after the first hold numbers; the last one may be long."""

    title: str
    head: Row
    rows: tuple[Row, ...]
    numbers: int


def tables_of(scenario: Scenario, facts: Facts) -> tuple[Table, ...]:
    """Flows, stations and whatever else has work, without what is idle."""
    tables = (
        Table("Flows", ("flow", "jobs/s", "source, and path"), _flows(scenario, facts), 1),
        Table("Stations", ("station", "servers", "jobs/s", "service", "busy", "utilisation"), _stations(facts), 5),
        Table("Pools", ("pool", "size", "takes/s", "held for", "in use"), _pools(facts), 4),
        Table("Caches", ("cache", "reads/s", "hits"), _caches(facts), 1),
        Table(
            "Topics", ("topic", "partitions", "messages/s", "volume", "history a day", "consumers busy"),
            _topics(facts), 4,
        ),
        Table("Limits", ("limit", "flow", "asked of each", "allowed"), _limits(facts), 0),
        Table("Streams", ("stream", "processes", "connections", "messages/s", "arrive"), _streams(facts), 4),
    )  # fmt: skip
    return tuple(table for table in tables if table.rows)


def is_idle(flow: FlowFacts) -> bool:
    """Whether it is known that no job comes."""
    return flow.rate == 0.0


def volume(size: float) -> str:
    """Bytes for people: `59.3 GB`."""
    for step, unit in BYTES:
        if size >= step:
            return f"{format_value(round(size / step, 1), '')} {unit}"
    return f"{size:.0f} B"


def _flows(scenario: Scenario, facts: Facts) -> tuple[Row, ...]:
    hits = {cache.name: cache.hits for cache in facts.caches if cache.reads or cache.given}
    return tuple(
        (flow.name, _rate(flow.rate), f"{flow.source}\n{path_of(scenario.stack.flows[flow.name].steps, hits)}")
        for flow in facts.flows
        if not is_idle(flow)
    )


def _rate(rate: float | None) -> str:
    return "?" if rate is None else _number(rate)


def _number(value: float) -> str:
    return format_value(value, "")


def _stations(facts: Facts) -> tuple[Row, ...]:
    return tuple(_station(station) for station in facts.stations if station.visits)


def _station(station: StationFacts) -> Row:
    servers = f"{station.instances} x {station.concurrency}"
    return (
        station.name, servers, _number(station.visits), seconds(station.service), _number(station.busy),
        _utilisation(station),
    )  # fmt: skip


def _utilisation(station: StationFacts) -> str:
    """With a mark where it is over or near 100 %, and the busiest instance where it differs."""
    uneven = station.busiest > 1.1 * station.utilization
    worst = max(station.utilization, station.busiest)
    mark = " OVER" if worst > FULL else " tight" if worst > TIGHT else ""
    return share(station.utilization) + (f", busiest {share(station.busiest)}" if uneven else "") + mark


def _pools(facts: Facts) -> tuple[Row, ...]:
    return tuple(
        (
            pool.name, f"{pool.size:,}", _number(pool.takes), seconds(pool.inside),
            _number(pool.in_use) + (" OVER" if pool.in_use > pool.size else ""),
        )
        for pool in facts.pools
        if pool.takes
    )  # fmt: skip


def _caches(facts: Facts) -> tuple[Row, ...]:
    return tuple((cache.name, _number(cache.reads), _hits(cache)) for cache in facts.caches if cache.reads)


def _hits(cache: CacheFacts) -> str:
    if cache.given:
        return f"{share(cache.hits)}, as declared"
    return share(cache.hits) + (f", with room for {cache.entries:,}" if cache.entries is not None else "")


def _topics(facts: Facts) -> tuple[Row, ...]:
    return tuple(
        (
            topic.name, f"{topic.partitions:,}", _number(topic.messages), f"{volume(topic.volume)}/s",
            volume(topic.volume * DAY), _consumers(topic),
        )
        for topic in facts.topics
        if topic.messages
    )  # fmt: skip


def _consumers(topic: TopicFacts) -> str:
    if not topic.consumers:
        return "nobody consumes"
    mark = " OVER" if topic.awaited and topic.busiest > FULL else ""
    return f"{_number(topic.busy)} of {topic.consumers}" + (mark if topic.awaited else ", unawaited")


def _limits(facts: Facts) -> tuple[Row, ...]:
    return tuple(
        (limit.name, limit.flow, f"{per_second(limit.asked)} a {limit.per}",
         per_second(limit.allowed) + (" OVER" if limit.passed < 1.0 else ""))
        for limit in facts.limits
        if limit.asked
    )  # fmt: skip


def _streams(facts: Facts) -> tuple[Row, ...]:
    return tuple(
        (stream.name, f"{stream.processes:,}", _number(round(stream.connections)), _number(stream.messages),
         share(stream.delivered))
        for stream in facts.streams
        if stream.messages
    )  # fmt: skip

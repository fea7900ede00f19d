"""What speaks against the links of a stack: pools, limits and customers' streams."""

from __future__ import annotations

from collections.abc import Iterator

from swifteats_sim.forecast.facts import Facts, PoolFacts
from swifteats_sim.forecast.objections import TIGHT, Objection, number, per_second, seconds
from swifteats_sim.forecast.path_words import share
from swifteats_sim.scenario import Scenario


def objections_to_links(scenario: Scenario, facts: Facts) -> Iterator[Objection]:
    """Against whatever lets jobs in."""
    for pool in facts.pools:
        yield from _pool(pool)
    yield from _ceilings(scenario)
    yield from _limits(facts)
    yield from _streams(scenario, facts)


def _pool(pool: PoolFacts) -> Iterator[Objection]:
    if pool.in_use <= TIGHT * pool.size:
        return
    over = pool.in_use > pool.size
    turned = "are refused at once" if pool.at_once else "wait for one in vain"
    left = f": {share(1.0 - pool.size / pool.in_use)} of the jobs {turned}" if over else ", which leaves no room"
    text = (
        f"Pool {pool.name}: {per_second(pool.takes)} x {seconds(pool.inside)} need {number(pool.in_use)} connections, "
        f"and there are {pool.size:,}{left}."
    )
    yield Objection(text, ("C69",) if pool.at_once else (), certain=over)


def _ceilings(scenario: Scenario) -> Iterator[Objection]:
    stack = scenario.stack
    for name, station in stack.stations.items():
        pools = {pool: declared.size for pool, declared in stack.pools.items() if declared.to == name}
        total = sum(pools.values())
        if station.connections is not None and total > station.connections:
            parts = " + ".join(f"{size:,} of {pool}" for pool, size in pools.items())
            yield Objection(
                f"Pools to {name}: {parts} are {total:,} connections, and it accepts {station.connections:,}.",
                ("#73", "C76"),
            )


def _limits(facts: Facts) -> Iterator[Objection]:
    for limit in facts.limits:
        if limit.asked <= TIGHT * limit.allowed:
            continue
        refused = f"{share(1.0 - limit.passed)} of its jobs are refused"
        outcome = refused if limit.passed < 1.0 else "chance refuses some of its jobs"
        owners = f"{limit.owners:,} {limit.per if limit.owners == 1 else _plural(limit.per)}"
        yield Objection(
            f"Limit {limit.name}: flow {limit.flow} comes from {owners}, {per_second(limit.asked)} each, and "
            f"{per_second(limit.allowed)} are allowed: {outcome}.",
            ("#39", "C69") if limit.per == "address" else ("#39",),
            certain=limit.passed < 1.0,
        )


def _plural(owner: str) -> str:
    return f"{owner}es" if owner == "address" else f"{owner}s"


def _streams(scenario: Scenario, facts: Facts) -> Iterator[Objection]:
    for stream in facts.streams:
        declared = scenario.stack.streams[stream.name]
        if not declared.fan_out and declared.processes > 1 and stream.messages:
            chance = f"1/{declared.processes}" + ("" if declared.routing == "sticky" else f" x 1/{declared.processes}")
            yield Objection(
                f"Stream {stream.name}: an update reaches its customer with probability {chance}: streams are per "
                f"process, there are {declared.processes} without fan-out; {share(stream.delivered)} arrive.", ("C28",),
            )  # fmt: skip
        if declared.slots is not None and stream.connections > declared.slots:
            yield Objection(
                f"Stream {stream.name}: {number(stream.connections)} customers want a connection, and there are "
                f"{declared.slots:,} slots.", ("C69", "#148"),
            )  # fmt: skip
        if declared.drops is not None and not declared.resubscribes:
            yield Objection(f"Stream {stream.name}: who was cut off once hears nothing any more.", ("C27",))
        if stream.scan * stream.messages > TIGHT * declared.processes:
            yield Objection(
                f"Stream {stream.name}: a message looks through "
                f"{number(stream.connections / declared.processes)} connections for {seconds(stream.scan)}; "
                f"{per_second(stream.messages)} keep {number(stream.scan * stream.messages)} of "
                f"{declared.processes} processes busy with that alone.", ("C29",),
                certain=stream.scan * stream.messages > declared.processes,
            )  # fmt: skip

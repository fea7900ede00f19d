"""Topics, consumer groups and batches, laid out."""

from __future__ import annotations

from swifteats_sim.engine.batching import Tray
from swifteats_sim.engine.group import Group
from swifteats_sim.engine.kernel import memory as m
from swifteats_sim.engine.kernel import topics
from swifteats_sim.engine.kernel.lowering import Lowering, or_none, ragged
from swifteats_sim.engine.kernel.memory import NONE
from swifteats_sim.engine.placement import OfDriver, OfKey, Placement
from swifteats_sim.engine.publishing import Leaders, Place
from swifteats_sim.engine.traffic import Traffic

RULES = {
    "round_robin": topics.ROUND_ROBIN, "keyed": topics.KEYED, "pinned": topics.PINNED, "random": topics.RANDOM,
}  # fmt: skip


def lower_place(low: Lowering, place: Place) -> int:
    """The row of the topic that a step publishes to, as it sees it."""
    assert isinstance(place.partition, OfDriver | OfKey)
    assert place.traffic is not None
    placement, traffic = place.partition.placement, place.traffic
    leaders = place.leaders or Leaders()
    geos = NONE if place.geos is None else low.once(place.geos, lambda each: low.layout.put(each))
    lay = low.layout
    return lay.row(
        m.TOPIC, geo_of=geos, traffic=lower_traffic(low, traffic, sum(placement.counts)), unsafe=leaders.unsafe,
        losses=lay.put(ragged(leaders.losses)), loss_count=len(leaders.losses), **_placement(low, placement),
    )  # fmt: skip


def _placement(low: Lowering, placement: Placement) -> dict[str, int]:
    lay = low.layout
    turns = low.once(placement, lambda each: lay.put(each.turns))
    stream = NONE if placement.stream is None else lay.stream(placement.stream)
    return {
        "placement": RULES[placement.rule], "geos": placement.geos, "first": lay.put(placement.first),
        "counts": lay.put(placement.counts), "turns": turns, "stream": stream,
    }  # fmt: skip


def lower_traffic(low: Lowering, traffic: Traffic, partitions: int) -> int:
    """The row of a topic's counters."""
    return low.once(traffic, lambda each: _traffic(low, each, partitions))


def _traffic(low: Lowering, traffic: Traffic, partitions: int) -> int:
    lay = low.layout
    return lay.row(
        m.TRAFFIC, delay=lay.histogram(), changes=lay.zeros(len(traffic.changes)), keys=lay.map(1),
        near=lay.put([NONE] * low.known), known=low.known,
        geos=lay.put([NONE] * partitions), partitions=partitions,
    )  # fmt: skip


def lower_group(low: Lowering, group: Group) -> int:
    """The row of a consumer group."""
    return low.once(group, lambda each: _group(low, each))


def _group(low: Lowering, group: Group) -> int:
    lay, delivery, member = low.layout, group.delivery, group.membership
    consumers = range(member.consumers)
    owners = [or_none(owner) for owners, _ in member.answers for owner in owners]
    alive = [int(consumer in alive) for _, alive in member.answers for consumer in consumers]
    return lay.row(
        m.GROUP, awaited=int(delivery.awaited), auto_commit=or_none(delivery.auto_commit),
        failures=lay.table([delivery.failures]), duplicates=lay.table([delivery.duplicates]),
        attempts=delivery.attempts, traffic=lower_traffic(low, group.traffic, member.partitions),
        consumers=len(consumers), partitions=member.partitions, changes=len(member.answers),
        starts=lay.put(member.starts), owners=lay.put(owners), alive=lay.put(alive), logs=lay.lists(len(consumers)),
        hands=lay.lists(len(consumers)), done=lay.lists(len(consumers)), parked=lay.lists(),
    )  # fmt: skip


def lower_tray(low: Lowering, tray: Tray, servers: int) -> int:
    """The row of a tray. servers : that may have one of their own, where batches are apart."""
    return low.once(
        tray,
        lambda each: low.layout.row(
            m.TRAY, size=or_none(each.size), every=each.every, apart=int(each.apart),
            seats=low.layout.lists(servers if each.apart else 1),
        ),
    )  # fmt: skip

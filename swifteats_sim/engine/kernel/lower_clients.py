"""What is known of single clients, laid out: caches, limits, gaps and open connections."""

from __future__ import annotations

from swifteats_sim.engine.cache import ForcedCache, TtlCache
from swifteats_sim.engine.caching import Shelf
from swifteats_sim.engine.changes import Changes
from swifteats_sim.engine.gaps import Gaps
from swifteats_sim.engine.kernel import memory as m
from swifteats_sim.engine.kernel.lowering import Lowering, or_none
from swifteats_sim.engine.kernel.memory import NONE
from swifteats_sim.engine.limiting import Limit
from swifteats_sim.engine.registers import Registers
from swifteats_sim.engine.streaming import MISSES, Connections


def lower_shelf(low: Lowering, shelf: Shelf) -> int:
    """The row of a cache."""
    return low.once(shelf, lambda each: _shelf(low, each))


def _shelf(low: Lowering, shelf: Shelf) -> int:
    lay, cache = low.layout, shelf.cache
    row = {"entries": NONE, "share": NONE, "change_law": NONE, "removal_stream": NONE}
    if isinstance(cache, ForcedCache):
        row |= {"share": lay.table([cache.ratio]), "stream": lay.stream(cache.stream)}
    elif isinstance(cache, TtlCache):
        row |= {"ttl": cache.ttl, "entries": or_none(cache.entries), "kept": lay.map(1), "recent": lay.lists()}
        row |= {} if cache.changes is None else _changes(low, cache.changes)
    return lay.row(m.CACHE, single_flight=int(shelf.single_flight), fills=lay.map(1), waiting=lay.map(2), **row)


def _changes(low: Lowering, changes: Changes) -> dict[str, int]:
    lay = low.layout
    row = {
        "change_law": lay.law(changes.law), "change_stream": lay.stream(changes.stream), "changed": lay.map(3),
        "removed": lay.map(3),
    }  # fmt: skip
    if changes.invalidation is not None:
        delay, failures, stream = changes.invalidation
        row |= {"delay": delay, "failures": lay.table([failures]), "removal_stream": lay.stream(stream)}
    return row


def lower_limit(low: Lowering, limit: Limit) -> int:
    """The row of a limit; several steps may name the same buckets."""
    return low.once(limit.buckets, lambda _: _limit(low, limit))


def _limit(low: Lowering, limit: Limit) -> int:
    lay, addresses = low.layout, limit.addresses
    return lay.row(
        m.LIMIT, interval=limit.buckets.interval, ahead=limit.buckets.ahead, buckets=lay.map(1, fades=True),
        near=lay.zeros(low.known), known=low.known,
        addresses=NONE if addresses is None else addresses.count,
        stream=NONE if addresses is None else lay.stream(addresses.stream),
    )  # fmt: skip


def lower_gaps(low: Lowering, gaps: Gaps | None) -> int:
    """The row of gaps; NONE where there are none."""
    lay = low.layout
    return low.optional(
        gaps,
        lambda each: lay.row(
            m.GAPS, every=lay.law(each.every), lasting=lay.law(each.lasting), stream=lay.stream(each.stream),
            now=lay.map(3),
        ),
    )  # fmt: skip


def lower_connections(low: Lowering, connections: Connections, registers: Registers) -> int:
    """The row of open connections: of a stated number of clients, or of those who watch."""
    return low.once(connections, lambda each: _connections(low, each, each.clients is registers.watchers))


def _connections(low: Lowering, connections: Connections, of_watchers: bool) -> int:
    lay, spread = low.layout, connections.spread
    return lay.row(
        m.CONNECTIONS, processes=spread.processes, sticky=int(spread.sticky), fan_out=int(spread.fan_out),
        scan=spread.scan, slots=or_none(spread.slots), clients=NONE if of_watchers else connections.clients[0],
        stream=lay.stream(connections.stream), breaks=lower_gaps(low, connections.breaks),
        resubscribes=int(connections.resubscribes), missed=lay.zeros(len(MISSES)),
    )  # fmt: skip

"""What those who decide do in the loop's memory: note, be served, pass a limit, hold one of a pool. See engine.plane.

Who is served lets the loop catch up first, in the same call. One way leads into the loop: what Python calls is machine
code with all that it needs, so that a second way would be a second loop, to be compiled, and to crowd the first one
out of the processor's cache.
"""

from __future__ import annotations

from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.engine.kernel import clients, draws, levels, loop, nodes, resources, sources, stations, usage
from swifteats_sim.engine.kernel.arrays import nodes_of, words_of
from swifteats_sim.engine.kernel.events import next_turn, push
from swifteats_sim.engine.kernel.loop import JOURNAL, REACHED
from swifteats_sim.engine.kernel.memory import ERRAND, FLOW, NONE, REGISTERS, RESOURCE, STATION


def catch_up(w: int, until: int) -> int:
    """Do everything strictly before an instant; what the loop says."""
    said: int = enter(w, NONE, until, 0, 0, 0, 0)[0]
    return said


@compiled
def note(w, at, kind, a, b):  # type: ignore[no-untyped-def]
    """Write down what happens at an instant; False where the loop is past it."""
    if at < words_of(w)[REGISTERS.now]:
        return False
    n = nodes.new_node(w, kind, NONE)
    nodes_of(w)[n].a, nodes_of(w)[n].b = a, b
    push(w, at, JOURNAL, 0, 0, 0, next_turn(w), n)
    return True


@compiled
def note_all(w, kind, a, entries, first):  # type: ignore[no-untyped-def]
    """Write down entries (b, instant), int64[n, 2], from the first one on; how many are written when room is little."""
    for number in range(first, len(entries)):
        if words_of(w)[REGISTERS.full]:
            return number
        note(w, entries[number, 1], kind, a, entries[number, 0])
    return len(entries)


@compiled
def open_source(w, flow):  # type: ignore[no-untyped-def]
    """Start the only chain of a flow whose source is always on."""
    push(w, sources.following(w, words_of(w)[flow + FLOW.source], 0, -1, 0), flow, 0, 0, sources.BIRTH, 0, NONE)


@compiled
def enter(w, errand, now, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """(what the loop says, start, departure) of an errand, NONE: only catch up. See engine.entrance.Entrance."""
    words, said = words_of(w), REACHED
    if errand == NONE or words[errand + ERRAND.shared]:
        words[REGISTERS.until] = now
        said = loop.advance(w)
    if errand == NONE or said != REACHED:
        return said, 0, 0
    start, departure = _serve(w, errand, now, entity, index, step, attempt)
    return said, start, departure


@apart
def _serve(w, errand, now, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """(start, departure) of an errand."""
    words = words_of(w)
    station, scan = words[errand + ERRAND.station], words[errand + ERRAND.scan]
    law, stream = words[errand + ERRAND.law], words[errand + ERRAND.stream]
    service, patience = draws.draw_ns(w, law, stream, entity, index, step, attempt), NONE
    extra = 0 if scan == NONE else clients.scanning(w, scan)
    if words[errand + ERRAND.patience] != NONE:
        law, stream = words[errand + ERRAND.patience], words[errand + ERRAND.patience_stream]
        patience = draws.draw_ns(w, law, stream, entity, index, step, attempt)
    start, departure = stations.visit(w, station, now, service + extra, 0, patience)
    if extra and start >= 0:
        usage.scan(w, words[station + STATION.usage], start, extra)
    return start, departure


@compiled
def ask(w, resource, now):  # type: ignore[no-untyped-def]
    """Take one of a pool, if one is free. See engine.claims.Claims, also for what follows."""
    free = resources.is_free(w, resource)
    if free:
        levels.taken(w, resource, now, now)
    return free


@compiled
def join(w, resource, now):  # type: ignore[no-untyped-def]
    """Stand in line; the place there."""
    n = nodes.new_node(w, resources.WAITER, NONE)
    node = nodes_of(w)[n]
    node.a, node.b, node.c, node.d = resource, NONE, 0, now
    levels.change(w, words_of(w)[resource + RESOURCE.waiting], now, 1)
    resources.stand(w, words_of(w)[resource + RESOURCE.line], n)
    return n


@compiled
def leave(w, resource, n, now):  # type: ignore[no-untyped-def]
    """Stand in line no longer. n : as `join` said."""
    nodes.take_out(w, words_of(w)[resource + RESOURCE.line], n)
    nodes.free_node(w, n)
    levels.change(w, words_of(w)[resource + RESOURCE.waiting], now, -1)


@compiled
def give_back(w, resource, now):  # type: ignore[no-untyped-def]
    """Hold it no longer."""
    resources.give_back(w, resource, now)
    words_of(w)[REGISTERS.halt] = NONE  # the loop is not under way

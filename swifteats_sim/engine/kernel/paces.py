"""How fast an instance works: windows in which it is slow or stands still. See engine.pauses.Pace and engine.crew.Crew.

A pace is words: the number of windows, then their starts, their ends and their speeds.
"""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.pauses import FULL_SPEED


@compiled
def after(words, first, count, value):  # type: ignore[no-untyped-def]
    """How many of `count` ascending words are at most this value (bisect_right)."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if value < words[first + middle]:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def begin(words, pace, at):  # type: ignore[no-untyped-def]
    """The first instant from `at` on at which work is done."""
    count = words[pace]
    starts, ends, speeds = pace + 1, pace + 1 + count, pace + 1 + 2 * count
    window = after(words, ends, count, at)
    if window < count and words[starts + window] <= at and words[speeds + window] == 0:
        return words[ends + window]
    return at


@compiled
def finish(words, pace, start, service):  # type: ignore[no-untyped-def]
    """When `service` ns of work, begun at `start`, is done: rounded up to a nanosecond, once.

    What is left is counted in ns at full speed and parts of such a ns, as products of both would not fit into a word.
    """
    count = words[pace]
    starts, ends, speeds = pace + 1, pace + 1 + count, pace + 1 + 2 * count
    left, parts, at = service, 0, start
    for window in range(after(words, ends, count, start), count if service else 0):
        before = max(0, words[starts + window] - at)
        if left < before or (left == before and parts == 0):
            break
        left -= before
        at = max(at, words[starts + window])
        speed = words[speeds + window]
        whole, rest = _work(words[ends + window] - at, speed)
        if left < whole or (left == whole and parts <= rest):
            return at + _lasting(left, parts, speed)
        left, parts = left - whole, parts - rest
        if parts < 0:
            left, parts = left - 1, parts + FULL_SPEED
        at = words[ends + window]
    return at + _lasting(left, parts, FULL_SPEED)


@compiled
def _work(lasting, speed):  # type: ignore[no-untyped-def]
    """What is done in so many ns at a speed, as ns at full speed and parts."""
    rest = (lasting % FULL_SPEED) * speed
    return (lasting // FULL_SPEED) * speed + rest // FULL_SPEED, rest % FULL_SPEED


@compiled
def _lasting(left, parts, speed):  # type: ignore[no-untyped-def]
    """How many ns that takes at a speed, rounded up; nothing takes none, at any speed."""
    if left == 0 and parts == 0:
        return 0
    rest = (left % speed) * FULL_SPEED + parts
    return (left // speed) * FULL_SPEED + (rest + speed - 1) // speed


@compiled
def first_of(words, crew, paces, now):  # type: ignore[no-untyped-def]
    """When a job that arrives `now` can begin. crew : a heap of (instant, server); paces : one a server."""
    while words[crew + 1] < now:
        server = words[crew + 2]
        ready = begin(words, words[paces + server], now)
        if ready == now:
            break
        replace_first(words, crew, ready, server)  # idle, and asleep by now
    return max(now, words[crew + 1])


@compiled
def serve(words, crew, paces, start, service):  # type: ignore[no-untyped-def]
    """The departure of a job that begins at `start`, as `first_of` just said."""
    server = words[crew + 2]
    departure = finish(words, words[paces + server], start, service)
    replace_first(words, crew, begin(words, words[paces + server], departure), server)
    return departure


@compiled
def replace_first(words, crew, at, server):  # type: ignore[no-untyped-def]
    """Another entry for the first one of a heap of pairs; words[crew] is their number."""
    count, here = words[crew], 0
    while True:
        below = 2 * here + 1
        if below >= count:
            break
        if below + 1 < count and _less(words, crew, below + 1, below):
            below += 1
        there = crew + 1 + 2 * below
        if at < words[there] or (at == words[there] and server < words[there + 1]):
            break
        words[crew + 1 + 2 * here], words[crew + 2 + 2 * here] = words[there], words[there + 1]
        here = below
    words[crew + 1 + 2 * here], words[crew + 2 + 2 * here] = at, server


@compiled
def _less(words, crew, one, other):  # type: ignore[no-untyped-def]
    here, there = crew + 1 + 2 * one, crew + 1 + 2 * other
    return words[here] < words[there] or (words[here] == words[there] and words[here + 1] < words[there + 1])

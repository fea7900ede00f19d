"""Pauses: windows of time in which an instance works slowly or stands still, known before the run begins.

Work is counted in integer parts of a nanosecond (`FULL_SPEED` a nanosecond), so that a service across many
windows is exact and only its end is rounded, up to the next nanosecond.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Stream

FULL_SPEED = 10_000
"""Parts of a nanosecond's work done in a nanosecond: a speed is a whole number of hundredths of a per cent."""

GAP, LENGTH = 0, 1
"""Steps of the two draws of a window."""


class Window(NamedTuple):
    """From `start` up to `end` (ns) `instance` works at `speed`, 0..1; None: all instances do."""

    start: int
    end: int
    instance: int | None = None
    speed: float = 0.0


class Recurring(NamedTuple):
    """Windows that come again: `every` from the end of one, or from 0, to the next, `lasting` each (laws, s)."""

    every: Law
    lasting: Law
    instance: int | None = None
    speed: float = 0.0


NONE: tuple[Window, ...] = ()


def windows(declared: Iterable[Window], recurring: Sequence[Recurring], stream: Stream, end: int) -> tuple[Window, ...]:
    """Declared windows and those of `recurring` that start before `end` (ns), by time of start.

    Window `k` of the `n`-th recurring rule is drawn at entity `n`, index `k`. ValueError where neither the gap
    nor the length of a rule ever takes time.
    """
    every = list(declared)
    for number, rule in enumerate(recurring):
        every += _drawn(rule, number, stream, end)
    return tuple(sorted((window for window in every if window.start < window.end), key=lambda window: window.start))


def _drawn(rule: Recurring, number: int, stream: Stream, end: int) -> Iterator[Window]:
    if rule.every.mean <= 0.0 and rule.lasting.mean <= 0.0:
        raise ValueError("pauses that recur need a law that takes time")
    index, until = 0, 0
    while (start := until + rule.every.draw_ns(stream, number, index, GAP)) < end:
        until = start + rule.lasting.draw_ns(stream, number, index, LENGTH)
        yield Window(start, until, rule.instance, rule.speed)
        index += 1


class Pace:
    """How fast one instance works, at any time: slow from starts[i] up to ends[i] at speeds[i], else at full speed.

    Windows are apart or touch; a speed is in parts of `FULL_SPEED`. Where declared windows overlap, the slowest
    speed holds.
    """

    __slots__ = ("ends", "speeds", "starts")

    def __init__(self, slowdowns: Iterable[Window], instance: int) -> None:
        """The pace of `instance` under windows of any instances, in any order."""
        self.starts, self.ends, self.speeds = list[int](), list[int](), list[int]()
        ours = [_parts(window) for window in slowdowns if window.instance in (None, instance)]
        ours.sort(key=lambda window: window.start)
        slow, coming = list[tuple[int, int]](), 0
        edges = sorted({edge for window in ours for edge in (window.start, window.end)})
        for at, until in pairwise(edges):
            while coming < len(ours) and ours[coming].start <= at:
                heappush(slow, (int(ours[coming].speed), ours[coming].end))
                coming += 1
            while slow and slow[0][1] <= at:
                heappop(slow)
            if slow:
                self._extend(at, until, slow[0][0])

    def _extend(self, start: int, end: int, speed: int) -> None:
        if self.ends and self.ends[-1] == start and self.speeds[-1] == speed:
            self.ends[-1] = end
        elif speed < FULL_SPEED:
            self.starts.append(start)
            self.ends.append(end)
            self.speeds.append(speed)

    def begin(self, at: int) -> int:
        """The first instant from `at` on at which work is done."""
        window = bisect_right(self.ends, at)
        if window < len(self.starts) and self.starts[window] <= at and self.speeds[window] == 0:
            return self.ends[window]
        return at

    def finish(self, start: int, service: int) -> int:
        """When `service` ns of work, begun at `start`, is done: rounded up to a nanosecond, once."""
        left, at = service * FULL_SPEED, start
        for window in range(bisect_right(self.ends, start), len(self.starts) if left else 0):
            before = max(0, self.starts[window] - at) * FULL_SPEED
            if left <= before:
                break
            left -= before
            at = max(at, self.starts[window])
            speed = self.speeds[window]
            work = (self.ends[window] - at) * speed
            if left <= work:
                return at - -left // speed
            left -= work
            at = self.ends[window]
        return at - -left // FULL_SPEED

    def standstills(self) -> list[tuple[int, int]]:
        """(start, end) of each time without any work."""
        return [(s, e) for s, e, speed in zip(self.starts, self.ends, self.speeds, strict=True) if speed == 0]


def _parts(window: Window) -> Window:
    """The same with its speed in parts; a speed above 0 never becomes a standstill."""
    speed = round(window.speed * FULL_SPEED)
    return window._replace(speed=max(speed, 1) if window.speed > 0.0 else 0)

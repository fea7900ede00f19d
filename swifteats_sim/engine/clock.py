"""The virtual clock: SimPy with integer nanoseconds.

SimPy's own order of events is total: by time, then priority, then the order in which they were scheduled, which can be
shuffled (`engine.ties`): a process begins at once even so, and nothing comes before what calls for it.
Flows (`engine.loop`) at the same instant come after everything that decides.

A run is some millions of events, each of which wakes one process. What all of them pass is written out here, in one
call each where SimPy has several: an alarm, a process that is woken and waits for the next event, the run itself.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from heapq import heapify, heappop, heappush
from typing import Any

import simpy
from simpy.events import NORMAL, URGENT, EventPriority, Initialize

from swifteats_sim.engine.ties import STATED, shuffled

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
NEVER = 1 << 62
"""Later than any instant, ns."""
FEW = 1000
"""Alarms called off that the clock keeps, at least, until it throws them out."""
_CALLED_OFF: Any = ()
"""What an alarm does that is called off: nothing, and it is known by it."""
_blank = object.__new__
"""An event whose attributes are set by hand, which spares a call."""


class BackInTime(RuntimeError):
    """An event was expected at an instant that is already over. at : ns."""

    def __init__(self, at: int, now: int) -> None:
        super().__init__(at, now)
        self.at, self.now = at, now

    def __str__(self) -> str:
        return f"an event of {self.at} ns came up at {self.now} ns"


class Task(simpy.Process):
    """A process that wakes in one call. Its end is an event only where somebody waits for it."""

    env: Clock

    def __init__(self, clock: Clock, generator: Generator[simpy.Event, Any, Any]) -> None:
        """It begins at once, after what is under way and before all else."""
        self.env, self.callbacks, self._generator = clock, [], generator
        start = _blank(Initialize)
        start.env, start.callbacks, start._value, start._ok = clock, [self._resume], None, True
        self._target = start
        heappush(clock._queue, (clock.instant, URGENT, next(clock._eid), start))

    def _resume(self, event: simpy.Event) -> None:
        """What it has waited for has happened. Failures, and events that are over already, go SimPy's own way."""
        if not event._ok:
            super()._resume(event)
            return
        clock = self.env
        clock._active_proc = self
        try:
            target = self._generator.send(event._value)
        except StopIteration as end:
            self._end(end.value)
        except BaseException as failure:
            self.fail(failure)  # type: ignore[arg-type]  # SimPy takes any
        else:
            self._target = target
            if target.callbacks is None:
                super()._resume(target)
            else:
                target.callbacks.append(self._resume)
        clock._active_proc = None

    def _end(self, value: object) -> None:
        """It has returned this."""
        self._ok, self._value = True, value
        if self.callbacks:
            self.env.schedule(self)
        else:
            self.callbacks = None  # type: ignore[assignment]  # as of every event that is over


class Clock(simpy.Environment):
    """A SimPy environment whose time is an integer number of nanoseconds, from 0. instant : now."""

    instant: int

    def __init__(self, ties: int = STATED) -> None:
        """A clock at 0 with nothing scheduled. ties : key of their shuffle, which costs the stated order nothing."""
        super().__init__(initial_time=0)
        self._numbers = self._eid
        if ties != STATED:
            self._eid = shuffled(ties, self._numbers)  # type: ignore[assignment]  # SimPy only asks for the next one
        self._readings = self._followers = self._off = 0
        self._flows: Callable[[int], None] | None = None
        self.between = False

    @property
    def _now(self) -> int:
        """SimPy's own name of now."""
        return self.instant

    @_now.setter
    def _now(self, at: int) -> None:
        self.instant = at

    def process(self, generator: Generator[simpy.Event, Any, Any]) -> Task:
        """Let a generator run, which waits for the events that it yields."""
        return Task(self, generator)

    def run(self, until: int | None = None) -> None:  # type: ignore[override]
        """All events before `until` (ns); None: until there are none. ValueError where that is over; BackInTime.

        What flows, and is followed, is done up to the next event, and may call for an earlier one.
        """
        if until is not None and until <= self.instant:
            raise ValueError(f"it is {self.instant} ns already, {until} ns is over")
        queue, end = self._queue, NEVER if until is None else until
        while True:
            if self._followers and (queue or until is not None):
                self._catch_up(end)
            if not queue or queue[0][0] >= end:
                break
            at, _, _, event = heappop(queue)
            if at < self.instant:
                raise BackInTime(int(at), self.instant)
            self.instant = at  # type: ignore[assignment]  # ns, all of them
            callbacks = event.callbacks
            event.callbacks = None  # type: ignore[assignment]  # it is over
            for callback in callbacks:
                callback(event)
            if not event._ok and not event.defused:
                raise event._value
        if until is not None:
            self.instant = until

    def _catch_up(self, end: int) -> None:
        assert self._flows is not None
        self.between = True
        self._flows(min(int(self.peek()), end) if self._queue else end)
        self.between = False

    def event(self) -> simpy.Event:
        """An event that somebody will make happen."""
        return simpy.Event(self)

    def schedule(self, event: simpy.Event, priority: EventPriority = NORMAL, delay: int = 0) -> None:  # type: ignore[override]
        """Let an event happen in `delay` ns, in its turn."""
        heappush(self._queue, (self.instant + delay, priority, next(self._eid), event))

    def call_off(self, alarm: simpy.Event) -> None:
        """This alarm wakes nobody; nothing where it has gone off.

        What is called off is thrown out when it is an eighth of all that is scheduled. The order of all else stays.
        """
        if alarm.callbacks is None:
            return
        alarm.callbacks = _CALLED_OFF
        self._off += 1
        if self._off > max(FEW, len(self._queue) // 8):
            self._queue[:] = [entry for entry in self._queue if entry[3].callbacks is not _CALLED_OFF]
            heapify(self._queue)
            self._off = 0

    def follow(self, advance: Callable[[int], None]) -> None:
        """Somebody waits for a flow: `advance(instant)` is called before every event, until all have left.

        between : whether that is going on now, so that what happens is later than this instant.
        """
        self._flows = advance
        self._followers += 1

    def leave(self) -> None:
        """One of those who follow waits no longer."""
        self._followers -= 1

    def events(self) -> int:
        """Events scheduled so far. SimPy numbers them; reading its counter costs the hot path nothing."""
        self._readings += 1
        # A reading takes a number itself, so those of earlier readings are not events.
        return next(self._numbers) - self._readings + 1

    def sleep(self, duration: int) -> simpy.Timeout:
        """An event `duration` ns from now.

        SimPy itself accepts NaN and fractions, which would end or bend the run: they raise TypeError here. A
        negative duration raises ValueError.
        """
        if type(duration) is not int:
            raise TypeError(f"a duration is an integer of nanoseconds, not {duration!r}")
        if duration < 0:
            raise ValueError(f"Negative delay {duration}")
        alarm = _blank(simpy.Timeout)
        alarm.env, alarm.callbacks, alarm._value, alarm._delay, alarm._ok = self, [], None, duration, True
        heappush(self._queue, (self.instant + duration, NORMAL, next(self._eid), alarm))
        return alarm


def to_ns(seconds: float) -> int:
    """Seconds as nanoseconds, rounded to the nearest."""
    return round(seconds * SECOND)

"""Events that come of others: whichever fires first, or something that is done later.

SimPy's conditions and processes can do this too; they are made for more, and cost several events each.
"""

from __future__ import annotations

from collections.abc import Callable

import simpy
from simpy.events import PENDING

from swifteats_sim.engine.clock import Clock


def first_of(clock: Clock, *events: simpy.Event) -> simpy.Event:
    """Fires with the first of these, in its turn, as a condition does; in this instant where one of them is over."""
    first = _First(clock)
    for event in events:
        if event.callbacks is None:
            first.fire(event)
        else:
            event.callbacks.append(first.fire)
    return first


class _First(simpy.Event):
    """What others make happen, once."""

    def fire(self, _: simpy.Event) -> None:
        """One of them has happened."""
        if self._value is PENDING:
            self.succeed()


def later(clock: Clock, after: int, do: Callable[..., object], *about: object) -> simpy.Event:
    """Do something in so many ns, about these; returns the alarm, which may be called off."""
    alarm = clock.sleep(after)
    alarm.callbacks.append(_Deed(do, about))
    return alarm


class _Deed:
    """What an alarm does. Every open order has one, so it is small: a lambda and a partial take thrice as much."""

    __slots__ = ("_about", "_do")

    def __init__(self, do: Callable[..., object], about: tuple[object, ...]) -> None:
        self._do, self._about = do, about

    def __call__(self, _: simpy.Event) -> None:
        self._do(*self._about)

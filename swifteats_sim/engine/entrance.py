"""How those who decide are served: at a station that flows may use too, by a draw at their own address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streaming import Connections
from swifteats_sim.engine.streams import Stream


@dataclass(frozen=True, eq=False)
class Errand:
    """What is asked of a station. shared : flows use it too.

    patience : longest wait; scan : connections that the service looks through.
    """

    station: Station
    law: Law
    stream: Stream
    shared: bool
    patience: tuple[Law, Stream] | None = None
    scan: Connections | None = None

    def elsewhere(self, other: Errand) -> Errand:
        """The same at another errand's station."""
        return replace(self, station=other.station, shared=other.shared)


class Entrance(Protocol):
    """A way to be served."""

    def enter(self, now: int, entity: int, index: int, step: int, attempt: int) -> tuple[int, int]:
        """(start, departure) as `Station.visit` says; flows have caught up. The rest is the address of the draws."""


class Door:
    """A way to be served that the readable engine offers. catch_up : lets the flows do what they do before now."""

    def __init__(self, errand: Errand, catch_up: Callable[[int], None]) -> None:
        self._errand, self._catch_up = errand, catch_up if errand.shared else None

    def enter(self, now: int, entity: int, index: int, step: int, attempt: int) -> tuple[int, int]:
        """See Entrance."""
        errand = self._errand
        if self._catch_up is not None:
            self._catch_up(now)
        service = errand.law.draw_ns(errand.stream, entity, index, step, attempt)
        extra = 0 if errand.scan is None else errand.scan.scanning()
        patience = None
        if errand.patience is not None:
            law, stream = errand.patience
            patience = law.draw_ns(stream, entity, index, step, attempt)
        start, departure = errand.station.visit(now, service + extra, patience=patience)
        if extra and start >= 0:
            errand.station.usage.scan(start, extra)
        return start, departure

"""Drivers: where they are, and their states as the database has them."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.places import Places
from swifteats_sim.city.trajectories import Trajectories
from swifteats_sim.city.whereabouts import Whereabouts
from swifteats_sim.domain.effects import Record
from swifteats_sim.domain.states import DriverState
from swifteats_sim.engine.streams import Streams

_NAMES = np.array([str(state) for state in DriverState], dtype=object)
_CODES: dict[str, int] = {state: code for code, state in enumerate(DriverState)}


class StateLog:
    """States of drivers, in the order in which they were written: columns, as there are a dozen rows an order."""

    def __init__(self) -> None:
        self._drivers, self._instants, self._codes = array("q"), array("q"), array("b")

    def add(self, driver: int, at: int, state: str) -> None:
        """A driver has this state from `at` (ns) on."""
        self._drivers.append(driver)
        self._instants.append(at)
        self._codes.append(_CODES[state])

    def __len__(self) -> int:
        return len(self._codes)

    def columns(self) -> dict[str, NDArray[Any]]:
        """driver; at : ns; state : its name."""
        drivers, instants = (np.array(column, dtype=np.int64) for column in (self._drivers, self._instants))
        return {"driver": drivers, "at": instants, "state": _NAMES[np.array(self._codes, dtype=np.int8)]}


class Fleet(Whereabouts):
    """All drivers, by number: where they are, and what the database says of them.

    free, unburdened : uint8 per driver: available; without an order in the record, on shift or not (C10).
    everybody : uint8 per driver, 1.
    phases : per driver, ns after a full interval at which a fix is sent.
    scratch : room for a pass over all drivers.
    states : what the database's record of a driver became, and when.
    trips : per driver, the offers and orders that he has not done with, in truth; who reports them counts them.
    """

    def __init__(self, places: Places, fix_every: int, streams: Streams) -> None:
        """All drivers at home, off shift and unknown. fix_every : ns between two fixes of a driver."""
        super().__init__(Trajectories(places.homes.places, places.lines, places.standing))
        self.phases = _phases(places, fix_every, streams)
        self.trips = array("q", [0]) * self.count
        self.states = StateLog()
        self._free, self._busy = bytearray(self.count), bytearray(self.count)
        self._on_shift, self._offered = bytearray(self.count), bytearray(self.count)
        self._versions, self._orders, self._free_since = (array("q", [0]) * self.count for _ in range(3))
        self.free, self.unburdened = np.frombuffer(self._free, dtype=np.uint8), np.ones(self.count, dtype=np.uint8)
        self._numbers = [
            np.frombuffer(column, dtype=np.int64) for column in (self._versions, self._orders, self._free_since)
        ]
        self.everybody = np.ones(self.count, dtype=np.uint8)
        self.scratch = np.empty(self.count, dtype=np.int64), np.empty(self.count)

    def changed(self, driver: int, record: Record, now: int) -> None:
        """The database's record of a driver was written. Who turns an offer down has not worked, and stays as idle."""
        state = record.fields["state"]
        free = state == DriverState.AVAILABLE
        if free and not (self._free[driver] or self._offered[driver]):
            self._free_since[driver] = now
        self._orders[driver] += state == DriverState.ON_WAY_TO_RESTAURANT
        self._offered[driver] = state == DriverState.ORDER_ASSIGNED
        self._free[driver] = free
        self._busy[driver] = busy = record.fields["order"] is not None
        self.unburdened[driver] = not busy
        self._on_shift[driver] = state != DriverState.OFF_SHIFT
        self._versions[driver] = record.version
        self.states.add(driver, now, state)

    def busy(self) -> list[int]:
        """Drivers who hold an order, as the record has it."""
        drivers: list[int] = np.flatnonzero(self.unburdened == 0).tolist()
        return drivers

    def idle_and_busy(self) -> tuple[int, int]:
        """How many drivers have nothing to do, and how many have an order, in truth, whatever the record has of it."""
        busy = np.array(self.trips, dtype=np.int64) > 0
        return int(np.count_nonzero(np.frombuffer(self._on_shift, dtype=np.bool_) & ~busy)), int(np.count_nonzero(busy))

    def versions(self, drivers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The records' versions."""
        return self._numbers[0][drivers]

    def workload(self, drivers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Orders that each driver has taken so far (C9)."""
        return self._numbers[1][drivers]

    def idle(self, drivers: NDArray[np.int64], now: int) -> NDArray[np.int64]:
        """ns since each driver last became free (C9)."""
        return now - self._numbers[2][drivers]


def _phases(places: Places, fix_every: int, streams: Streams) -> array[int]:
    """Evenly over the interval, addressed by geo: one more driver in a geo leaves the others' phases as they were."""
    draws = [streams(f"driver.phase.{area.name}").uniforms(len(area.drivers)) for area in places.areas]
    return array("q", (np.concatenate(draws) * fix_every).astype(np.int64))

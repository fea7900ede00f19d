"""The arrays of a loop, which grow as jobs, events and keys become more."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.kernel.arrays import table_of
from swifteats_sim.engine.kernel.events import ROOM
from swifteats_sim.engine.kernel.heap import no_events
from swifteats_sim.engine.kernel.layout import Layout, lines
from swifteats_sim.engine.kernel.maps import EMPTY, refill
from swifteats_sim.engine.kernel.memory import EVENT, JOB, MAP, NODE, REGISTERS, SAMPLE, World
from swifteats_sim.engine.legs import Legs
from swifteats_sim.engine.registers import Registers

FIRST = 4 * ROOM
"""Rows of events, jobs and nodes at first."""
NOTED = 1 << 14
"""Samples that may be noted before somebody reads them."""
AGENDA = 1 << 16
"""Words of the stacks."""
CROWDED = 2
"""A hash table grows when one row of so many is used, by GROWTH."""
GROWTH = 2


class Space:
    """The world of a loop. at : its address, as compiled code knows it; words : the world's own."""

    def __init__(self, layout: Layout, registers: Registers) -> None:
        """Everything as it is laid out; registers and legs are shared with those who decide."""
        self._maps, self._fading = layout.maps, layout.fading
        legs = registers.legs or Legs(np.zeros((0, 2)))
        self.world = World(
            **layout.arrays(), heap=no_events(FIRST),
            events=lines(FIRST, EVENT), jobs=lines(FIRST, JOB), nodes=lines(FIRST, NODE),
            out=np.zeros(NOTED, SAMPLE), stack=np.zeros(AGENDA, np.int64),
            known=np.frombuffer(registers.known_fix, dtype=np.int64),
            watched=np.frombuffer(registers.watched, dtype=np.uint8),
            followers=np.frombuffer(registers.follower, dtype=np.int64), last_legs=legs.last, leg_times=legs.times,
            leg_places=legs.places,
        )  # fmt: skip
        self.words: NDArray[np.int64] = self.world.words
        self._legs = legs
        legs.on_moved = self._legs_moved
        self.at = table_of(self.world)

    def noted(self) -> NDArray[Any]:
        """SAMPLE[...]: what was noted since the last time."""
        count = int(self.words[REGISTERS.out])
        self.words[REGISTERS.out] = 0
        return self.world.out[:count].copy()

    def grow(self) -> None:
        """Twice the rows, or more, where few are left."""
        new, margin = dict[str, NDArray[Any]](), ROOM + int(self.words[REGISTERS.margin])
        for name, used in (("events", REGISTERS.events), ("jobs", REGISTERS.jobs), ("nodes", REGISTERS.nodes)):
            old, count = getattr(self.world, name), int(self.words[used])
            if count + margin >= len(old) - 1:
                new[name] = lines(2 * max(len(old), count + margin), old.dtype)
                new[name][:count] = old[:count]
        if "events" in new:
            new["heap"] = no_events(len(new["events"]))
            new["heap"][: len(self.world.heap)] = self.world.heap
        if len(self.world.out) < 2 * margin:
            new["out"] = np.zeros(4 * margin, SAMPLE)
        self._replace(new | self._stacks(margin))
        if any(self._is_crowded(each) for each in self._maps):
            self._grow_maps()
        self.words[REGISTERS.full] = 0

    def _stacks(self, margin: int) -> dict[str, NDArray[Any]]:
        """Larger stacks, where these might be too small; only who is called stands there between two events."""
        old, calls = self.world.stack, 2 * int(self.words[REGISTERS.calls])
        if len(old) >= 4 * margin:
            return {}
        stack = np.zeros(8 * margin, np.int64)
        stack[len(stack) - calls :] = old[len(old) - calls :]
        return {"stack": stack}

    def _is_crowded(self, table: int) -> bool:
        return bool(CROWDED * self.words[table + MAP.used] > self.words[table + MAP.mask])

    def _grow_maps(self) -> None:
        """Lay all hash tables out anew, and put back what was in them and still says something."""
        rows, first = [self._rows_of(table) for table in self._maps], 0
        for table, kept in zip(self._maps, rows, strict=True):
            size, width = int(self.words[table + MAP.mask]) + 1, int(self.words[table + MAP.width]) + 1
            size *= GROWTH if self._is_crowded(table) and 2 * CROWDED * len(kept) > size else 1
            for field, value in ((MAP.first, first), (MAP.mask, size - 1), (MAP.used, 0)):
                self.words[table + field] = value
            first += size * width
        self._replace({"cells": np.full(first, EMPTY, dtype=np.int64)})
        for table, kept in zip(self._maps, rows, strict=True):
            refill(self.at, table, kept)

    def _rows_of(self, table: int) -> NDArray[np.int64]:
        """int64[used, 1 + width]: the keys of a hash table with what stands beside them, but for what has faded."""
        first, size, width = (int(self.words[table + field]) for field in (MAP.first, MAP.mask, MAP.width))
        rows = self.world.cells[first : first + (size + 1) * (width + 1)].reshape(size + 1, width + 1)
        kept: NDArray[np.int64] = rows[rows[:, 0] != EMPTY]
        return kept[kept[:, 1] > self.words[REGISTERS.now]] if table in self._fading else kept

    def _legs_moved(self) -> None:
        self._replace({"leg_times": self._legs.times, "leg_places": self._legs.places})

    def _replace(self, new: dict[str, NDArray[Any]]) -> None:
        self.world = self.world._replace(**new)
        self.at = table_of(self.world)

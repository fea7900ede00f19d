"""Stock of the plain model: what is sold is cooked anew, a batch every quarter of an hour; nothing ever runs out."""

from __future__ import annotations

import simpy

from benchmarks.plain.software import Software
from benchmarks.plain.station import Draw, Process

ITEMS, PREPARED, LINES, EVERY = 50, 25, 3, 900.0
"""Of a menu, those of them cooked ahead, most lines of an order, and s between rounds."""


class Stock:
    """Items that are short, by restaurant."""

    def __init__(self, env: simpy.Environment, software: Software, random: Draw) -> None:
        self._env, self._software, self._random = env, software, random
        self._short = dict[tuple[int, int, int], None]()

    def sell(self, geo: int, restaurant: int) -> bool:
        """An order reserves its items; returns whether one of them is made to order, and comes back when cooked."""
        items = [int(self._random() * ITEMS) for _ in range(1 + int(self._random() * LINES))]
        self._short.update(((geo, restaurant, item), None) for item in items if item < PREPARED)
        return max(items) >= PREPARED

    def rounds(self) -> Process:
        """Look after what was sold, one item after the other, for ever."""
        while True:
            yield self._env.timeout(EVERY - self._env.now % EVERY)
            short, self._short = self._short, {}
            for _ in short:
                yield from self._software.change()

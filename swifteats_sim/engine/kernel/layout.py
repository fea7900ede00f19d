"""Laying things out in memory, one after the other, before the loop begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.histogram import BUCKETS, NONE_LEAST, NONE_MOST
from swifteats_sim.engine.kernel.maps import EMPTY
from swifteats_sim.engine.kernel.memory import HISTOGRAM, LINE, LIST, MAP, NONE, REGISTERS, SLOTS, STEP
from swifteats_sim.engine.laws import Law, moved
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.ties import STATED

ROOM = 1 << 13
"""Rows that a hash table has at first."""


def lines(count: int, kind: np.dtype[Any], before: int = 0) -> NDArray[Any]:
    """So many rows of zeros, of which the one behind the first `before` begins a line of the cache."""
    size = count * kind.itemsize
    room = np.zeros(size + LINE, dtype=np.uint8)
    skipped = -(room.ctypes.data + before * kind.itemsize) % LINE
    return room[skipped : skipped + size].view(kind)


class Layout:
    """Memory that grows while it is laid out. last_minute : of the run, for tables by the minute; ties : see there."""

    def __init__(self, span: tuple[int, int], last_minute: int, ties: int = STATED) -> None:
        self.words: list[int] = [0] * len(REGISTERS) + [NONE] * SLOTS
        self.reals: list[float] = []
        self.steps: list[tuple[int, ...]] = []
        self.maps: list[int] = []
        self.fading: list[int] = []
        self.histograms = 0
        self._streams: dict[str, int] = {}
        self._keys: list[Any] = []
        self._laws: dict[int, int] = {}
        self._alive: list[object] = []  # laws are known by their identity, which must not pass to others
        self.span, self.last_minute, self.ties = span, last_minute, ties
        for name in ("halt", "free_event", "free_job", "free_node"):
            self.words[getattr(REGISTERS, name)] = NONE
        self.words[REGISTERS.last_minute], self.words[REGISTERS.ties] = last_minute, ties
        self.words[REGISTERS.warmup], self.words[REGISTERS.end] = span

    def put(self, values: Iterable[int]) -> int:
        """Words in a row; where they begin."""
        here = len(self.words)
        self.words += [int(value) for value in values]
        return here

    def row(self, kind: Any, /, **values: int) -> int:
        """A thing: its fields are 0 where nothing is said."""
        missing = set(values) - set(kind.names)
        assert not missing, missing
        return self.put(values.get(name, 0) for name in kind.names)

    def make_room(self, rows: int) -> None:
        """Have so many more rows free when an event begins: arrays grow before the first one if they must."""
        self.words[REGISTERS.margin] += rows
        self.words[REGISTERS.full] = 1

    def zeros(self, count: int) -> int:
        """So many zeros."""
        here = len(self.words)
        self.words += [0] * count
        return here

    def reserve_steps(self, count: int) -> int:
        """So many steps in a row, to be filled in; where they begin."""
        here = len(self.steps)
        self.steps += [(0,) * len(STEP.fields or ())] * count
        return here

    def lists(self, count: int = 1) -> int:
        """Empty lists in a row."""
        return self.put([NONE, NONE, 0] * count)

    def map(self, width: int, fades: bool = False) -> int:
        """An empty hash table; where it stands in `cells` is said by `arrays`.

        fades : its values are instants, and one that is past says as much as none.
        """
        here = self.row(MAP, mask=ROOM - 1, width=width)
        self.maps.append(here)
        self.fading += [here] if fades else []
        return here

    def histogram(self) -> int:
        """A histogram of nothing; its buckets are behind those of the one before."""
        self.histograms += 1
        return self.row(HISTOGRAM, first=(self.histograms - 1) * BUCKETS, least=NONE_LEAST, most=NONE_MOST)

    def table(self, values: Sequence[float]) -> int:
        """Reals in a row."""
        here = len(self.reals)
        self.reals += values
        return here

    def stream(self, stream: Stream) -> int:
        """A random stream."""
        if stream.name not in self._streams:
            self._streams[stream.name] = len(self._keys)
            self._keys.append(stream.key)
        return self._streams[stream.name]

    def law(self, law: Law) -> int:
        """A law, or several that add up."""
        if id(law) not in self._laws:
            self._laws[id(law)] = self.table(moved(law.code.tolist(), len(self.reals)))
            self._alive.append(law)
        return self._laws[id(law)]

    def drawn(self, drawn: tuple[Law, Stream] | None) -> tuple[int, int]:
        """(law, stream) of a draw, or NONE."""
        return (NONE, NONE) if drawn is None else (self.law(drawn[0]), self.stream(drawn[1]))

    def arrays(self) -> dict[str, Any]:
        """`words`, `reals`, `streams`, `steps`, `counts` and `cells` of a World."""
        widths = [self.words[each + MAP.width] + 1 for each in self.maps]
        first = 0
        for each, width in zip(self.maps, widths, strict=True):
            self.words[each + MAP.first] = first
            first += ROOM * width
        return {
            "words": np.array(self.words, dtype=np.int64),
            "reals": np.array(self.reals or [0.0], dtype=np.float64),
            "streams": np.array(self._keys or [[0, 0]], dtype=np.uint64),
            "steps": np.array(self.steps, dtype=STEP),
            "counts": np.zeros(self.histograms * BUCKETS, dtype=np.int64),
            "cells": np.full(max(first, 1), EMPTY, dtype=np.int64),
        }


assert len(LIST) == 3

"""A small world for tests of compiled code: everything empty, with room for things of the test's own."""

from __future__ import annotations

from typing import Any

import numpy as np

from swifteats_sim.engine.kernel import memory as m
from swifteats_sim.engine.kernel.arrays import table_of
from swifteats_sim.engine.kernel.heap import no_events
from swifteats_sim.engine.kernel.maps import EMPTY

FREE = len(m.REGISTERS) + m.SLOTS
"""The first word that is free."""


def world(**arrays: Any) -> m.World:
    """A world with these arrays, and 8,192 rows of all others."""
    found = {name: np.zeros(8192, kind) for name, kind in m.ARRAYS.items()}
    found["cells"][:] = EMPTY
    found["heap"] = no_events(8192)
    found["words"] = np.zeros(FREE + 8192, dtype=np.int64)
    found["words"][len(m.REGISTERS) : FREE] = m.NONE
    for name in ("free_event", "free_job", "free_node", "halt"):
        found["words"][getattr(m.REGISTERS, name)] = m.NONE
    found["words"][m.REGISTERS.end] = 1 << 60
    return m.World(**found | arrays)


def address(w: m.World) -> int:
    """What compiled code is handed; the world must outlive it."""
    return table_of(w)

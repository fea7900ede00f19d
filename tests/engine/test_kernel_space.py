"""The arrays of a compiled loop: what has nothing to say any more makes room."""

from __future__ import annotations

from array import array

import numpy as np

from swifteats_sim.engine.buckets import Buckets
from swifteats_sim.engine.kernel import clients
from swifteats_sim.engine.kernel.layout import ROOM, Layout
from swifteats_sim.engine.kernel.lower_clients import lower_limit
from swifteats_sim.engine.kernel.lowering import Lowering
from swifteats_sim.engine.kernel.memory import LIMIT, MAP, REGISTERS
from swifteats_sim.engine.kernel.space import Space
from swifteats_sim.engine.limiting import Limit
from swifteats_sim.engine.registers import Registers

MS = 1_000_000
NOBODY = Registers(array("q", [-1]), bytearray(1), array("q", [-1]), array("q", [0]), (0,))


def test_buckets_that_are_full_again_are_forgotten_and_admit_whom_they_would_have_admitted() -> None:
    """A new client every ms, who calls seven times within 3 s: five pass at once, and one more a second."""
    readable, low = Buckets(1.0, 5), Lowering(Layout((0, 1 << 60), 1))
    row = lower_limit(low, Limit(Buckets(1.0, 5), None))
    space, chance, refused = Space(low.layout, NOBODY), np.random.default_rng(1), 0
    calls = [(client + int(after), client) for client in range(30_000) for after in chance.integers(0, 3000, 7)]
    for at, client in sorted(calls):
        space.words[REGISTERS.now] = at * MS
        passes = readable.admit(client, at * MS)
        assert clients.admit(space.at, row, client, at * MS) == passes
        refused += not passes
        if space.words[REGISTERS.full]:
            space.grow()
    assert refused > 1000
    rows = int(space.words[space.words[row + LIMIT.buckets] + MAP.mask]) + 1
    assert (rows, len(readable._full_at)) == (4 * ROOM, 30_000), "a table for all of them has twice the rows"

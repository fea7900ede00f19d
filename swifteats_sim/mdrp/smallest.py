"""An instance of our own with one order and one courier: enough to compile all that a day needs."""

from __future__ import annotations

import numpy as np

from swifteats_sim.mdrp.instance import Instance, Terms

LIBRARY_TERMS = Terms(320, 4, 4, 40, 90, 10.0, 15.0)
"""The library's usual numbers."""


def smallest_instance() -> Instance:
    """The courier is 2 minutes from the restaurant, the door another 3."""

    def column(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(values, np.int64)

    return Instance(
        "smallest", LIBRARY_TERMS, ("o1",), column(10), column(20), column(0), np.array([[1600, 0]]), ("r1",),
        np.array([[640, 0]]), ("c1",), column(0), column(60), np.array([[0, 0]]),
    )  # fmt: skip

"""Named streams of random numbers: u = U(stream, entity, index, step, attempt).

The order of draws never matters, so one more driver or another policy leaves every customer's draws as they
were.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine import philox


class Stream:
    """One named source of random numbers of one replication."""

    __slots__ = ("key", "name")

    def __init__(self, seed: int, replication: int, name: str) -> None:
        """Two streams are the same exactly when seed, replication and name are."""
        address = f"{seed}/{replication}/{name}".encode()
        self.name = name
        self.key: NDArray[np.uint64] = np.frombuffer(
            hashlib.blake2b(address, digest_size=16).digest(), dtype="<u8"
        ).copy()

    def uniform(self, entity: int, index: int = 0, step: int = 0, attempt: int = 0) -> float:
        """A number in (0, 1), always the same for the same address."""
        return float(philox.uniform(self.key, entity, index, step, attempt))

    def block(self, entity: int, index: int = 0, step: int = 0, attempt: int = 0) -> tuple[float, float, float, float]:
        """Four numbers in (0, 1) of one address, the first of which is that of `uniform`."""
        first, second, third, fourth = philox.block(self.key, entity, index, step, attempt)
        return float(first), float(second), float(third), float(fourth)

    def uniforms(self, count: int, index: int = 0, step: int = 0) -> NDArray[np.float64]:
        """float64[count] in (0, 1): the numbers of entities 0 .. count-1."""
        result: NDArray[np.float64] = philox.uniforms(self.key, count, index, step)
        return result


class Streams:
    """All streams of one replication, by name."""

    def __init__(self, seed: int, replication: int) -> None:
        """The streams of one replication of one seed."""
        self._seed, self._replication = seed, replication

    def __call__(self, name: str) -> Stream:
        """The stream of this name."""
        return Stream(self._seed, self._replication, name)

"""When drivers send their fixes: a schedule made before, which nobody's slowness moves (an open loop)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.streams import Streams

PARTITIONS = 6
"""Fewer than the 50 to 100 of the notes (#88), whose fixes would travel one by one at this rate: see `fixes.LINGER`."""


class Load(NamedTuple):
    """seconds, rate : so long so many fixes/s; kill_after : s, then the first consumer is killed; None: nobody is.

    geo : of the topic, which must be new.
    """

    seconds: float
    rate: float
    drivers: int
    consumers: int
    partitions: int = PARTITIONS
    kill_after: float | None = None
    geo: int = 1


class Schedule(NamedTuple):
    """due : int64[n], ns from the start, ascending; drivers : int64[n], who sends then."""

    due: NDArray[np.int64]
    drivers: NDArray[np.int64]


def schedule(load: Load, seed: int = 1) -> Schedule:
    """Each driver sends one every drivers / rate s, with a phase of his own."""
    seconds, drivers = load.seconds, load.drivers
    period = round(drivers / load.rate * 1e9)
    phases = np.sort((Streams(seed, 0)("gps.phase").uniforms(drivers) * period).astype(np.int64))
    rounds = int(np.ceil(seconds * 1e9 / period))
    due = (phases[None, :] + period * np.arange(rounds, dtype=np.int64)[:, None]).ravel()
    senders = np.tile(np.arange(drivers, dtype=np.int64), rounds)
    inside = due < seconds * 1e9
    return Schedule(due[inside], senders[inside])

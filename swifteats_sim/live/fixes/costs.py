"""What fixes cost when nobody else is about: to send, to travel through the broker, to bring to Redis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from redis import Redis

from swifteats_sim.engine.streams import Streams
from swifteats_sim.live.clock import MONOTONIC, sleep
from swifteats_sim.live.fixes.keeping import FIXES, LINGER, FixKeeper, FixProducer
from swifteats_sim.live.fixes.processes import KNOWN_FOR
from swifteats_sim.live.fixes.schedule import Load
from swifteats_sim.live.messages.consuming import Delivery, Reader
from swifteats_sim.live.messages.letters import DeadLetters
from swifteats_sim.live.messages.requests import topic_of
from swifteats_sim.live.messages.topics import create_topics
from swifteats_sim.live.places import Place
from swifteats_sim.live.positions import Fix, Positions
from swifteats_sim.live.servers.addresses import Addresses

WARMING = 50
"""Batches that are not counted."""
APART = 20_000_000
"""ns between batches at most, drawn evenly, so that they do not keep time with anybody's waits."""
LINGERED = 1
"""ms for which a batch waits for others here: so long that all of them are in it."""
WITHIN = 10.0
"""s until a fix must have come."""


@dataclass(frozen=True)
class FixCosts:
    """float64[n] each, s. sending : to hand a fix over.

    travelling : a batch's way from there to a consumer's hands, through the broker, had it not waited for others.
    keeping : a consumer's work on a fix, with Redis' answer. together : fixes in a batch, as the load would have.
    """

    sending: NDArray[np.float64]
    travelling: NDArray[np.float64]
    keeping: NDArray[np.float64]
    together: int


class _Timed(Reader):
    """A reader that notes when it came back with something, and for how long it has been away in all (ns)."""

    came, away = 0, 0

    def take(self, most: int, within: float) -> list[Delivery]:
        began = MONOTONIC()
        deliveries = super().take(most, within)
        self.came = MONOTONIC()
        self.away += self.came - began
        return deliveries


def together(load: Load) -> int:
    """Fixes that travel together on average: the first of a batch, and who comes while it waits."""
    return round(1 + load.rate / load.partitions * LINGER / 1e3)


def measure_fix_costs(addresses: Addresses, load: Load, samples: int = 500, geo: int = 0) -> FixCosts:
    """One batch after the other, each sent when the one before is known. geo : of the topic, which must be new."""
    create_topics(addresses.kafka, FIXES, (geo,), load.partitions)
    producer, letters = FixProducer(addresses.kafka, geo, linger=LINGERED), DeadLetters(addresses.kafka)
    reader = _Timed(addresses.kafka, f"location.{geo}", [topic_of(FIXES, geo)])
    gaps, size = Streams(1, 0)("costs.gap").uniforms(samples + WARMING) * APART, together(load)
    with Redis.from_url(addresses.redis) as redis:
        keeper = FixKeeper(reader, letters, Positions(redis, KNOWN_FOR), geo)
        while len(reader.owned) < load.partitions:
            keeper.step(0.1)
        rows = []
        for number, gap in enumerate(gaps):
            sleep(int(gap))
            rows.append(_once(producer, reader, keeper, number, size))
    producer.close()
    reader.close()
    sending, travelling, keeping = np.array(rows[WARMING:], dtype=np.float64).T / 1e9
    return FixCosts(sending / size, travelling - LINGERED / 1e3, keeping / size, size)


def _once(producer: FixProducer, reader: _Timed, keeper: FixKeeper, driver: int, size: int) -> tuple[int, int, int]:
    """ns of each leg, of a whole batch."""
    began, away = MONOTONIC(), reader.away
    for number in range(size):
        producer.send(Fix(driver, began + number, Place(-21.9, 64.1)))
    handed = MONOTONIC()
    kept, came = len(keeper.step(WITHIN)), reader.came
    while kept < size:
        more = len(keeper.step(WITHIN))
        if not more:
            raise TimeoutError(f"a fix has not come within {WITHIN:g} s")
        kept += more
    ended = MONOTONIC()
    producer.poll()
    return handed - began, came - handed, ended - handed - (reader.away - away)

"""The GPS pipeline in plain SimPy: a process a fix, a `simpy.Resource` a station and a consumer."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import simpy

from benchmarks.plain.station import Cache, Draw, Process, Station, uniform
from swifteats_sim.scenario.stack import Stack

RATE, BURST = 20 / 60, 100.0
"""Of each driver's token bucket (A41)."""
LIVE = 300.0
"""Seconds; an older fix is refused (#124)."""
SIDE_CELLS = 20
"""Traffic is known by cells of 2 km in 1,500 km2."""
TRAFFIC_TTL = 60.0


class Fixes:
    """Drivers who send fixes, which pass limit, ingestion, partition, consumer and map, to whoever follows.

    every : s between two fixes of a driver; geo_of : per driver. watched, moved : of a driver, told with the instant at
    which his fix was sent (s). on_known : told of each fix that is the newest of its driver.
    latencies, tracked, updated : s from sending to the map, to the customer and to the new estimate, of fixes sent in
    the measured span.
    """

    def __init__(
        self, env: simpy.Environment, stack: Stack, random: Draw, warmup: float, every: float, geo_of: list[int],
        kinds: list[str],
        watched: Callable[[int], bool] = lambda driver: True,
        moved: Callable[[int, float], bool] = lambda driver, sent: True,
        on_known: Callable[[int, float], None] = lambda driver, sent: None,
    ) -> None:  # fmt: skip
        self._env, self._random, self._warmup, self._every, self._geo_of = env, random, warmup, every, geo_of
        self._watched, self._moved, self._on_known = watched, moved, on_known
        self.ingestion, self.location, self.eta, self.cache = (
            Station(env, stack, name, warmup) for name in ("gps", "location", "eta", "cache")
        )
        topic = stack.topics["fixes"]
        self._partitions = [topic.partitions_of(kind) for kind in kinds]
        self._first = [sum(self._partitions[:geo]) for geo in range(len(kinds))]
        self._consumers = [[simpy.Resource(env) for _ in range(topic.consumers)] for _ in kinds]
        self._tokens, self._filled = array("d", [BURST] * len(geo_of)), array("d", [0.0] * len(geo_of))
        self._known = array("d", [-1.0] * len(geo_of))
        self._traffic = Cache(env, TRAFFIC_TTL)
        self._ingest = uniform(random, (1, 2), (2, 3), (1, 1), (1, 2), (5, 15))
        self._locate = uniform(random, (1, 3), (1, 3), (2, 5), (1, 2))
        self._estimate, self._ask = uniform(random, (2, 5)), uniform(random, (1, 3))
        self._message = uniform(random, (10, 50))
        self.latencies, self.tracked, self.updated = array("d"), array("d"), array("d")
        self.born = self.refused = self.stale = self.messages = 0

    def start(self) -> None:
        """Every driver begins at a phase of his own."""
        for driver in range(len(self._geo_of)):
            self._env.process(self._drive(driver))

    def _drive(self, driver: int) -> Process:
        yield self._env.timeout(self._every * self._random())
        while True:
            self._env.process(self._fix(driver))
            yield self._env.timeout(self._every)

    def _fix(self, driver: int) -> Process:
        """One fix, from the phone to the last known position."""
        env, sent = self._env, self._env.now
        self.born += 1
        if not self._admits(driver, sent) or env.now - sent > LIVE:
            self.refused += 1
            return
        yield from self.ingestion.serve(self._ingest())
        geo = self._geo_of[driver]
        partition = driver % self._partitions[geo]
        consumers = self._consumers[geo]
        with consumers[partition % len(consumers)].request() as turn:
            yield turn
            yield from self.location.serve(self._locate(), self._first[geo] + partition)
        if sent <= self._known[driver]:
            self.stale += 1
        else:
            self._known[driver] = sent
            self._on_known(driver, sent)
            if self._watched(driver):
                env.process(self._track(driver, sent))
        self._note(self.latencies, sent)

    def _admits(self, driver: int, now: float) -> bool:
        """The driver's token bucket."""
        tokens = min(BURST, self._tokens[driver] + (now - self._filled[driver]) * RATE)
        self._filled[driver] = now
        self._tokens[driver] = tokens - 1 if tokens >= 1 else tokens
        return tokens >= 1

    def _track(self, driver: int, sent: float) -> Process:
        """The customer who follows the driver hears of it."""
        if self._moved(driver, sent):
            self._env.process(self._update(sent))
        yield self._env.timeout(self._message())
        self.messages += 1
        self._note(self.tracked, sent)

    def _update(self, sent: float) -> Process:
        """And of a new estimate."""
        yield from self.eta.serve(self._estimate())
        cell = int(self._random() * SIDE_CELLS) * SIDE_CELLS + int(self._random() * SIDE_CELLS)
        if not self._traffic.has(cell):
            yield from self.cache.serve(self._ask())
            self._traffic.fill(cell)
        self.messages += 1
        self._note(self.updated, sent)

    def _note(self, latencies: array[float], sent: float) -> None:
        if sent >= self._warmup:
            latencies.append(self._env.now - sent)

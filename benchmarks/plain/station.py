"""What every plain model is made of: stations of `simpy.Resource`, laws drawn from a numpy Generator, a cache."""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import cycle
from typing import Any

import simpy

from swifteats_sim.scenario.stack import Stack

Process = Generator[simpy.Event, Any, Any]
Draw = Callable[[], float]

MS = 1e-3


def uniform(random: Draw, *bounds: tuple[float, float]) -> Draw:
    """Seconds: a sum of uniform draws, whose bounds are ms.

    random : `Generator.random`, the cheapest scalar draw that numpy has; `Generator.uniform` takes four times as long.
    """
    least = sum(low for low, _ in bounds) * MS
    spans = [(high - low) * MS for low, high in bounds if high > low]

    def draw() -> float:
        total = least
        for span in spans:
            total += span * random()
        return total

    return draw


class Station:
    """Instances that serve several jobs at once, each a `simpy.Resource`, or one for all where they share a queue.

    servers : in all; busy : s of services begun in the measured span, which begins at `warmup` (s).
    """

    def __init__(self, env: simpy.Environment, stack: Stack, name: str, warmup: float) -> None:
        """The station of this name, as its scenario declares it."""
        declared = stack.stations[name]
        self.name, self.servers = name, declared.instances * declared.concurrency
        self.busy, self._env, self._warmup = 0.0, env, warmup
        if declared.balancing == "shared":
            self._instances = [simpy.Resource(env, self.servers)]
        else:
            self._instances = [simpy.Resource(env, declared.concurrency) for _ in range(declared.instances)]
        self._by_partition = declared.balancing == "partition"
        self._turn = cycle(self._instances) if declared.balancing == "round_robin" else None

    def serve(self, seconds: float, partition: int = 0) -> Process:
        """Wait for a server and be served."""
        with self._choose(partition).request() as turn:
            yield turn
            if self._env.now >= self._warmup:
                self.busy += seconds
            yield self._env.timeout(seconds)

    def _choose(self, partition: int) -> simpy.Resource:
        instances = self._instances
        if len(instances) == 1:
            return instances[0]
        if self._turn is not None:
            return next(self._turn)
        if self._by_partition:
            return instances[partition % len(instances)]
        return min(instances, key=lambda instance: instance.count + len(instance.queue))


class Cache:
    """Entries by key, each good until an instant (s)."""

    def __init__(self, env: simpy.Environment, ttl: float) -> None:
        self._env, self._ttl = env, ttl
        self._until: dict[int, float] = {}
        self.reads, self.hits = 0, 0

    def has(self, key: int) -> bool:
        """Whether there is an entry that is still good."""
        hit = self._until.get(key, -1.0) > self._env.now
        self.reads, self.hits = self.reads + 1, self.hits + hit
        return hit

    def fill(self, key: int, good_for: float | None = None) -> None:
        """Keep an entry from now on."""
        self._until[key] = self._env.now + (self._ttl if good_for is None else min(good_for, self._ttl))

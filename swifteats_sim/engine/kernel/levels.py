"""Levels: how many there are of something, over time. See engine.level.Level and engine.resource.Holding."""

from __future__ import annotations

from swifteats_sim.engine.clock import MINUTE
from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import wide
from swifteats_sim.engine.kernel.arrays import words_of
from swifteats_sim.engine.kernel.memory import LEVEL, REGISTERS, RESOURCE
from swifteats_sim.engine.kernel.usage import measured


@compiled
def change(w, level, now, by):  # type: ignore[no-untyped-def]
    """`by` more, or fewer, from now on."""
    words, value = words_of(w), words_of(w)[level + LEVEL.value]
    lasted = min(now, words[REGISTERS.end]) - max(words[level + LEVEL.since], words[REGISTERS.warmup])
    if lasted > 0:
        wide.add_product(words, level + LEVEL.area, value, lasted)
        words[level + LEVEL.most] = max(words[level + LEVEL.most], value)
    words[level + LEVEL.since] = now
    words[level + LEVEL.value] = value + by
    if now < words[REGISTERS.end]:
        words[words[level + LEVEL.changes] + now // MINUTE] += by


@compiled
def taken(w, resource, since, now):  # type: ignore[no-untyped-def]
    """Who asked at `since` has got one."""
    change(w, words_of(w)[resource + RESOURCE.in_use], now, 1)
    if measured(w, now):
        words_of(w)[resource + RESOURCE.takes] += 1
        wide.add(words_of(w), resource + RESOURCE.wait, now - since)
    waited(w, resource, since, now)


@compiled
def left(w, resource, since, now):  # type: ignore[no-untyped-def]
    """Who asked at `since` has gone without."""
    words_of(w)[resource + RESOURCE.refused] += measured(w, now)
    waited(w, resource, since, now)


@compiled
def waited(w, resource, since, now):  # type: ignore[no-untyped-def]
    """A wait is over."""
    if words_of(w)[REGISTERS.warmup] <= now:
        lasted = min(now, words_of(w)[REGISTERS.end]) - since
        words_of(w)[resource + RESOURCE.max_wait] = max(words_of(w)[resource + RESOURCE.max_wait], lasted)

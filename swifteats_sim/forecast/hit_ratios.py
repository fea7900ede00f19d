"""Expected hit ratios: what a cache whose entries live for a time T from their fill answers by itself.

Reads of a key come at random with rate r: one miss fills the entry, and the r T reads of its life are hits, so the
ratio of that key is r T / (1 + r T). An entry that a change removes lives shorter. With room for some entries only, the
least recently used goes: H. Che, Y. Tung, Z. Wang, "Hierarchical web caching systems", IEEE JSAC 20 (2002).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.scenario.caches import Cache
from swifteats_sim.scenario.keys import Catalogue, Places
from swifteats_sim.scenario.quantities import SECOND

Floats = NDArray[np.float64]
ONE_BY_ONE = 100_000
"""Ranks reckoned one by one; rarer keys go by groups, of which each is at most a thousandth wider than its rank."""
HALVINGS = 60


@dataclass(frozen=True)
class Spectrum:
    """Keys by kind: float64 `probability` of one key of a kind, and float64 `number` of keys of that kind."""

    probability: Floats
    number: Floats

    def share(self, ratio: Floats) -> float:
        """The ratio of all reads, from the ratio of each kind's."""
        total = float(np.dot(self.probability, self.number))
        return float(np.dot(self.probability * self.number, ratio)) / total if total else 0.0


def spectrum(keys: Catalogue | Places | int) -> Spectrum:
    """Of declared keys, or of that many equally frequent ones."""
    if isinstance(keys, int):
        return Spectrum(np.array([1.0 / keys]), np.array([float(keys)]))
    if isinstance(keys, Catalogue):
        return _zipf(keys.catalogue, keys.zipf)
    return _cells(keys)


def key_ratios(cache: Cache, kinds: Spectrum, rate: float) -> Floats:
    """The hit ratio of each kind of key when the cache is read `rate` times a second."""
    if cache.hits is not None:
        return np.full(len(kinds.number), cache.hits)
    reads = rate * kinds.probability
    ratios = _renewed(reads, _life(cache))
    if cache.entries is not None and float(np.dot(kinds.number, ratios)) > cache.entries:
        ratios = np.minimum(ratios, _least_recently_used(reads, kinds.number, cache.entries))
    return ratios


def _renewed(reads: Floats, life: float) -> Floats:
    """Hits of keys read `reads` times a second whose entries live for `life` seconds."""
    return reads * life / (1.0 + reads * life)


def _life(cache: Cache) -> float:
    """Mean life of an entry, s: its time to live, or the time to the change that removes it."""
    life = cache.ttl / SECOND
    if cache.changes is None or cache.invalidation is None or not cache.changes.mean:
        return life
    removals = (1.0 - cache.invalidation.failures) / cache.changes.mean
    return -math.expm1(-removals * life) / removals if removals else life


def _least_recently_used(reads: Floats, number: Floats, entries: int) -> Floats:
    """Che's approximation: all keys stay for one time, at which they fill the room."""
    low, high = 0.0, 1.0 / float(reads[reads > 0].min())
    while float(np.dot(number, -np.expm1(-reads * high))) < entries and high < 1e18:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        filled = float(np.dot(number, -np.expm1(-reads * middle)))
        low, high = (middle, high) if filled < entries else (low, middle)
    return -np.expm1(-reads * low)


def _zipf(count: int, exponent: float) -> Spectrum:
    """Ranks 1 .. count with weight rank**-exponent; groups of far ranks go by their middle."""
    if exponent == 0:
        return spectrum(count)
    edges = np.arange(1.0, min(count, ONE_BY_ONE) + 2)
    if count > ONE_BY_ONE:
        steps = math.ceil(math.log(count / ONE_BY_ONE) * 1000) + 1
        far = np.floor(np.geomspace(edges[-1], count + 1.0, steps + 1))
        edges = np.concatenate([edges[:-1], far])
    number = np.diff(edges)
    weight = ((edges[:-1] + edges[1:] - 1.0) / 2.0) ** -exponent
    return Spectrum(weight / float(np.dot(weight, number)), number)


def _cells(places: Places) -> Spectrum:
    """Cells of a square, of which the last row and column may be narrower, each in several variants."""
    side = math.sqrt(places.area * 1e6)
    inner = max(1, math.ceil(side / places.cell)) - 1
    full = min(1.0, places.cell / side)
    rest = 1.0 - inner * full
    cells, numbers = np.array([full * full, full * rest, rest * rest]), np.array([inner**2, 2.0 * inner, 1.0])
    variants = _zipf(places.variants, places.zipf)
    probability, number = np.outer(cells, variants.probability).ravel(), np.outer(numbers, variants.number).ravel()
    return Spectrum(np.maximum(probability, 0.0), number)

"""How messages spread over a topic's partitions, and so over those who take from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.topics import Topic

Shares = NDArray[np.float64]


def kinds_by_geo(scenario: Scenario) -> dict[str, str]:
    """The kind of each geo; without a city there is one, whose kind says nothing."""
    if scenario.city is None:
        return {"": "dense"}
    return {name: geo.kind for name, geo in scenario.city.geos.items()}


def partition_shares(
    topic: Topic, kinds: Mapping[str, str], weights: Mapping[str, float], senders: int | None
) -> Shares:
    """Share of all messages that each partition gets, geo after geo, or of the one topic of all geos (C47).

    weights : share of each geo; senders : of all geos, evenly keyed; None: many. A sender stays in its partition where
    placement is keyed; pinned messages are all in the geo's first one (C42).
    """
    counts = topic.partitions_over(tuple(kinds.values()))
    if topic.per == "platform":
        return _within(topic.placement, counts[0], senders)
    shares = []
    for geo, count in zip(kinds, counts, strict=True):
        each = senders if senders is None else max(1, round(senders * weights[geo]))
        shares.append(weights[geo] * _within(topic.placement, count, each))
    return np.concatenate(shares)


def _within(placement: str, count: int, senders: int | None) -> Shares:
    if placement == "pinned":
        return np.array([1.0] + [0.0] * (count - 1))
    if placement == "keyed" and senders is not None:
        return (senders // count + (np.arange(count) < senders % count).astype(np.float64)) / senders
    return np.full(count, 1.0 / count)


def taker_shares(partitions: Shares, takers: int) -> Shares:
    """Share that each of `takers` gets: partition p goes to taker p modulo their number."""
    shares = np.zeros(takers)
    np.add.at(shares, np.arange(len(partitions)) % takers, partitions)
    return shares


def even(names: Sequence[str]) -> dict[str, float]:
    """The same weight for every geo."""
    return dict.fromkeys(names, 1.0 / len(names))

"""Nodes only where streets meet, end or change: those in between become points of an arc's line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.network import Network

NONE = -1


@dataclass(frozen=True, eq=False)
class Chains:
    """Arcs of a network, strung together where nothing happens between them.

    begin : int64[chains + 1], where each begins in `arcs`, int64[...]: arcs of the network in the order of driving.
    """

    begin: NDArray[np.int64]
    arcs: NDArray[np.int64]

    @property
    def first(self) -> NDArray[np.int64]:
        """The arc that each begins with."""
        return self.arcs[self.begin[:-1]]

    @property
    def last(self) -> NDArray[np.int64]:
        """The arc that each ends with."""
        return self.arcs[self.begin[1:] - 1]


def strung(network: Network) -> Chains:
    """The chains of a strongly connected network.

    A street that leads back to where it began, or beside another one to the same node, would be lost: it keeps a node
    in its midst, since somebody lives there.
    """
    follows = _follows(network)
    chains = _chains(follows)
    while kept := sorted(_midst(network, chains)):
        follows = np.where(np.isin(network.head, kept), NONE, follows)
        chains = _chains(follows)
    return chains


def _follows(network: Network) -> NDArray[np.int64]:
    """The arc that each one goes on in, int64[arcs]; NONE where it ends at a node that stays.

    A node goes if it has one arc in and one out, or two of each, and each arc into it goes on, alike, to the one
    neighbour that it does not come from.
    """
    follows, choices = _ways_on(network)
    alike = (choices == 1) & (network.speed == network.speed[follows]) & (network.road == network.road[follows])
    taken = np.bincount(follows[follows != NONE], minlength=len(follows))
    goes = np.ones(len(network.degrees), np.bool_)
    goes[network.head[~alike]] = False
    goes[network.tail[taken > 1]] = False
    return np.where(goes[network.head], follows, NONE)


def _ways_on(network: Network) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each arc, one that leads on elsewhere than back, and among how many: 0 where too many arcs meet to go on."""
    nodes, arcs = len(network.degrees), len(network.tail)
    into, out = np.bincount(network.head, minlength=nodes), np.bincount(network.tail, minlength=nodes)
    by_tail = np.argsort(network.tail, kind="stable")
    first_out = np.cumsum(out) - out
    follows, choices = np.full(arcs, NONE), np.zeros(arcs, np.int64)
    for turn in (0, 1):
        here = (into == out) & (into <= 2) & (out > turn)
        arc = np.flatnonzero(here[network.head])
        on = by_tail[first_out[network.head[arc]] + turn]
        straight = network.head[on] != network.tail[arc]
        follows[arc[straight]] = on[straight]
        choices[arc[straight]] += 1
    return follows, choices


def _chains(follows: NDArray[np.int64]) -> Chains:
    """Every arc in one chain; a ring in which no node stays begins at its first arc."""
    after = follows.tolist()
    is_first = np.ones(len(after), np.bool_)
    is_first[follows[follows != NONE]] = False
    seen = bytearray(len(after))
    arcs: list[int] = []
    begin = [0]
    for start in chain(np.flatnonzero(is_first).tolist(), range(len(after))):
        arc = start
        while arc != NONE and not seen[arc]:
            seen[arc] = True
            arcs.append(arc)
            arc = after[arc]
        if len(arcs) > begin[-1]:
            begin.append(len(arcs))
    return Chains(np.array(begin), np.array(arcs, np.int64))


def _midst(network: Network, chains: Chains) -> Iterator[int]:
    """A node in the midst, which would go, of each chain that is a loop, or not the plainest or fastest of its ends."""
    begins, ends = network.tail[chains.first], network.head[chains.last]
    seconds = np.add.reduceat((network.length / network.speed)[chains.arcs], chains.begin[:-1])
    order = np.lexsort((np.arange(len(begins)), seconds.round(6), np.diff(chains.begin) > 1, ends, begins))
    beside = np.zeros(len(begins), np.bool_)
    beside[order[1:]] = (np.diff(begins[order]) == 0) & (np.diff(ends[order]) == 0)
    for number in np.flatnonzero(beside | (begins == ends)).tolist():
        inner = network.head[chains.arcs[chains.begin[number] : chains.begin[number + 1] - 1]].tolist()
        if inner:  # the same node whichever way the street is driven
            yield min(inner[(len(inner) - 1) // 2], inner[len(inner) // 2])

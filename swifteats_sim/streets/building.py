"""From ways to a map: connected, contracted, measured, and each arc once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.contracting import Chains, strung
from swifteats_sim.streets.errors import MapError, printable
from swifteats_sim.streets.network import Network, connected, laid_out
from swifteats_sim.streets.plane import Plane
from swifteats_sim.streets.street_map import StreetMap
from swifteats_sim.streets.ways import Box, Tell, Ways, cut

DIGITS = 7
"""Of coordinates in degrees: a centimetre, as OpenStreetMap has them."""


def built(name: str, source: str, ways: Ways, box: Box | None, tell: Tell) -> StreetMap:
    """The map of these ways, or of what lies in a box. Errors: MapError if no two places reach each other there."""
    tell(f"laying out {len(ways.road)} ways")
    whole = laid_out(cut(ways, box) if box else ways)
    network, parts = connected(whole)
    if len(network.degrees) < 2:
        where = " there" if box else ""
        raise MapError(source, f"no two places{where} reach each other by car")
    tell(f"joining {len(network.tail)} pieces of street")
    chains = strung(network)
    arcs = _Arcs.of(network, chains).each_once()
    about = {
        **{key: printable(value) for key, value in ways.about.items()},
        "bbox": ", ".join(f"{value:.7f}" for value in _box(network)),
        "ways": str(len(ways.road)), "pieces": str(len(whole.tail)), "parts": str(parts),
        "pieces_connected": str(len(network.tail)), "arcs_dropped": str(len(chains.first) - len(arcs.tail)),
        "limits_tagged": f"{_share_tagged(network):.3f}",
    }  # fmt: skip
    return _street_map(name, network, chains, arcs, about)


@dataclass(frozen=True, eq=False)
class _Arcs:
    """What arcs become of chains: nodes of the network, and the chain of each."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    seconds: NDArray[np.float64]
    chain: NDArray[np.int64]

    @classmethod
    def of(cls, network: Network, chains: Chains) -> _Arcs:
        seconds = np.add.reduceat((network.length / network.speed)[chains.arcs], chains.begin[:-1])
        return cls(network.tail[chains.first], network.head[chains.last], seconds, np.arange(len(seconds)))

    def each_once(self) -> _Arcs:
        """The fastest from each node to each other one; none to the same."""
        order = np.lexsort((self.chain, self.seconds, self.head, self.tail))
        order = order[self.tail[order] != self.head[order]]
        again = (np.diff(self.tail[order]) == 0) & (np.diff(self.head[order]) == 0)
        kept = order[np.concatenate(([True], ~again))]
        return _Arcs(self.tail[kept], self.head[kept], self.seconds[kept], self.chain[kept])


def _street_map(name: str, network: Network, chains: Chains, arcs: _Arcs, about: Mapping[str, str]) -> StreetMap:
    nodes = np.unique(arcs.tail)
    by_place = nodes[np.lexsort((network.degrees[nodes, 1], network.degrees[nodes, 0]))]
    number = np.zeros(len(network.degrees), np.int32)
    number[by_place] = np.arange(len(by_place))
    order = np.lexsort((number[arcs.head], number[arcs.tail]))
    chain = arcs.chain[order]
    begin, points = _lines(network, chains, chain)
    length = np.add.reduceat(network.length[chains.arcs], chains.begin[:-1])[chain].round(3)
    degrees = network.degrees[by_place].round(DIGITS)
    plane = Plane.around(degrees)
    tail, head = number[arcs.tail[order]], number[arcs.head[order]]
    counted = {"attribution": "", **about, "nodes": str(len(nodes)), "arcs": str(len(tail))}
    return StreetMap(
        name, degrees, plane.project(*degrees.T), tail, head, length, network.speed[chains.first[chain]],
        network.road[chains.first[chain]], begin, plane.project(*points.T), counted,
    )  # fmt: skip


def _lines(network: Network, chains: Chains, chain: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Where the points of each of these chains begin, and the points in degrees, both ends included."""
    sizes = np.diff(chains.begin)[chain]
    begin = np.concatenate(([0], np.cumsum(sizes + 1)))
    points = np.empty(begin[-1], np.int64)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    pieces = chains.arcs[np.repeat(chains.begin[:-1][chain], sizes) + within]
    points[begin[:-1]] = network.tail[chains.first[chain]]
    points[np.repeat(begin[:-1] + 1, sizes) + within] = network.head[pieces]
    return begin.astype(np.int32), network.degrees[points].round(DIGITS)


def _box(network: Network) -> tuple[float, ...]:
    return (*network.degrees.min(axis=0).tolist(), *network.degrees.max(axis=0).tolist())


def _share_tagged(network: Network) -> float:
    return float(network.length[network.tagged].sum() / network.length.sum())

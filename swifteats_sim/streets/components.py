"""Which nodes reach each other, both ways."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def components(tail: NDArray[np.integer], head: NDArray[np.integer], nodes: int) -> tuple[int, NDArray[np.int32]]:
    """How many strongly connected components there are, and the number of each node's own, int32[nodes]."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    graph = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    count, of = connected_components(graph, directed=True, connection="strong")
    return int(count), of


def largest(tail: NDArray[np.integer], head: NDArray[np.integer], nodes: int) -> tuple[NDArray[np.bool_], int]:
    """Which nodes lie in the largest component, bool[nodes], and how many components there are.

    Of two equally large, the one with the first node.
    """
    count, of = components(tail, head, nodes)
    sizes = np.bincount(of, minlength=count)
    first = of[np.argmax(sizes[of] == sizes.max())] if nodes else 0
    return of == first, count

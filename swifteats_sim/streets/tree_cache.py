"""Trees on disk, as plain numbers that all processes share.

A page holds the trees of some roots of one graph; it is written aside, renamed when whole, and never changed. So two
processes may add pages at once, and nobody reads half of one. What a later run lacks goes into a page more. Folders
are named after a digest of the graph, so that another map, another congestion or another format is another folder. All
of it may be deleted at any time.

A page is uint32[2 + 2 * roots + roots * nodes]: how many roots, how many nodes, the roots, a check sum of each tree,
the trees.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.congestion import Milliseconds
from swifteats_sim.streets.growing import Graph

FORMAT = 1
WORD = 4
"""Bytes."""

Rows = dict[int, Milliseconds]
"""A tree, uint32[nodes], by its root."""


class Damaged(ValueError):
    """A page is not what was written."""


def default_folder(environment: Mapping[str, str]) -> Path | None:
    """SWIFTEATS_CACHE, else the user's cache by the XDG base directories; None where nobody has a home."""
    if environment.get("SWIFTEATS_CACHE"):
        return Path(environment["SWIFTEATS_CACHE"])
    if Path(environment.get("XDG_CACHE_HOME", "")).is_absolute():
        return Path(environment["XDG_CACHE_HOME"]) / "swifteats-sim"
    try:
        return Path.home() / ".cache" / "swifteats-sim"
    except RuntimeError:
        return None


class TreeCache:
    """The trees in a folder. notices : what did not work; a cache never stops a run."""

    def __init__(self, folder: Path | None) -> None:
        """folder : None keeps nothing."""
        self._folder, self.notices = folder, [] if folder else ["trees are not kept: there is no folder for them"]

    def read(self, graph: Graph, roots: NDArray[np.int32]) -> Rows:
        """Those of the trees that are there, read-only and not yet in memory. A damaged page is deleted."""
        found: Rows = {}
        if self._folder is None:
            return found
        wanted = set(roots.tolist())
        for path in self._pages(self._shelf(self._folder, graph)):
            try:
                rows = _open(path, len(graph.begin) - 1, wanted - found.keys())
            except Damaged as damage:
                self._notice(f"{path.name}: {damage}; its trees are grown anew")
                self._delete(path)
            except OSError as refusal:
                self._notice(f"{path.name} cannot be read: {refusal}")
            else:
                found.update(rows)
        return found

    def keep(self, graph: Graph, roots: NDArray[np.int32], trees: Milliseconds) -> Rows:
        """Write a page, and return its trees as they are read from it; as they are where it cannot be written."""
        rows: Rows = dict(zip(roots.tolist(), trees, strict=True))
        if self._folder is None:
            return rows
        page = self._shelf(self._folder, graph) / f"{_digest(roots)}.trees"
        try:
            page.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(prefix=".", dir=page.parent) as aside:
                _write(Path(aside) / page.name, roots, trees)
                (Path(aside) / page.name).replace(page)
            return _open(page, trees.shape[1], set(rows))
        except (OSError, Damaged) as refusal:
            self._notice(f"trees are not kept in {self._folder}: {getattr(refusal, 'strerror', None) or refusal}")
            return rows

    def _pages(self, shelf: Path) -> list[Path]:
        try:
            return sorted(shelf.glob("*.trees"))
        except OSError as refusal:  # a name that is too long for a folder
            self._notice(f"{shelf} cannot be read: {refusal.strerror}")
            return []

    def _shelf(self, folder: Path, graph: Graph) -> Path:
        return folder / "trees" / _digest(np.array([FORMAT], dtype=np.int32), *graph)

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as refusal:
            self._notice(f"{path.name} cannot be deleted: {refusal}")

    def _notice(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)


def _digest(*arrays: NDArray[np.int32] | Milliseconds) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(len(array).to_bytes(8, "little") + array.tobytes())
    return digest.hexdigest()


def _write(path: Path, roots: NDArray[np.int32], trees: Milliseconds) -> None:
    checks = [_check(int(root), tree) for root, tree in zip(roots, trees, strict=True)]
    with path.open("wb") as file:
        file.write(np.array([*trees.shape, *roots, *checks], dtype=np.uint32).tobytes())
        file.write(np.ascontiguousarray(trees).data)


def _open(path: Path, nodes: int, wanted: set[int]) -> Rows:
    """The wanted ones of a page's trees, each looked through once."""
    words, rest = divmod(path.stat().st_size, WORD)
    if words < 2 or rest:
        raise Damaged("cut off")
    page = np.memmap(path, dtype=np.uint32, mode="r").view(np.ndarray)
    count, width = int(page[0]), int(page[1])
    if width != nodes or words != 2 + count * (2 + nodes):
        raise Damaged("not as long as it should be")
    roots, checks, trees = page[2 : 2 + count], page[2 + count : 2 + 2 * count], page[2 + 2 * count :]
    rows: Rows = {}
    for index, root in enumerate(roots.tolist()):
        if root in wanted:
            rows[root] = trees[index * nodes : (index + 1) * nodes]
            if _check(root, rows[root]) != checks[index]:
                raise Damaged(f"the tree of node {root} has changed")
    return rows


def _check(root: int, tree: Milliseconds) -> int:
    return crc32(tree.data, root)

"""Expands `extends` and applies `--set`: from several texts to one tree of nodes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from swifteats_sim.scenario.errors import KeyPath, ScenarioError, shown, shown_path, unknown_name
from swifteats_sim.scenario.nodes import Node
from swifteats_sim.scenario.source import read_file

BUNDLED: dict[KeyPath, Path] = {("stack",): Path(__file__).parent.parent / "stack" / "bundled"}
"""Folders of the files that may be extended by name, by where in a scenario they fit."""
MAX_FILES = 20
MAX_BYTES = 2_000_000


class Expansion:
    """Expands one scenario; counts what it reads, so that no chain of files costs without bound."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self.files = 0
        self.bytes = 0

    def expand(self, node: Node, path: KeyPath = (), chain: tuple[Path, ...] = ()) -> Node:
        """The node with every `extends` in it replaced by what it names, and the rest laid over."""
        if isinstance(node.value, tuple):
            entries = (self.expand(entry, (*path, index), chain) for index, entry in enumerate(node.value))
            return Node(tuple(entries), node.file, node.line)
        if not isinstance(node.value, Mapping):
            return node
        entries_by_key = {
            key: self.expand(entry, (*path, key), chain) for key, entry in node.value.items() if key != "extends"
        }
        own = Node(entries_by_key, node.file, node.line)
        if "extends" not in node.value:
            return own
        return merged(self._base(node.value["extends"], path, chain), own)

    def _base(self, name: Node, path: KeyPath, chain: tuple[Path, ...]) -> Node:
        here = (*path, "extends")
        file = _file(name, path)
        resolved = Path(os.path.realpath(file))  # `resolve` raises RuntimeError for a link to itself
        if resolved in chain:
            names = " -> ".join(str(step.name) for step in (*chain[chain.index(resolved) :], resolved))
            raise name.error(f"extends itself: {names}", here)
        self.files += 1
        try:
            base = read_file(file)
            self.bytes += file.stat().st_size
        except ScenarioError as error:
            if error.problems[0].line is None:
                raise name.error(f"{shown_path(file)[1:-1]}: {error.problems[0].message}", here) from None
            raise
        if self.files > MAX_FILES or self.bytes > MAX_BYTES:
            raise name.error(f"more than {MAX_FILES} files or {MAX_BYTES // 10**6} MB are extended", here)
        return self.expand(base, path, (*chain, resolved))


def _file(name: Node, path: KeyPath) -> Path:
    """The file that `extends: NAME_OR_PATH` means."""
    here = (*path, "extends")
    if not isinstance(name.value, str) or not name.value:
        raise name.error("must be the name of a bundled file, or a path that ends in .yaml", here)
    if name.value.endswith((".yaml", ".yml")):
        return Path(name.file).parent / name.value
    folder = BUNDLED.get(path)
    if folder is None:
        raise name.error(f"nothing is bundled here: give a path that ends in .yaml (got {shown(name.value)})", here)
    known = [file.stem for file in folder.glob("*.yaml")]
    if name.value not in known:
        raise name.error(unknown_name("bundled file", name.value, known), here)
    return folder / f"{name.value}.yaml"


def merged(base: Node, over: Node) -> Node:
    """Mappings are merged key by key, everything else is replaced by `over`."""
    if not (isinstance(base.value, Mapping) and isinstance(over.value, Mapping)):
        return over
    entries = dict(base.value)
    for key, node in over.value.items():
        entries[key] = merged(entries[key], node) if key in entries else node
    return Node(entries, over.file, over.line)

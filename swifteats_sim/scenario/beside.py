"""Files that a scenario names: relative to the file that names them, or to the current directory from `--set`."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from swifteats_sim.scenario.nodes import Node
from swifteats_sim.scenario.streets import is_file

Pattern = tuple[str, ...]
ANY = "*"
TRACE: Pattern = ("demand", "trace")
EMPIRICAL = re.compile(r"\s*empirical\s*\(\s*([^/\s].*?)\s*\)\s*")
"""A law whose values stand in a file, not named by an absolute path."""
MAPS: tuple[Pattern, ...] = (("city", "map"), ("city", "geos", ANY, "map"))


def with_files_beside(tree: Node) -> Node:
    """The tree with the places of traces and map files as they are seen from the current directory."""
    return _moved(_moved(tree, (TRACE,), maps=False), MAPS, maps=True)


def with_laws_beside(node: Node, base: Path) -> Node:
    """The tree with the files of `empirical(file)` as they are seen from `base`, wherever the law is written.

    Seen from there by a relative path: where all of them stand changes nothing that a scenario says of itself.
    """
    if isinstance(node.value, Mapping):
        moved = {key: with_laws_beside(child, base) for key, child in node.value.items()}
        return dataclasses.replace(node, value=moved)
    if isinstance(node.value, tuple):
        return dataclasses.replace(node, value=tuple(with_laws_beside(child, base) for child in node.value))
    home = Path(node.file).parent
    law = EMPIRICAL.fullmatch(node.value) if isinstance(node.value, str) and node.line is not None else None
    if law is None or home.resolve() == base.resolve():
        return node
    return dataclasses.replace(node, value=f"empirical({os.path.relpath(home / law[1], base)})")


def _moved(node: Node, patterns: Sequence[Pattern], maps: bool) -> Node:
    """patterns : where names of files stand below a node; maps : a name may be no file's."""
    if () in patterns:
        named = isinstance(node.value, str) and node.line is not None and (not maps or is_file(node.value))
        return dataclasses.replace(node, value=_beside(node)) if named else node
    if isinstance(node.value, Mapping):
        return dataclasses.replace(node, value={
            key: _moved(child, _below(patterns, key), maps) for key, child in node.value.items()
        })  # fmt: skip
    if isinstance(node.value, tuple):
        below = _below(patterns, ANY)
        return dataclasses.replace(node, value=tuple(_moved(child, below, maps) for child in node.value))
    return node


def _beside(node: Node) -> str:
    """A file's place; `./day` stays a place, as a bare word may be a name."""
    place = str(Path(node.file).parent / str(node.value))
    return place if "/" in place else f"./{place}"


def _below(patterns: Sequence[Pattern], key: str) -> list[Pattern]:
    return [each[1:] for each in patterns if each and each[0] in (key, ANY)]

"""The manifest of an archived partition: which files it is, and what they must hold. It is written last.

Files that no manifest names are no part of the archive: what a killed export leaves is never read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swifteats_sim.live.archive import sums
from swifteats_sim.live.archive.durable import written_whole
from swifteats_sim.live.archive.files import part_path
from swifteats_sim.live.archive.sums import Place, Sum

FOLDER = "manifests"


@dataclass(frozen=True)
class Part:
    """One file. size : bytes; sha256 : of its bytes; content : of its orders."""

    place: Place
    size: int
    sha256: str
    content: Sum

    @property
    def path(self) -> str:
        """Below the archive's folder."""
        return part_path(self.place)


@dataclass(frozen=True)
class Manifest:
    """A partition's. columns : of the table, in their order, with PostgreSQL's names of their types."""

    partition: str
    columns: Mapping[str, str]
    parts: tuple[Part, ...]

    @property
    def content(self) -> Sum:
        """Of all its orders."""
        return sums.total(part.content for part in self.parts)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(part.size for part in self.parts)


def manifest_path(folder: Path, partition: str) -> Path:
    """Where a partition's manifest is."""
    return folder / FOLDER / f"{partition}.json"


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Put it in its place."""
    with written_whole(manifest_path(folder, manifest.partition), folder) as stream:
        stream.write((json.dumps(_as_json(manifest), indent=2) + "\n").encode())


def read_manifest(folder: Path, partition: str) -> Manifest | None:
    """A partition's manifest; None where there is none. ValueError where it is not what was written."""
    path = manifest_path(folder, partition)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        said = json.loads(text)
        manifest = Manifest(said["partition"], said["columns"], tuple(_part(part) for part in said["parts"]))
        if _as_json(manifest) != said:
            raise ValueError("it contradicts itself")
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.relative_to(folder)} is damaged: {error}") from None
    return manifest


def manifests(folder: Path) -> tuple[Manifest, ...]:
    """All of an archive, by name and so by day."""
    names = sorted(path.stem for path in (folder / FOLDER).glob("*.json"))
    return tuple(manifest for name in names if (manifest := read_manifest(folder, name)) is not None)


def _as_json(manifest: Manifest) -> dict[str, Any]:
    """Checksums as text: they are larger than what other readers of JSON take for a whole number."""
    return {
        "partition": manifest.partition,
        **_content(manifest.content),
        "bytes": manifest.size,
        "columns": dict(manifest.columns),
        "parts": [
            {"path": part.path, "placed_on": part.place[0], "geo_key": part.place[1], "bytes": part.size,
             "sha256": part.sha256, **_content(part.content)}
            for part in manifest.parts
        ],
    }  # fmt: skip


def _content(content: Sum) -> dict[str, Any]:
    return {**content._asdict(), "checksum": str(content.checksum)}


def _part(said: Mapping[str, Any]) -> Part:
    content = Sum(said["orders"], int(said["checksum"]), said["least"], said["greatest"])
    return Part((said["placed_on"], said["geo_key"]), said["bytes"], said["sha256"], content)

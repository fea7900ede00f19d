"""The maps that come with the package, and finding a map by name or path."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from swifteats_sim.streets.errors import MapError, shown

SUFFIX = ".parquet"
MOST = 1000
"""Letters of a path in a message."""
NEAR = Path(__file__).resolve().parents[1]


def maps_folder() -> Path:
    """Where they lie: inside an installed package, or at the root of a checkout."""
    inside = NEAR / "maps"
    return inside if inside.is_dir() else NEAR.parent / "maps"


def bundled_maps() -> dict[str, Path]:
    """Each by its name."""
    return {path.stem: path for path in sorted(maps_folder().glob(f"*{SUFFIX}"))}


def find_map(name: str, beside: Path | None = None) -> Path:
    """The file of a map that comes with the package, or at a path.

    beside : the folder that a relative path begins in; where the process is, by default. Errors: MapError.
    """
    known = bundled_maps()
    if name in known:
        return known[name]
    path = (beside or Path()) / name
    folder = os.path.isdir(path)  # noqa: PTH112 - which does not mind a name that is too long for a file
    if os.path.isfile(path):  # noqa: PTH113
        return path
    if folder or "/" in name or name.endswith(SUFFIX):
        raise MapError(str(path)[:MOST], "is a folder" if folder else "no such file")
    close = difflib.get_close_matches(name[:100], known, n=2, cutoff=0.6)
    offered = f"did you mean {' or '.join(map(repr, close))}?" if close else f"known: {', '.join(known) or 'none'}"
    raise MapError("", f"unknown map {shown(name)}; {offered}")

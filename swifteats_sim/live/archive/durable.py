"""Files that are there whole or not at all, and stay there when the power goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written_whole(path: Path, root: Path) -> Iterator[BinaryIO]:
    """A new file, which takes its place, and that of an older one, when all of it is on disk. OSError of the disk.

    root : a folder above it, up to which new folders are made to last as well.
    """
    aside = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with aside.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)  # renamed away when all went well
    for folder in path.parents:
        _sync(folder)
        if folder == root:
            break


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

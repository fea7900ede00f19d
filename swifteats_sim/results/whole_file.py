"""A file that appears whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Put a text in a file's place; OSError of the disk, and then what was there is there still.

    It is written beside the file, to disk, and renamed; a link keeps pointing to the same place. What is no file, such
    as /dev/stdout, is written to as it is.
    """
    if _is_stream(path):
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)
        return
    final = path.resolve()
    final.parent.mkdir(parents=True, exist_ok=True)
    part = final.with_name(f".{final.name}-{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(final)
    finally:
        part.unlink(missing_ok=True)  # renamed away when all went well
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def must_be_writable(path: Path) -> None:
    """OSError where `write_whole` would meet one, as far as that can be known before."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a directory")
    if _is_stream(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, "not writable")
        return
    folder = next(each for each in path.resolve().parents if each.exists())
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is in no directory")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise PermissionError(errno.EACCES, "not writable")


def _is_stream(path: Path) -> bool:
    """Whether it is a device or a pipe, whose place no file may take."""
    return path.is_relative_to("/dev") or (path.exists() and not path.is_file())

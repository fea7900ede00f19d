"""Who works at a place: one process at a time, which the system knows to be there, whatever it leaves behind.

A lock file names its holder for whoever comes second. The lock itself is the system's (a POSIX record lock), so that it
ends with the process, however that ends, and is not inherited by the workers that it forks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = b"swifteats-sim process "
_LONGEST = 100
_HELD: dict[tuple[int, int], None] = {}
"""Device and number of each lock file that this process holds: to open and close one again would give its lock back."""


class Taken(Exception):
    """Another process holds the lock. holder : in words, such as "process 4242"."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"held by {holder}")


@contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[None]:
    """Hold the lock file at `path`, which is gone afterwards.

    Where another process holds it, wait for that one to end, or raise Taken. OSError where the disk does not allow it.
    Where the system has no such locks, nobody is kept out.
    """
    descriptor = _held(path, wait)
    key = _key(os.fstat(descriptor))
    _HELD[key] = None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is held: who waits for it sees that it is gone, and makes a new one
        del _HELD[key]
        os.close(descriptor)


def is_ours(path: Path) -> bool:
    """Whether a file is a lock of this kind."""
    try:
        if _key(path.lstat()) in _HELD:
            return True
        with path.open("rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError:
        return False


def _held(path: Path, wait: bool) -> int:
    """A descriptor of the lock file that stands at `path`, held by this process."""
    while True:
        if path.exists() and _key(path.lstat()) in _HELD:
            raise Taken(f"process {os.getpid()}")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            _lock(descriptor, wait)
            if _stands_at(path, descriptor):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, MARK + f"{os.getpid()}\n".encode())
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its holder took it away when he was done


def _key(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _lock(descriptor: int, wait: bool) -> None:
    try:
        import fcntl
    except ImportError:  # no such system call
        return
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the system may say it either way
        raise Taken(_holder(os.pread(descriptor, _LONGEST, 0))) from None


def _stands_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _holder(content: bytes) -> str:
    number = content.removeprefix(MARK).strip()
    return f"process {number.decode()}" if content.startswith(MARK) and number.isdigit() else "another process"

"""Whose processor time is whose: what servers and clients have used, and on which processors they may run. Linux."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROC = Path("/proc")


def is_countable() -> bool:
    """Whether this system tells the processor time of other processes in ns."""
    return (PROC / "self" / "schedstat").exists()


def family(pid: int) -> list[int]:
    """A process and its children, as PostgreSQL has one for each connection."""
    found = [pid]
    for parent in found:  # grows while it is walked
        for listed in (PROC / str(parent) / "task").glob("*/children"):
            found += [int(child) for child in _read(listed).split()]
    return found


def used(pids: Iterable[int]) -> int:
    """ns of processor time that these processes have taken so far, all threads together; the dead count 0."""
    schedules = (path for pid in pids for path in (PROC / str(pid) / "task").glob("*/schedstat"))
    return sum(int(text.split()[0]) for text in map(_read, schedules) if text)


def pin(pid: int, processors: Iterable[int]) -> None:
    """Let a process, all its threads and its children run on these processors only."""
    allowed = set(processors)
    for each in family(pid):
        for thread in (PROC / str(each) / "task").glob("*"):
            with suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), allowed)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:  # it has ended meanwhile
        return ""


@contextmanager
def pinned(processor: int | None) -> Iterator[None]:
    """This process on one processor only, for a while; None: wherever it may run already."""
    before = os.sched_getaffinity(0)
    if processor is not None:
        pin(os.getpid(), (processor,))
    try:
        yield
    finally:
        pin(os.getpid(), before)

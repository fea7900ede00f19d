"""The clock of real servers: the only place of the package that reads the machine's time or waits for it."""

from __future__ import annotations

import time

MONOTONIC = time.monotonic_ns
"""Instants in ns that only grow, and are the same for all processes of this machine."""
CPU = time.process_time_ns
"""ns of processor time that this process has taken so far."""


def sleep(duration: int) -> None:
    """Let `duration` ns pass; none where it is 0 or less."""
    if duration > 0:
        time.sleep(duration / 1e9)


def today() -> str:
    """The date, as 2026-11-23 (UTC)."""
    return time.strftime("%Y-%m-%d", time.gmtime())


def day_number() -> int:
    """Days since 1970-01-01 (UTC)."""
    return int(time.time()) // 86_400

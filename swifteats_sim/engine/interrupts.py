"""Ctrl-C while other processes start: it is the affair of the one that starts them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """While workers start: they inherit it, so that a Ctrl-C from the terminal, even during their imports, is ours."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

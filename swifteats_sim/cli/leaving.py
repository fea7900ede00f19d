"""How the process ends: exit codes, and one message instead of a traceback for what a user can mend."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer

BROKEN, BAD_INPUT, INTERRUPTED, TERMINATED = 1, 2, 130, 143
MOST = 1500
"""Letters of a line to the user."""


class Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


@contextmanager
def orderly() -> Iterator[None]:
    """Turn bad input into a message and exit 2, an interrupt into 130, a termination into 143."""
    from swifteats_sim.scenario import ScenarioError  # takes longer than to print a help text

    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except ScenarioError as error:
        say(str(error))
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        say("interrupted; nothing was written")
        raise typer.Exit(INTERRUPTED) from None
    except Terminated:
        say("terminated; nothing was written")
        raise typer.Exit(TERMINATED) from None


def let_readers_leave() -> None:
    """From here on only printing is left: a reader who closes the pipe ends the process, without a traceback."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


@contextmanager
def unswept() -> Iterator[None]:
    """What is made here is kept until the process ends, which takes it back at once.

    Python would look at every piece of it now and then, and once more at the end.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()


@contextmanager
def folder_ready(out: Path) -> Iterator[None]:
    """An output folder that exists and can be written to, before a long run; removed again if it stays empty."""
    try:
        new = not out.exists()
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK):
            raise PermissionError(errno.EACCES, "not writable")
    except OSError as error:
        say(f"--out {out}: {error.strerror}")
        raise typer.Exit(BAD_INPUT) from None
    try:
        yield
    finally:
        if new and not any(out.iterdir()):
            out.rmdir()


def say(text: str) -> None:
    """Lines to the user beside the result: to stderr, with nothing in them that a terminal obeys."""
    from swifteats_sim.scenario.errors import brief, printable

    print("\n".join(brief(printable(line), most=MOST) for line in text.split("\n")), file=sys.stderr)  # noqa: T201


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated

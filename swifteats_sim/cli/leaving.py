"""How the process ends: exit codes, and one message instead of a traceback for what a user can mend."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

import typer

BROKEN, BAD_INPUT, INTERRUPTED, TERMINATED = 1, 2, 130, 143
MOST = 1500
"""Letters of a line to the user."""


class Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


@dataclass
class Leaving:
    """What is said when it ends before its time. kept : of what was done, in a clause."""

    kept: str = "nothing was written"


@contextmanager
def orderly(second_ends: bool = False) -> Iterator[Leaving]:
    """Turn bad input into a message and exit 2, an interrupt into 130, a termination into 143.

    second_ends : a second signal ends the process at once, whatever the first one is still clearing up; only where that
    is what a killed process may leave as well.
    """
    from concurrent.futures import BrokenExecutor

    from swifteats_sim.scenario import ScenarioError  # takes longer than to print a help text

    leaving = Leaving()
    _listen(second_ends)
    try:
        yield leaving
    except ScenarioError as error:
        say(str(error))
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        say(f"interrupted; {leaving.kept}")
        raise typer.Exit(INTERRUPTED) from None
    except Terminated:
        say(f"terminated; {leaving.kept}")
        raise typer.Exit(TERMINATED) from None
    except BrokenExecutor:
        say(f"a worker was ended from outside (is there too little memory?); {leaving.kept}")
        raise typer.Exit(BROKEN) from None


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
        say(f"--out {out}: {reason(error)}")
        raise typer.Exit(BAD_INPUT) from None
    try:
        yield
    finally:
        if new:
            with suppress(OSError):  # it is not empty, or another process took it away
                out.rmdir()


def say(text: str) -> None:
    """Lines to the user beside the result: to stderr, with nothing in them that a terminal obeys."""
    from swifteats_sim.scenario.errors import brief, printable

    print("\n".join(brief(printable(line), most=MOST) for line in text.split("\n")), file=sys.stderr)  # noqa: T201


def reason(error: OSError) -> str:
    """What the system says, in its own words: libraries write theirs around it."""
    return os.strerror(error.errno) if error.errno else str(error)


def _listen(second_ends: bool) -> None:
    """Hear signals as exceptions. Who was started to ignore interrupts (`nohup`, a script's `&`) goes on to do so."""
    signal.signal(signal.SIGTERM, partial(_first, Terminated, second_ends))
    if second_ends and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, partial(_first, KeyboardInterrupt, second_ends))


def _first(ending: type[BaseException], second_ends: bool, number: int, frame: FrameType | None) -> None:
    if second_ends:
        for each in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(each) is not signal.SIG_IGN:
                signal.signal(each, _second)
    raise ending


def _second(number: int, frame: FrameType | None) -> None:
    """End now. Python's own end would wait for threads and write what is left to be written."""
    shown_again = b"\x1b[?25h" if os.isatty(2) else b""
    os.write(2, shown_again + b"ended at once; what is half written, the next run clears away\n")
    os._exit(INTERRUPTED if number == signal.SIGINT else TERMINATED)

"""How the process ends: exit codes, and one message instead of a traceback for what a user can mend."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer

from swifteats_sim.scenario import ScenarioError

BAD_INPUT, INTERRUPTED, TERMINATED = 2, 130, 143


class Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


@contextmanager
def orderly() -> Iterator[None]:
    """Turn bad input into a message and exit 2, an interrupt into 130, a termination into 143."""
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


def say(text: str) -> None:
    """A line to the user beside the result: to stderr."""
    print(text, file=sys.stderr)  # noqa: T201


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated

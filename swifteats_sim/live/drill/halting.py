"""How all processes of a drill are told to stop: a file that is there from then on; or nobody is there to tell them."""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path


class Halted(Exception):
    """The drill is over before this was done."""


@dataclass(frozen=True)
class Halt:
    """path : of a file that is not there yet. Can be sent to processes."""

    path: Path

    def __call__(self) -> bool:
        """Whether to stop."""
        parent = parent_process()
        return self.path.exists() or (parent is not None and not parent.is_alive())

    def raise_flag(self) -> None:
        """From now on all stop."""
        self.path.touch()

"""What an archiver tells of its work, moment by moment: for a progress bar, or for who wants to stop it there."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Moment(NamedTuple):
    """What has just been done, or is about to be. rows : dealt with by the step so far, of `of`."""

    partition: str
    step: str
    what: str
    rows: int = 0
    of: int = 0


Tell = Callable[[Moment], None]


def nobody(moment: Moment) -> None:
    """Does not listen."""

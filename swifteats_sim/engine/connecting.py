"""A source of connections: a client's first one, and one more after each time it was cut off."""

from __future__ import annotations

from swifteats_sim.engine.gaps import Gaps
from swifteats_sim.engine.sources import NEVER, Following


class Connecting(Following):
    """A job when an entity is switched on, and when it is back after each of its gaps, while it stays on."""

    def __init__(self, breaks: Gaps | None) -> None:
        """breaks : when clients are cut off; None: never."""
        super().__init__(NEVER)
        self.breaks = breaks

    def switch_on(self, entity: int, now: int) -> tuple[int, int] | None:
        """See Switched: the time to the first break counts from here."""
        first = super().switch_on(entity, now)
        if first is not None and self.breaks is not None:
            self.breaks.begin(entity, now)
        return first

    def next(self, entity: int, index: int, born: int) -> int:
        """See Source."""
        if not self.is_on(entity, index) or self.breaks is None:
            return NEVER
        super().next(entity, index, born)
        return self.breaks.next_end(entity, born)

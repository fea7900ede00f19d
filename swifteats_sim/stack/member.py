"""A consumer's place in its group: which partitions it may take from, and when it is dead."""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.engine.membership import Membership


@dataclass(frozen=True)
class Member:
    """A consumer's place in its group. number : in the group; partitions : the group's, as the topic counts them."""

    membership: Membership
    number: int
    partitions: range

    def owned(self, now: int) -> tuple[int, ...]:
        """The partitions it may take from."""
        owner = self.membership.owner
        return tuple(each for place, each in enumerate(self.partitions) if owner(place, now) == self.number)

    def is_dead(self, now: int) -> bool:
        """Whether it is dead; at the instant it dies it is."""
        return self.membership.dead(self.number, now)

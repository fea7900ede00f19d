"""A consumer group over time: who may take from which partition while consumers die and come back (A23).

As Kafka with eager rebalancing. Crashes are known beforehand, so every answer is a look into one table.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple


class Crash(NamedTuple):
    """`consumer` is dead from `at` up to `at + lasting` (ns)."""

    consumer: int
    at: int
    lasting: int


Owners = tuple[int | None, ...]
"""The owner of each partition."""


class Membership:
    """Who owns which partition, from 0 on.

    A death is noticed `session` ns after it, a return at once. Then the whole group stops for `rebalance` ns,
    after which partitions are dealt out in turn over those alive. A return while the group is stopped makes it
    stop anew; a death noticed then does not, for the dead are dealt nothing. Until a death is noticed the dead
    one's partitions stand still. Who comes back unnoticed joins anew, which is one rebalance.
    """

    def __init__(
        self,
        consumers: int,
        partitions: int,
        session: int,
        rebalance: int,
        crashes: Sequence[tuple[int, int, int]] = (),
    ) -> None:
        """All alive and partitions dealt out before 0. crashes : as `Crash`, in any order; they may overlap.

        ValueError where a consumer that is none crashes.
        """
        if any(consumer not in range(consumers) for consumer, _, _ in crashes):
            raise ValueError(f"the group has consumers 0 .. {consumers - 1}")
        self.consumers, self.partitions = consumers, partitions
        self._session, self._rebalance = session, rebalance
        self._deaths = [_merged(crashes, consumer) for consumer in range(consumers)]
        everyone = tuple(range(consumers))
        self.starts, self.answers = [0], [(self._deal(everyone), everyone)]
        self._play(everyone)
        self.changes = tuple(self.starts[1:])
        """Instants (ns, ascending) at which an answer may change."""

    def owner(self, partition: int, now: int) -> int | None:
        """The consumer that may take from the partition now, None while nobody may."""
        return self._answer(now)[0][partition]

    def dead(self, consumer: int, now: int) -> bool:
        """Whether the consumer is dead now; at the instant it comes back it is not."""
        return consumer not in self._answer(now)[1]

    def _answer(self, now: int) -> tuple[Owners, tuple[int, ...]]:
        """Owners, and who is alive."""
        return self.answers[bisect_right(self.starts, now) - 1]

    def _play(self, members: tuple[int, ...]) -> None:
        """Fill the table, instant by instant."""
        dealt, deal_at = self._deal(members), -1
        agenda = sorted(at for deaths in self._deaths for each in deaths for at in (*each, each[0] + self._session))
        while agenda:
            now = agenda[0]
            while agenda and agenda[0] == now:
                heappop(agenda)
            alive = tuple(consumer for consumer, deaths in enumerate(self._deaths) if not _covers(deaths, now))
            if self._returns(now) or (deal_at < 0 and self._notices(now, members, alive)):
                deal_at = now + self._rebalance
                if deal_at > now:
                    heappush(agenda, deal_at)
            if deal_at == now:
                members, dealt, deal_at = alive, self._deal(alive), -1
            stopped = deal_at >= 0
            owners = tuple(None if stopped or owner not in alive else owner for owner in dealt)
            self._note(now, (owners, alive))

    def _returns(self, now: int) -> bool:
        return any(until == now for deaths in self._deaths for _, until in deaths)

    def _notices(self, now: int, members: tuple[int, ...], alive: tuple[int, ...]) -> bool:
        """Whether the session of a dead member ends now."""
        dead = [member for member in members if member not in alive]
        return any(at + self._session == now for member in dead for at, until in self._deaths[member] if until > now)

    def _deal(self, takers: tuple[int, ...]) -> Owners:
        return tuple(takers[partition % len(takers)] if takers else None for partition in range(self.partitions))

    def _note(self, now: int, answer: tuple[Owners, tuple[int, ...]]) -> None:
        if self.starts[-1] == now:
            self.answers[-1] = answer
        elif self.answers[-1] != answer:
            self.starts.append(now)
            self.answers.append(answer)


def _merged(crashes: Sequence[tuple[int, int, int]], consumer: int) -> list[tuple[int, int]]:
    """(from, until) of the times a consumer is dead, ascending and apart."""
    deaths = list[tuple[int, int]]()
    for at, until in sorted((at, at + lasting) for who, at, lasting in crashes if who == consumer and lasting > 0):
        if deaths and at <= deaths[-1][1]:
            at, until = deaths[-1][0], max(until, deaths[-1][1])
            deaths.pop()
        deaths.append((at, until))
    return deaths


def _covers(deaths: Sequence[tuple[int, int]], now: int) -> bool:
    return any(at <= now < until for at, until in deaths)

"""Open connections of clients to one of several processes, and which messages reach them (A48, C28, C29)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from swifteats_sim.engine.gaps import Gaps
from swifteats_sim.engine.job import DROPPED, WAIT, Job, Stage
from swifteats_sim.engine.streams import Stream

CONNECTION, SUBSCRIPTION, SLOT = range(3)
"""What is drawn for a client: the process of its connection, that of its subscription, its place in line."""

MISSES = ("refused", "silent", "away", "elsewhere")
"""Why a message does not come to its client: no slot is left for him; his connection was broken, and nobody subscribed
again; it is broken just now; he is at another process."""


@dataclass(frozen=True)
class Spread:
    """How clients' connections lie over `processes`.

    sticky : a client's stream and its subscription are at the same process; otherwise each is wherever it fell.
    fan_out : a message reaches every process; otherwise only the one that consumes its partition.
    scan : ns to check one connection when a message is sent. slots : connections there is room for, None: for all.
    """

    processes: int = 1
    sticky: bool = False
    fan_out: bool = True
    scan: int = 0
    slots: int | None = None


class Connections:
    """Clients' open streams. clients : [how many want one now, in all processes], which may change.

    breaks : when a client's connection is broken; a client who does not resubscribe hears nothing after the first
    break (C27). sent, delivered : messages, and those that reached their client. missed : the others, by MISSES.
    """

    def __init__(
        self,
        spread: Spread,
        clients: Sequence[int],
        stream: Stream,
        breaks: Gaps | None = None,
        resubscribes: bool = True,
    ) -> None:
        """Nothing sent yet."""
        self.spread, self.clients, self.stream = spread, clients, stream
        self.breaks, self.resubscribes = breaks, resubscribes
        self.sent = self.delivered = 0
        self.missed = dict.fromkeys(MISSES, 0)

    def scanning(self) -> int:
        """Ns that a process needs to go through its connections for one message."""
        slots = self.spread.slots
        count = self.clients[0] if slots is None else min(self.clients[0], slots)
        return count * self.spread.scan // self.spread.processes

    def count(self, miss: str | None) -> None:
        """A message was sent, and reached its client, or did not."""
        self.sent += 1
        self.delivered += miss is None
        if miss is not None:
            self.missed[miss] += 1

    def miss(self, client: int, process: int, now: int) -> str | None:
        """Why a message that this process handles does not come to the client, None: it does. process : modulo."""
        if not self._has_slot(client):
            return "refused"
        if self.breaks is not None:
            if not self.resubscribes and self.breaks.had_one(client, now):
                return "silent"
            if self.breaks.back(client, now) > now:
                return "away"
        return None if self.spread.fan_out or self._is_here(client, process) else "elsewhere"

    def _has_slot(self, client: int) -> bool:
        """Each client has a slot with the same chance: about as many are admitted as there is room for."""
        slots = self.spread.slots
        return slots is None or self.stream.uniform(client, SLOT) * self.clients[0] < slots

    def _is_here(self, client: int, process: int) -> bool:
        here = process % self.spread.processes
        at_home = self._at(client, CONNECTION) == here
        return at_home and (self.spread.sticky or self._at(client, SUBSCRIPTION) == here)

    def _at(self, client: int, what: int) -> int:
        return min(int(self.stream.uniform(client, what) * self.spread.processes), self.spread.processes - 1)


@dataclass(frozen=True)
class Deliver:
    """Go on only if the message reaches the client. follower : by entity, whom its messages are for; None: itself."""

    connections: Connections
    follower: Sequence[int] | None = None

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        client = job.entity if self.follower is None else self.follower[job.entity]
        miss = self.connections.miss(client, job.server, now)
        if job.flow.measures(job):
            self.connections.count(miss)
        if miss is None:
            return job.pc + 1
        loop.end(job, DROPPED, now)
        return WAIT

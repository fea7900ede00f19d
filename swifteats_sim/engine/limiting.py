"""Steps that refuse a client who asks too often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from swifteats_sim.engine.buckets import Buckets
from swifteats_sim.engine.job import REJECTED, WAIT, Job, Stage
from swifteats_sim.engine.streams import Stream

Gate = Callable[[int, int], bool]
"""Whether a client, or its address, has a token now (ns), which is then taken."""
CROWD = 1 << 44
"""More than the clients of any flow."""


@dataclass(frozen=True)
class Addresses:
    """Clients behind a number of shared addresses (carrier-grade NAT): each always behind the same one."""

    count: int
    stream: Stream

    def of(self, client: int) -> int:
        """A client's address."""
        return min(int(self.stream.uniform(client) * self.count), self.count - 1)


def behind(limit: Limit, admit: Gate) -> Gate:
    """The gate of a limit for clients, where `admit` is that of its keys."""
    addresses = limit.addresses
    return admit if addresses is None else lambda client, now: admit(addresses.of(client), now)


@dataclass(frozen=True)
class Limit:
    """Go on only with a token of the client's bucket, or of its address's.

    strangers : number of a flow whose jobs come from nobody who comes twice, nor to another flow; None for others.
    """

    buckets: Buckets
    addresses: Addresses | None
    strangers: int | None = None

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """See Step."""
        client = job.entity if self.strangers is None else (self.strangers + 1) * CROWD + job.entity
        key = client if self.addresses is None else self.addresses.of(client)
        if self.buckets.admit(key, now):
            return job.pc + 1
        loop.end(job, REJECTED, now)
        return WAIT

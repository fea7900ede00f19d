"""Where the servers are that a user has, or that were started for him."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Addresses:
    """postgres : a libpq connection string; redis : a redis:// URL; kafka : bootstrap servers, as host:port.

    pids : of the servers' first processes, by name, where they run on this machine and were started here.
    """

    postgres: str
    redis: str
    kafka: str
    pids: tuple[tuple[str, int], ...] = ()

    def pid(self, server: str) -> int | None:
        """The first process of a server that was started here; None of one that was not."""
        return dict(self.pids).get(server)

"""The relay of the outbox on real servers: publishes the oldest rows, and deletes them when the broker has them (C31).

Relays exclude each other by a lock of the database, which a relay that dies gives back; were two at work on the same
rows all the same, they would publish twice, and a row that one has deleted makes the other's deletion fail as a whole,
so that it comes again. A crash between publishing and deleting publishes twice too: consumers know events (A25).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from swifteats_sim.domain.effects import Unavailable
from swifteats_sim.domain.orders import publish_request
from swifteats_sim.domain.outbox import Event, Row, delete_rows, read_rows
from swifteats_sim.live.clock import sleep
from swifteats_sim.live.database import Database
from swifteats_sim.live.runner import Performer

BATCH = 50
EVERY = 100_000_000
"""ns between looks at an outbox that was empty."""
LOCK = 0x5E1A7
"""Ours among the database's advisory locks."""
_OLDEST = "select number, request from outbox order by stored limit %s"


class Relay:
    """One relay, with a connection and a runner of its own. batch : rows at most between two deletions."""

    def __init__(self, database: Database, runner: Performer, batch: int = BATCH) -> None:
        self._database, self._runner, self._batch = database, runner, batch

    def serve(self, until: Callable[[], bool], every: int = EVERY) -> None:
        """Relay until told to stop; what cannot be done now is done later."""
        while not until():
            try:
                idle = not self.step()
            except Unavailable:
                idle = True
            if idle:
                sleep(every)

    def step(self) -> int:
        """Publish and delete the oldest rows: how many; 0 where there is none, or another relay is at it.

        Unavailable where the database is not there. Where the broker goes away, what it has got is deleted.
        """
        with self._alone() as mine:
            if not mine:
                return 0
            events = self._oldest()
            rows = self._runner.perform(read_rows(events)) if events else ()
            sent = tuple(self._published(rows))
            self._runner.perform(delete_rows(sent))
        return len(sent)

    def _oldest(self) -> tuple[Event, ...]:
        return tuple((number, request) for number, request in self._database.execute(_OLDEST, (self._batch,)))

    def _published(self, rows: tuple[Row, ...]) -> Iterator[Row]:
        for row in rows:
            try:
                self._runner.perform(publish_request(row.request, "awaited"), row.request.geo)
            except Unavailable:
                return
            yield row

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether no other relay is at work; none begins before this one has ended."""
        (mine,) = self._database.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone() or (False,)
        try:
            yield bool(mine)
        finally:
            if mine:
                self._database.execute("select pg_advisory_unlock(%s)", (LOCK,))

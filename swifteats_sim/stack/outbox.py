"""The relay of the outbox: publishes what is stored there, and deletes it when the broker has it."""

from __future__ import annotations

from swifteats_sim.domain.effects import Key, Record
from swifteats_sim.domain.messages import OUTBOX
from swifteats_sim.domain.orders import publish_request
from swifteats_sim.domain.outbox import Row, delete_rows, read_rows
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.service import Caller, Process

OCCASION = 1 << 13
"""Occasion of the relay's rules: those of a batch have its number as entity, those of a request its order."""


class Relay:
    """Empties the outbox `every` so many ns, while there is something in it.

    It wakes at multiples of `every`, so that when a request is published depends on nothing but when it was stored. A
    batch is one read, its messages all at once, and one transaction. The relay does not give up; what comes while a
    batch is under way is in the next one.
    """

    def __init__(self, runner: Runner, every: int) -> None:
        """It hears of every row from now on."""
        self._runner, self._every = runner, every
        self._waiting: dict[Key, None] = {}
        self._bell = runner.clock.event()
        runner.store.watch(OUTBOX, self._stored)

    def run(self) -> Process:
        """Relay for ever."""
        clock = self._runner.clock
        while True:
            if not self._waiting:
                self._bell = clock.event()
                yield self._bell
            yield clock.sleep(self._every - clock.instant % self._every)
            yield from self._relay(clock.instant // self._every)

    def _stored(self, event: Key, record: Record, before: Record | None) -> None:
        self._waiting[event] = None
        if not self._bell.triggered:
            self._bell.succeed()

    def _relay(self, batch: int) -> Process:
        clock, runner = self._runner.clock, self._runner
        events = tuple(event for event in self._waiting if isinstance(event, tuple))
        self._waiting.clear()
        rows = yield from runner.insist(read_rows(events), Caller(batch, OCCASION))
        yield clock.all_of([clock.process(self._publish(row)) for row in rows])
        yield from runner.insist(delete_rows(rows), Caller(batch, OCCASION + 1))

    def _publish(self, row: Row) -> Process:
        request = row.request
        caller = Caller(request.order, OCCASION + (request.version << 20))
        yield from self._runner.insist(publish_request(request, "awaited"), caller)

"""What is to come in the loop: steps of jobs, births, and entries of the journal, on one heap in a total order."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from swifteats_sim.engine.job import VOID, Job
from swifteats_sim.engine.ties import STATED, place_of_birth, place_of_job

JOURNAL = -1
"""The flow of entries, which come before all jobs of their instant."""
NOTED, REMINDED = 0, 1
BIRTH = -1
"""The lane of births."""
Place = tuple[int, int]
"""Where an event stands among all of its instant where they are shuffled, see `ties`; otherwise (0, 0)."""
FIRST: Place = (-1, 0)
"""Where entries of the journal stand."""
Event = tuple[int, Place, int, int, int, int, int, Job | None]
"""(time, place, flow, entity, index, lane, turn, job)"""
Entry = Callable[[int], None]
"""Called with the instant (ns) that it was written down for."""


class Agenda:
    """Events by (time, place, flow, entity, index, lane, turn).

    No two of jobs have the same turn, so the order is total. ties : key of their shuffle.
    """

    def __init__(self, ties: int = STATED) -> None:
        """Nothing is to come."""
        self.heap: list[Event] = []
        self._ties = ties
        self._turn = VOID
        self._entries: dict[int, Entry] = {}

    def resume(self, job: Job, at: int, pc: int) -> None:
        """The job goes on with step `pc` at `at` (ns); whatever else it waited for is void."""
        job.pc = pc
        turn = job.turn = self._turn = self._turn + 1
        place = place_of_job(self._ties, at, job.flow.number, job.entity)
        heappush(self.heap, (at, place, job.flow.number, job.entity, job.index, job.lane, turn, job))

    def expect(self, born: int, flow: int, entity: int, index: int) -> None:
        """An arrival of an entity's chain."""
        place = place_of_birth(self._ties, born, flow, entity)
        heappush(self.heap, (born, place, flow, entity, index, BIRTH, 0, None))

    def enter(self, at: int, rank: int, entry: Entry) -> None:
        """An entry of the journal: NOTED by who decides, or what flows are REMINDED of after that."""
        turn = self._turn = self._turn + 1
        self._entries[turn] = entry
        heappush(self.heap, (at, FIRST, JOURNAL, rank, 0, 0, turn, None))

    def entry(self, turn: int) -> Entry:
        """The entry of this turn, which then is done."""
        return self._entries.pop(turn)

    def pop(self) -> Event:
        """The first event, which then is over."""
        return heappop(self.heap)

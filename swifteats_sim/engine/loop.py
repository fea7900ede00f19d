"""The event loop of everything that only flows: the readable reference interpreter.

It pops (time, flow, entity, index, lane, turn) from a heap; events at the same instant go in that order, after the
journal's (flow -1); a birth has lane -1. No two events of jobs have the same turn, so the order is total. The loop
lags: the deciding plane calls `advance(now)` before it touches what flows touch, and the loop then has done
everything strictly before `now`. What flows must know of the deciding plane is journalled with its time.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from swifteats_sim.engine.clock import BackInTime
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.job import VOID, EndedTwice, Job
from swifteats_sim.engine.sources import NEVER, Source, Switched

JOURNAL = -1
NOTED, REMINDED = 0, 1
BIRTH = -1
Event = tuple[int, int, int, int, int, int, Job | None]
"""(time, flow, entity, index, lane, turn, job)"""


class Loop:
    """Jobs of `flows` on one heap.

    sources : the flows' sources by flow number; other flows are started by steps of theirs.
    """

    def __init__(self, flows: tuple[Flow, ...], sources: dict[int, Source]) -> None:
        """A loop at 0, with no job and nothing journalled."""
        self.flows, self.now, self.events = flows, 0, 0
        self._sources = sources
        self._heap: list[Event] = []
        self._turn = VOID
        self._entries: dict[int, Callable[[int], None]] = {}
        self._halt: int | None = None
        for number, flow in enumerate(flows):
            flow.number = number

    def advance(self, until: int) -> None:
        """Do everything strictly before `until` (ns), or before a halt; BackInTime where that ought to be over."""
        heap, run = self._heap, self.run
        count, last = 0, self.now
        while heap and heap[0][0] < until:
            time, flow, entity, index, _, turn, job = heappop(heap)
            if time < last:
                raise BackInTime(time, last)
            last = time
            count += 1
            if job is not None:
                if turn == job.turn:
                    run(job, time)
            elif flow != JOURNAL:
                self._birth(time, flow, entity, index)
            else:
                self._entries.pop(turn)(time)
            if self._halt is not None:
                until, self._halt = min(until, self._halt), None
        self.events += count
        self.now = max(self.now, until)

    def halt(self, at: int) -> None:
        """Go no farther than `at` in this advance: who decides has something to do then."""
        self._halt = at

    def run(self, job: Job, now: int) -> None:
        """Let a job take steps until one makes it wait, or ends it."""
        steps, pc = job.flow.steps, job.pc
        while pc >= 0:
            job.pc = pc
            pc = steps[pc].take(job, now, self)

    def resume(self, job: Job, at: int, pc: int) -> None:
        """The job goes on with step `pc` at `at` (ns); whatever else it waited for is void."""
        job.pc = pc
        turn = job.turn = self._turn = self._turn + 1
        heappush(self._heap, (at, job.flow.number, job.entity, job.index, job.lane, turn, job))

    def begin(self, job: Job, now: int) -> None:
        """A job enters its flow and takes its first steps."""
        job.flow.begin(job)
        self.run(job, now)

    def end(self, job: Job, outcome: int, now: int) -> None:
        """A job, or a part of one, has ended; what it still held is given back."""
        if job.over:
            raise EndedTwice(f"job {job.index} of {job.entity}, born at {job.born} ns")
        job.over, job.turn, job.outcome = True, VOID, outcome
        if job.held:
            self._give_back(job, now)
        if job.parent is not None:
            parent, spawner = job.parent
            if job.orphan:
                job.flow.wasted += job.flow.measures(job)
            else:
                spawner.joined(parent, job, outcome, now, self)
        elif not job.orphan:
            job.flow.end(job, outcome, now)

    def cancel(self, job: Job, now: int) -> None:
        """Stop a part of a job, and its own parts, where they are: nobody waits for them any longer."""
        job.turn = VOID
        job.asked += 1
        job.orphan = job.stopped = True
        self.cancel_parts(job, now)
        self._give_back(job, now)

    def cancel_parts(self, job: Job, now: int) -> None:
        """Stop all parts that a job waits for."""
        parts, job.parts = job.parts, None
        for part in parts or ():
            self.cancel(part, now)

    def _give_back(self, job: Job, now: int) -> None:
        while job.held:
            job.held.pop().release(job, now, self)

    def note(self, at: int, entry: Callable[[int], None]) -> None:
        """Journal a change of the deciding plane: `entry(at)` runs before any job of that instant.

        ValueError where the loop is past that instant: jobs would have missed the change.
        """
        if at < self.now:
            raise ValueError(f"the loop is at {self.now} ns, too late for a change at {at} ns")
        self._journal(at, NOTED, entry)

    def remind(self, at: int, entry: Callable[[int], None]) -> None:
        """Let `entry(at)` run at a later instant, after its journal and before its jobs: for what flows arrange."""
        self._journal(at, REMINDED, entry)

    def _journal(self, at: int, rank: int, entry: Callable[[int], None]) -> None:
        turn = self._turn = self._turn + 1
        self._entries[turn] = entry
        heappush(self._heap, (at, JOURNAL, rank, 0, 0, turn, None))

    def switch_on(self, flow: int, entity: int, at: int) -> None:
        """From `at` on, this entity sends jobs of a flow whose source can be switched."""
        source = self._switched(flow)

        def entry(now: int) -> None:
            first = source.switch_on(entity, now)
            if first is not None:
                self._expect(first[1], flow, entity, first[0])

        self.note(at, entry)

    def switch_off(self, flow: int, entity: int, at: int) -> None:
        """From `at` on, this entity sends nothing."""
        source = self._switched(flow)
        self.note(at, lambda _: source.switch_off(entity))

    def raise_flag(self, flags: bytearray, entity: int, value: bool, at: int) -> None:
        """From `at` on, the entity's flag has this value."""
        self.note(at, lambda _: flags.__setitem__(entity, value))

    def open(self, flow: int) -> None:
        """Start the only chain of a flow whose source is always on."""
        self._expect(self._sources[flow].next(0, -1, 0), flow, 0, 0)

    def _switched(self, flow: int) -> Switched:
        source = self._sources[flow]
        assert isinstance(source, Switched)
        return source

    def _expect(self, born: int, flow: int, entity: int, index: int) -> None:
        heappush(self._heap, (born, flow, entity, index, BIRTH, 0, None))

    def _birth(self, now: int, number: int, entity: int, index: int) -> None:
        """The jobs of one arrival are born, and the next arrival is awaited."""
        source, flow = self._sources[number], self.flows[number]
        following = source.next(entity, index, now)
        if not source.is_on(entity, index):
            return
        if following != NEVER:
            self._expect(following, number, entity, index + 1)
        size = source.batch
        for member in range(index * size, index * size + size):
            job = Job(flow, source.client(entity, member), member, 0, now)
            flow.bear(job)
            source.send(job, now, self)

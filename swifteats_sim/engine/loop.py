"""The event loop of everything that only flows: the readable reference interpreter.

It pops (time, flow, entity, index, lane, turn) from a heap; events at the same instant go in that order, after the
journal's (flow -1); a birth has lane -1. No two events of jobs have the same turn, so the order is total. Where ties
are shuffled (`engine.ties`), places drawn for them come before all that. The loop
lags: the deciding plane calls `advance(now)` before it touches what flows touch, and the loop then has done
everything strictly before `now`. What flows must know of the deciding plane is journalled with its time.
"""

from __future__ import annotations

from collections.abc import MutableSequence

from swifteats_sim.engine.agenda import JOURNAL, NOTED, REMINDED, Agenda, Entry
from swifteats_sim.engine.claims import Allotment, Claims, Served
from swifteats_sim.engine.clock import BackInTime
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.group import Group
from swifteats_sim.engine.job import VOID, EndedTwice, Job
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.resource import Ceiling, Holding
from swifteats_sim.engine.sources import NEVER, Source, Switched
from swifteats_sim.engine.ties import STATED


class Loop(Plane):
    """Jobs of `flows` on one heap.

    sources : the flows' sources by flow number; other flows are started by steps of theirs.
    """

    def __init__(self, flows: tuple[Flow, ...], sources: dict[int, Source], ties: int = STATED) -> None:
        """A loop at 0, with no job and nothing journalled. ties : key of their shuffle."""
        self.flows, self.now, self._events = flows, 0, 0
        self._sources, self._agenda = sources, Agenda(ties)
        self._halt: int | None = None
        for number, flow in enumerate(flows):
            flow.number = number

    def advance(self, until: int) -> None:
        """See Plane."""
        agenda, heap, run = self._agenda, self._agenda.heap, self.run
        count, last = 0, self.now
        while heap and heap[0][0] < until:
            time, _, flow, entity, index, _, turn, job = agenda.pop()
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
                agenda.entry(turn)(time)
            if self._halt is not None:
                until, self._halt = min(until, self._halt), None
        self._events += count
        self.now = max(self.now, until)

    @property
    def events(self) -> int:
        """See Plane."""
        return self._events

    def build(self) -> None:
        """See Plane: who asks, asks the things themselves."""

    def tally(self) -> None:
        """See Plane: everything is always up to date."""

    def close(self) -> None:
        """See Plane: everything is always up to date."""

    def halt(self, at: int) -> None:
        """See Plane."""
        self._halt = at

    def run(self, job: Job, now: int) -> None:
        """Let a job take steps until one makes it wait, or ends it."""
        steps, pc = job.flow.steps, job.pc
        while pc >= 0:
            job.pc = pc
            pc = steps[pc].take(job, now, self)

    def resume(self, job: Job, at: int, pc: int) -> None:
        """The job goes on with step `pc` at `at` (ns); whatever else it waited for is void."""
        self._agenda.resume(job, at, pc)

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

    def note(self, at: int, entry: Entry) -> None:
        """Journal a change of the deciding plane: `entry(at)` runs before any job of that instant.

        ValueError where the loop is past that instant: jobs would have missed the change.
        """
        if at < self.now:
            raise ValueError(f"the loop is at {self.now} ns, too late for a change at {at} ns")
        self._agenda.enter(at, NOTED, entry)

    def remind(self, at: int, entry: Entry) -> None:
        """Let `entry(at)` run at a later instant, after its journal and before its jobs: for what flows arrange."""
        self._agenda.enter(at, REMINDED, entry)

    def switch_on(self, flow: int, entity: int, at: int) -> None:
        """See Plane."""
        source = self._switched(flow)

        def entry(now: int) -> None:
            first = source.switch_on(entity, now)
            if first is not None:
                self._agenda.expect(first[1], flow, entity, first[0])

        self.note(at, entry)

    def switch_off(self, flow: int, entity: int, at: int) -> None:
        """See Plane."""
        source = self._switched(flow)
        self.note(at, lambda _: source.switch_off(entity))

    def write(self, register: MutableSequence[int], entity: int, value: int, at: int) -> None:
        """See Plane."""
        self.note(at, lambda _: register.__setitem__(entity, value))

    def watch(self, group: Group) -> None:
        """See Plane."""
        group.watch(self)

    def allot(
        self, name: str, size: int, holding: Holding, limit: Ceiling | None, served: Served
    ) -> tuple[Allotment, Claims]:
        """See Plane."""
        allotment = Allotment(name, size, holding, limit, self, served)
        return allotment, allotment

    def open(self, flow: int) -> None:
        """See Plane."""
        self._agenda.expect(self._sources[flow].next(0, -1, 0), flow, 0, 0)

    def _switched(self, flow: int) -> Switched:
        source = self._sources[flow]
        assert isinstance(source, Switched)
        return source

    def _birth(self, now: int, number: int, entity: int, index: int) -> None:
        """The jobs of one arrival are born, and the next arrival is awaited."""
        source, flow = self._sources[number], self.flows[number]
        following = source.next(entity, index, now)
        if not source.is_on(entity, index):
            return
        if following != NEVER:
            self._agenda.expect(following, number, entity, index + 1)
        size = source.batch
        for member in range(index * size, index * size + size):
            job = Job(flow, source.client(entity, member), member, 0, now)
            flow.bear(job)
            source.send(job, now, self)

"""The event loop of everything that only flows: the readable reference interpreter.

It pops (time, flow, entity, index, step) from a heap; events at the same instant go in that order, after the
journal's (flow -1). The loop lags: the deciding plane calls `advance(now)` before it touches what flows
touch, and the loop then has done everything strictly before `now`. What flows must know of the deciding plane
is journalled with its time.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from swifteats_sim.engine.flow import Delay, Flow, KeepNewest, OnlyIf, Place, Start, Visit
from swifteats_sim.engine.sources import NEVER, Periodic, Source
from swifteats_sim.engine.station import REJECTED

JOURNAL = -1
Job = tuple[int, int, int, int, int, int, int]
"""(time, flow, entity, index, step, born, partition)"""


class Loop:
    """Jobs of `flows` on one heap.

    sources : the flows' sources by flow number; other flows are started by steps of theirs.
    """

    def __init__(self, flows: tuple[Flow, ...], sources: dict[int, Source]) -> None:
        """A loop at 0, with no job and nothing journalled."""
        self.flows, self.now, self.events = flows, 0, 0
        self._sources = sources
        self._heap: list[Job] = []
        self._entries: dict[int, Callable[[int], None]] = {}
        self._noted = 0

    def advance(self, until: int) -> None:
        """Do everything that happens strictly before `until` (ns)."""
        heap, run = self._heap, self._run
        count = 0
        while heap and heap[0][0] < until:
            run(heappop(heap))
            count += 1
        self.events += count
        self.now = max(self.now, until)

    def note(self, at: int, entry: Callable[[int], None]) -> None:
        """Journal a change of the deciding plane: `entry(at)` runs before any job of that instant.

        ValueError where the loop is past that instant: jobs would have missed the change.
        """
        if at < self.now:
            raise ValueError(f"the loop is at {self.now} ns, too late for a change at {at} ns")
        self._entries[self._noted] = entry
        heappush(self._heap, (at, JOURNAL, self._noted, 0, 0, 0, 0))
        self._noted += 1

    def switch_on(self, flow: int, entity: int, at: int) -> None:
        """From `at` on, this entity sends jobs of a periodic flow."""
        source = self._periodic(flow)

        def entry(now: int) -> None:
            first = source.switch_on(entity, now)
            if first is not None:
                heappush(self._heap, (first[1], flow, entity, first[0], 0, first[1], 0))

        self.note(at, entry)

    def switch_off(self, flow: int, entity: int, at: int) -> None:
        """From `at` on, this entity sends nothing."""
        source = self._periodic(flow)
        self.note(at, lambda _: source.switch_off(entity))

    def raise_flag(self, flags: bytearray, entity: int, value: bool, at: int) -> None:
        """From `at` on, the entity's flag has this value."""
        self.note(at, lambda _: flags.__setitem__(entity, value))

    def open(self, flow: int) -> None:
        """Start the only chain of a flow whose source is always on."""
        born = self._sources[flow].next(0, -1, 0)
        heappush(self._heap, (born, flow, 0, 0, 0, born, 0))

    def _periodic(self, flow: int) -> Periodic:
        source = self._sources[flow]
        assert isinstance(source, Periodic)
        return source

    def _run(self, job: Job) -> None:
        """One event: a journal entry, a birth, or a job's next steps."""
        time, flow, entity, index, step, born, _ = job
        if flow == JOURNAL:
            self._entries.pop(entity)(time)
            return
        if step == 0:
            source = self._sources.get(flow)
            if source is not None:
                following = source.next(entity, index, time)
                if not source.is_on(entity):
                    return
                if following != NEVER:
                    heappush(self._heap, (following, flow, entity, index + 1, 0, following, 0))
            self.flows[flow].begin(born)
        self._steps(self.flows[flow], job)

    def _steps(self, flow: Flow, job: Job) -> None:
        """Take steps until one takes time or the job ends."""
        time, number, entity, index, step, born, partition = job
        steps = flow.steps
        while step < len(steps):
            action = steps[step]
            step += 1
            if isinstance(action, Visit):
                service = action.law.draw_ns(action.stream, entity, index, step)
                departure = action.station.visit(time, service, partition)[1]
                if departure == REJECTED:
                    flow.reject(born)
                else:
                    heappush(self._heap, (departure, number, entity, index, step, born, partition))
                return
            if isinstance(action, Delay):
                departure = time + action.law.draw_ns(action.stream, entity, index, step)
                heappush(self._heap, (departure, number, entity, index, step, born, partition))
                return
            if isinstance(action, Place):
                partition = action.partition(entity, index)
            elif isinstance(action, KeepNewest):
                if born > action.register[entity]:
                    action.register[entity] = born
                else:  # an older one ends here: nobody is shown where the entity was before
                    flow.overtake(born)
                    break
            elif isinstance(action, OnlyIf):
                if not action.flags[entity]:
                    flow.drop(born)
                    return
            elif isinstance(action, Start):
                self.flows[action.flow].begin(born)
                self._steps(self.flows[action.flow], (time, action.flow, entity, index, 0, born, partition))
        flow.complete(entity, born, time)

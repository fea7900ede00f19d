"""From a flow's declared steps to the program that its jobs run: nested steps become jumps."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from swifteats_sim.engine.batching import Depart, Gather, Scatter, Tray
from swifteats_sim.engine.branching import Branch, Fork, Jump
from swifteats_sim.engine.caching import Fill, Lookup
from swifteats_sim.engine.consuming import Consume, Handled, Handling
from swifteats_sim.engine.flow import Step
from swifteats_sim.engine.holding import Acquire, GaveUp, Release, Serve
from swifteats_sim.engine.job import Job
from swifteats_sim.engine.offline import Answered
from swifteats_sim.engine.publishing import Place
from swifteats_sim.engine.retrying import Attempt, Budget, Terms, TimedOut
from swifteats_sim.engine.steps import Delay, End, Fail, Fresh, KeepNewest, OnlyIf, Send, Start, Visit
from swifteats_sim.engine.streaming import Deliver
from swifteats_sim.engine.streams import Stream, Streams
from swifteats_sim.scenario import steps as declared
from swifteats_sim.scenario.flows import Flow
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.equipment import GPS, Equipment
from swifteats_sim.stack.laws import law_of

NEVER_FAIL = (
    declared.Delay, declared.Branch, declared.Send, declared.Deliver, declared.KeepNewest, declared.KeepLatest,
    declared.OnlyIf, declared.Fresh, declared.Start,
)  # fmt: skip


@dataclass(frozen=True)
class Registers:
    """What flows read and write per entity, by the names that steps use.

    known_fix : int64 per driver, when its last processed fix was sent; watched : a flag per driver;
    geo_of : the geo of an entity; moved : by distance (m), a test whether the entity is so far from where it was when
    the test last held.
    """

    known_fix: array[int]
    watched: bytearray
    geo_of: Callable[[int], int]
    moved: Callable[[float], Callable[[int, int], bool]]


class Compiler:
    """The program of one flow while it grows.

    numbers : of the flows in the loop, by name. answers : whether clients wait to hear that a job has arrived before
    they send the next one they kept.
    """

    def __init__(
        self, name: str, equipment: Equipment, registers: Registers, streams: Streams, numbers: Mapping[str, int]
    ) -> None:
        self._code: list[Step] = []
        self._answers = False
        self._name, self._equipment, self._registers = name, equipment, registers
        self._streams, self._numbers = streams, numbers
        self._starts: dict[int, int] = {}

    def program(self, flow: Flow) -> tuple[Step, ...]:
        """The flow's program."""
        self._answers = flow.offline is not None
        self._sequence(flow.steps)
        self._answer()
        self._emit(End())
        return tuple(self._code)

    def _emit(self, *steps: Step) -> None:
        self._code += steps

    @property
    def _here(self) -> int:
        return len(self._code)

    def _stream(self, purpose: str = "") -> Stream:
        return self._streams(f"flow.{self._name}{purpose}")

    def _reserve(self) -> int:
        """The number of a step that is filled in when the steps behind it are known."""
        self._emit(End())
        return self._here - 1

    def _answer(self) -> None:
        if self._answers:
            self._emit(Answered())

    def _sequence(self, steps: tuple[declared.Step, ...]) -> None:
        for step in steps:
            self._step(step)

    def _step(self, step: declared.Step) -> None:
        """Append what one declared step means; rules are not among them: they decide."""
        match step:
            case declared.Visit():
                self._visit(step)
            case declared.Delay():
                self._emit(Delay(law_of(step.delay), self._stream()))
            case declared.LimitBy():
                self._emit(self._equipment.limits[step.limit])
            case declared.Place():
                self._place(step.place)
            case declared.Consume():
                self._consume(step)
            case declared.Hold():
                pool = self._equipment.pools[step.hold.pool]
                self._emit(Acquire(pool, step.hold.timeout), GaveUp(pool))
                self._sequence(step.steps)
                self._emit(Release(pool))
            case declared.Branch():
                self._branch(step)
            case declared.Parallel():
                self._parallel(step)
            case declared.Retry():
                self._retry(step)
            case declared.CacheStep():
                self._cache(step)
            case declared.Batch():
                tray = Tray(step.batch.size, step.batch.every)
                self._emit(Gather(tray), Depart(tray))
                self._sequence(step.steps)
                self._emit(Scatter())
            case declared.Repeat():
                self._sequence(step.steps * step.repeat)
            case declared.Fail():
                self._emit(Fail(step.fail, self._stream()))
            case declared.Send():
                self._emit(Send(step.send))
            case declared.Deliver():
                self._emit(Deliver(self._equipment.connections[step.deliver]))
            case declared.KeepNewest():
                self._emit(KeepNewest(self._registers.known_fix))
            case declared.KeepLatest():
                self._emit(KeepNewest(self._registers.known_fix, guarded=False))
            case declared.OnlyIf():
                self._emit(OnlyIf(self._test(step)))
            case declared.Fresh():
                self._emit(Fresh(step.fresh))
            case declared.Start():
                self._start(self._numbers[step.start])
            case _:
                raise AssertionError(step)

    def _visit(self, step: declared.Visit) -> None:
        law = law_of(step.service)
        if step.at in self._equipment.desks:
            desk = self._equipment.desks[step.at]
            self._emit(Acquire(desk.queue, None, step.priority), GaveUp(desk.queue))
            self._emit(Serve(desk.usage, law, self._stream()), Release(desk.queue))
            return
        patience = None if step.patience is None else (law_of(step.patience), self._stream(".patience"))
        scan = None if step.scan is None else self._equipment.connections[step.scan].scanning
        self._emit(Visit(self._equipment.stations[step.at], law, self._stream(), patience, scan))

    def _place(self, name: str) -> None:
        equipment = self._equipment
        self._emit(Place(self._partition(equipment.topics[name]), equipment.traffic[name], equipment.leaders[name]))
        self._answer()

    def _partition(self, topic: Topic) -> Callable[[Job], int]:
        """Where a job's message goes: to its driver's geo; what others ask for belongs to one geo or another."""
        geo_of = self._registers.geo_of if self._name == GPS else lambda key: key % topic.geos

        def partition(job: Job) -> int:
            key = job.flow.key_of(job)
            return topic.partition(geo_of(key), key, job.index)

        return partition

    def _consume(self, step: declared.Consume) -> None:
        group = self._equipment.groups[step.consume]
        self._emit(Consume(group, self._stream(".duplicates")))
        if group.is_reliable and all(self._never_fails(inner) for inner in declared.flat(step.steps)):
            self._sequence(step.steps)
            self._emit(Handled(group))
            return
        handling = self._reserve()
        self._sequence(step.steps)
        self._emit(End())
        self._code[handling] = Handling(group, self._here, self._stream(".failures"))

    def _never_fails(self, step: declared.Step) -> bool:
        """Whether a step may end a job only in ways that no second handling would mend."""
        if isinstance(step, declared.Visit):
            return step.patience is None and self._equipment.takes_everybody(step.at)
        return isinstance(step, NEVER_FAIL)

    def _branch(self, step: declared.Branch) -> None:
        branch, ways, ends = self._reserve(), list[int](), list[int]()
        for way in step.branch:
            ways.append(self._here)
            self._sequence(way.steps)
            ends.append(self._reserve())
        for end in ends:
            self._code[end] = Jump(self._here)
        upto = tuple(accumulate(way.share for way in step.branch))
        self._code[branch] = Branch(upto, tuple(ways), self._stream())

    def _parallel(self, step: declared.Parallel) -> None:
        fork, ways = self._reserve(), list[int]()
        for way in step.parallel:
            ways.append(self._here)
            self._sequence(way)
            self._emit(End())
        self._code[fork] = Fork(tuple(ways), self._here)

    def _retry(self, step: declared.Retry) -> None:
        first, timed_out = self._reserve(), self._reserve()
        self._sequence(step.steps)
        self._emit(End())
        asked = step.retry
        terms = Terms(asked.attempts, asked.timeout, asked.backoff, asked.factor, asked.jitter)
        budget = None if asked.budget is None else Budget(asked.budget)
        attempt = Attempt(terms, self._here, self._stream(".jitter"), budget)
        self._code[first], self._code[timed_out] = attempt, TimedOut(attempt)

    def _cache(self, step: declared.CacheStep) -> None:
        shelf = self._equipment.shelves[step.cache]
        lookup = self._reserve()
        miss = self._here
        self._sequence(step.miss)
        fill, hit = self._reserve(), self._here
        self._sequence(step.hit)
        self._code[lookup] = Lookup(shelf, hit, miss)
        self._code[fill] = Fill(shelf, self._here)

    def _test(self, step: declared.OnlyIf) -> Callable[[int, int], bool]:
        if isinstance(step.only_if, declared.Moved):
            return self._registers.moved(step.only_if.moved)
        flags = self._registers.watched
        return lambda entity, born: bool(flags[entity])

    def _start(self, flow: int) -> None:
        number = self._starts[flow] = self._starts.get(flow, -1) + 1
        self._emit(Start(flow, number))

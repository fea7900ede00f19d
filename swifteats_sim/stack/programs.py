"""From a flow's declared steps to the program that its jobs run: nested steps become jumps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter
from itertools import accumulate, count

from swifteats_sim.engine.batching import Depart, Gather, Scatter, Tray
from swifteats_sim.engine.branching import Branch, Fork, Jump
from swifteats_sim.engine.caching import Fill, Lookup
from swifteats_sim.engine.consuming import Consume, Handled, Handling
from swifteats_sim.engine.flow import Step
from swifteats_sim.engine.holding import Acquire, GaveUp, Release, Serve
from swifteats_sim.engine.legs import Movement
from swifteats_sim.engine.offline import Answered
from swifteats_sim.engine.placement import OfDriver, OfKey
from swifteats_sim.engine.publishing import Place
from swifteats_sim.engine.registers import Registers
from swifteats_sim.engine.retrying import Attempt, Budget, Terms, TimedOut
from swifteats_sim.engine.steps import Delay, End, Fail, Flagged, Fresh, KeepNewest, OnlyIf, Send, Start, Visit
from swifteats_sim.engine.streaming import Deliver
from swifteats_sim.engine.streams import Stream, Streams
from swifteats_sim.scenario import steps as declared
from swifteats_sim.scenario.flows import GPS, Flow
from swifteats_sim.scenario.paths import fed, sent_by_drivers
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.stack.equipment import Equipment
from swifteats_sim.stack.laws import law_of

BRANCHES = 128
"""More than a sequence has steps, a step ways and a `repeat` rounds."""
PRIME = (1 << 61) - 1
NEVER_FAIL = (
    declared.Delay, declared.Branch, declared.Send, declared.Deliver, declared.KeepNewest, declared.KeepLatest,
    declared.OnlyIf, declared.Fresh, declared.Start,
)  # fmt: skip


class Compiler:
    """The program of one flow while it grows.

    numbers : of the flows in the loop, by name; starts : numbers for all steps that start flows. of_drivers : whether
    the flow's entities are drivers; strangers : the flow's number, if no client of it comes twice.
    """

    def __init__(
        self, name: str, equipment: Equipment, registers: Registers, streams: Streams,
        numbers: Mapping[str, int], starts: Iterator[int] | None = None,
        of_drivers: bool = False, strangers: int | None = None,
    ) -> None:  # fmt: skip
        self._code: list[Step] = []
        self._answers = False
        self._name, self._equipment, self._registers = name, equipment, registers
        self._streams, self._numbers = streams, numbers
        self._starts = starts or count(1)
        self._of_drivers, self._strangers = of_drivers, strangers
        self._consumed = False

    def program(self, flow: Flow) -> tuple[Step, ...]:
        """The flow's program."""
        self._answers = flow.offline is not None
        self._sequence(flow.steps, 0)
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

    def _sequence(self, steps: tuple[declared.Step, ...], root: int) -> None:
        """Append a sequence. root : place of what it belongs to; each step has its own below it."""
        for number, step in enumerate(steps):
            self._step(step, below(root, number))

    def _step(self, step: declared.Step, place: int) -> None:
        """Append what one declared step means; rules are not among them: they decide.

        place : of the step in what its author declared: what it draws depends on that alone.
        """
        match step:
            case declared.Visit():
                self._visit(step, place)
            case declared.Delay():
                self._emit(Delay(law_of(step.delay), self._stream(), place))
            case declared.LimitBy():
                self._emit(replace(self._equipment.limits[step.limit], strangers=self._strangers))
            case declared.Place():
                self._place(step.place)
            case declared.Consume():
                self._consume(step, place)
            case declared.Hold():
                pool = self._equipment.pools[step.hold.pool]
                self._emit(Acquire(pool, step.hold.timeout), GaveUp(pool))
                self._sequence(step.steps, place)
                self._emit(Release(pool))
            case declared.Branch():
                self._branch(step, place)
            case declared.Parallel():
                self._parallel(step, place)
            case declared.Retry():
                self._retry(step, place)
            case declared.CacheStep():
                self._cache(step, place)
            case declared.Batch():
                tray = Tray(step.batch.size, step.batch.every, self._consumed)
                self._emit(Gather(tray), Depart(tray))
                self._sequence(step.steps, place)
                self._emit(Scatter())
            case declared.Repeat():
                for number in range(step.repeat):
                    self._sequence(step.steps, below(place, number))
            case declared.Fail():
                self._emit(Fail(step.fail, self._stream(), place))
            case declared.Send():
                self._emit(Send(step.send))
            case declared.Deliver():
                follower = self._registers.follower if self._of_drivers else None
                self._emit(Deliver(self._equipment.connections[step.deliver], follower))
            case declared.KeepNewest():
                self._emit(KeepNewest(self._registers.known_fix))
            case declared.KeepLatest():
                self._emit(KeepNewest(self._registers.known_fix, guarded=False))
            case declared.OnlyIf():
                self._only_if(step)
            case declared.Fresh():
                self._emit(Fresh(step.fresh))
            case declared.Start():
                self._start(self._numbers[step.start])
            case _:
                raise AssertionError(step)

    def _visit(self, step: declared.Visit, place: int) -> None:
        law = law_of(step.service)
        if step.at in self._equipment.desks:
            desk = self._equipment.desks[step.at]
            self._emit(Acquire(desk.queue, None, step.priority), GaveUp(desk.queue))
            self._emit(Serve(desk.usage, law, self._stream(), place), Release(desk.queue))
            return
        patience = None if step.patience is None else (law_of(step.patience), self._stream(".patience"))
        scan = None if step.scan is None else self._equipment.connections[step.scan]
        self._emit(Visit(self._equipment.stations[step.at], law, self._stream(), patience, scan, place))

    def _place(self, name: str) -> None:
        equipment = self._equipment
        geos = self._registers.geos if self._of_drivers else None
        placement, traffic, leaders = equipment.topics[name].placement, equipment.traffic[name], equipment.leaders[name]
        partition = OfKey(placement) if geos is None else OfDriver(placement, geos)
        self._emit(Place(partition, traffic, leaders, geos))
        self._answer()

    def _consume(self, step: declared.Consume, place: int) -> None:
        self._consumed = True  # never False again: whoever has been consumed keeps the server that had it in hand
        group = self._equipment.groups[step.consume]
        self._emit(Consume(group, self._stream(".duplicates"), place))
        if group.is_reliable and all(self._never_fails(inner) for inner in declared.flat(step.steps)):
            self._sequence(step.steps, place)
            self._emit(Handled(group))
            return
        handling = self._reserve()
        self._sequence(step.steps, place)
        self._emit(End())
        self._code[handling] = Handling(group, self._here, self._stream(".failures"), place)

    def _never_fails(self, step: declared.Step) -> bool:
        """Whether a step may end a job only in ways that no second handling would mend."""
        if isinstance(step, declared.Visit):
            return step.patience is None and self._equipment.takes_everybody(step.at)
        return isinstance(step, NEVER_FAIL)

    def _branch(self, step: declared.Branch, place: int) -> None:
        branch, ways, ends = self._reserve(), list[int](), list[int]()
        for number, way in enumerate(step.branch):
            ways.append(self._here)
            self._sequence(way.steps, below(place, number))
            ends.append(self._reserve())
        for end in ends:
            self._code[end] = Jump(self._here)
        upto = tuple(accumulate(way.share for way in step.branch))
        self._code[branch] = Branch(upto, tuple(ways), self._stream(), place)

    def _parallel(self, step: declared.Parallel, place: int) -> None:
        fork, ways = self._reserve(), list[int]()
        for number, way in enumerate(step.parallel):
            ways.append(self._here)
            self._sequence(way, below(place, number))
            self._emit(End())
        self._code[fork] = Fork(tuple(ways), self._here)

    def _retry(self, step: declared.Retry, place: int) -> None:
        first, timed_out = self._reserve(), self._reserve()
        self._sequence(step.steps, place)
        self._emit(End())
        asked = step.retry
        terms = Terms(asked.attempts, asked.timeout, asked.backoff, asked.factor, asked.jitter)
        budget = None if asked.budget is None else Budget(asked.budget)
        attempt = Attempt(terms, self._here, self._stream(".jitter"), budget, place)
        self._code[first], self._code[timed_out] = attempt, TimedOut(attempt)

    def _cache(self, step: declared.CacheStep, place: int) -> None:
        shelf = self._equipment.shelves[step.cache]
        lookup = self._reserve()
        miss = self._here
        self._sequence(step.miss, below(place, 0))
        fill, hit = self._reserve(), self._here
        self._sequence(step.hit, below(place, 1))
        self._code[lookup] = Lookup(shelf, hit, miss, place)
        self._code[fill] = Fill(shelf, self._here)

    def _only_if(self, step: declared.OnlyIf) -> None:
        if not isinstance(step.only_if, declared.Moved):
            self._emit(OnlyIf(Flagged(self._registers.watched)))
        elif self._registers.legs is not None:  # otherwise everybody is always on the move
            self._emit(OnlyIf(Movement(self._registers.legs, step.only_if.moved)))

    def _start(self, flow: int) -> None:
        self._emit(Start(flow, next(self._starts)))


def below(place: int, number: int) -> int:
    """The place of step, way or round `number` of what stands at a place; places of very deep nesting are folded."""
    return (place * BRANCHES + number + 1) % PRIME


def of_drivers(stack: Stack) -> frozenset[str]:
    """Flows all of whose jobs come from drivers: their own, and all that those alone start."""
    starters: dict[str, list[str]] = {name: [] for name in stack.flows}
    for name in stack.flows:
        for other in stack.started_by(name):
            starters[other].append(name)
    found = set[str]()
    for name in TopologicalSorter(starters).static_order():
        flow = stack.flows[name]
        own = flow.clients == "drivers" or (name == GPS and sent_by_drivers(flow))
        started = bool(starters[name]) and not fed(name, flow)
        if (own or started) and found.issuperset(starters[name]):
            found.add(name)
    return frozenset(found)

"""Small random programs: no job is lost or made, everything is given back, and nobody can tell how often the loop was
advanced."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import Any, NamedTuple

from engine_bench import STREAM, Watched, counts, desk, every
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.batching import Depart, Gather, Scatter, Tray
from swifteats_sim.engine.branching import Branch, Fork, Jump
from swifteats_sim.engine.cache import TtlCache
from swifteats_sim.engine.caching import Fill, Lookup, Shelf
from swifteats_sim.engine.consuming import Consume, Handling
from swifteats_sim.engine.group import Delivery, Group
from swifteats_sim.engine.holding import Acquire, GaveUp, Release
from swifteats_sim.engine.job import Job, Step
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.membership import Membership
from swifteats_sim.engine.offline import Answered, Offline, Terms
from swifteats_sim.engine.publishing import Leaders, Place
from swifteats_sim.engine.resource import Ceiling, Holding, Resource
from swifteats_sim.engine.retrying import Attempt, Budget, TimedOut
from swifteats_sim.engine.retrying import Terms as RetryTerms
from swifteats_sim.engine.steps import Delay, End, Fail, Flagged, Fresh, KeepNewest, OnlyIf, Send, Start, Visit
from swifteats_sim.engine.traffic import Traffic

SPAN = (50, 300)
OVER = 10**7
"""By then everybody has gone home: sources are switched off at 400."""
SHORT = Law([("uniform", (0.0, 12e-9), ())], 6e-9)
LONG = Law([("uniform", (0.0, 60e-9), ())], 30e-9)

PLAIN = st.sampled_from(
    [
        "shared", "turns", "partition", "impatient", "delay", "place", "newest", "latest", "only_if", "fresh", "fail",
        "send", "start", "answer",
    ]
)  # fmt: skip
NAMES = (
    "hold", "try_hold", "wait_hold", "branch", "fork", "retry", "budgeted", "cache", "flight", "batch", "tick",
    "consume",
)  # fmt: skip
Shape = Any
"""A plain step's name, or (name, shapes of its inside)."""
SHAPES = st.recursive(
    PLAIN, lambda inside: st.tuples(st.sampled_from(NAMES), st.lists(inside, max_size=3)), max_leaves=8
)


class Plan(NamedTuple):
    """A small random stack, and how its clients behave."""

    steps: list[Shape]
    child: list[Shape]
    phases: list[int]
    switches: list[tuple[int, bool, int]]
    limit: int | None
    offline: bool
    awaited: bool
    auto_commit: int | None
    crashes: list[tuple[int, int, int]]


PLANS = st.builds(
    Plan,
    st.lists(SHAPES, min_size=1, max_size=4),
    st.lists(SHAPES, max_size=2),
    st.lists(st.integers(0, 19), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 350)), max_size=8),
    st.sampled_from([None, 0, 1, 3]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, 30]),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 300), st.integers(1, 60)), max_size=2),
)


class Seen(Watched):
    """A flow that adds up what its jobs say about themselves."""

    total = 0

    def end(self, job: Job, outcome: int, now: int) -> None:
        super().end(job, outcome, now)
        self.total += max(0, min(now, SPAN[1]) - min(max(job.entered, SPAN[0]), SPAN[1]))


class Stack:
    """What a plan means."""

    def __init__(self, plan: Plan) -> None:
        self.flags, self.known = bytearray(5), array("q", [-1] * 5)
        ceiling = Ceiling(2)
        self.pools = [Resource(name, 2, Holding(*SPAN), ceiling) for name in ("hold", "try_hold", "wait_hold")]
        self.stations = {
            "shared": desk(plan.limit), "turns": desk(plan.limit, "round_robin", 2),
            "partition": desk(plan.limit, "partition", 2), "impatient": desk(plan.limit),
        }  # fmt: skip
        self.traffic = Traffic(*SPAN)
        self.group = Group(
            Membership(2, 3, 15, 3, plan.crashes), Delivery(plan.awaited, plan.auto_commit, 0.1, 0.1, 2), self.traffic
        )
        self.shelves = {name: Shelf(name, TtlCache(*SPAN, 20), name == "flight") for name in ("cache", "flight")}
        self.budget = Budget(0.5)
        self.trays = list[Tray]()
        self.around = list[str]()
        flows = (
            Seen(*self.sequence(plan.steps, 0), name="parent", span=SPAN),
            Seen(*self.sequence(plan.child, 0, False), name="child", span=SPAN),
        )
        phases = array("q", plan.phases)
        source = Offline(20, phases, Terms(LONG, LONG, 3, 2, STREAM)) if plan.offline else every(20, *plan.phases)
        self.loop = Loop(flows, {0: source})
        self.flows = flows
        self.group.watch(self.loop)
        for entity in range(len(plan.phases)):
            self.loop.switch_on(0, entity, 0)
        for entity, on, at in plan.switches:
            self.loop.write(self.flags, entity, on, at)
            if entity < len(plan.phases):
                (self.loop.switch_on if on else self.loop.switch_off)(0, entity, at)
        for entity in range(len(plan.phases)):
            self.loop.switch_off(0, entity, 400)

    def sequence(self, shapes: list[Shape], at: int, starts: bool = True) -> list[Step]:
        code = list[Step]()
        for shape in shapes:
            name, inside = shape if isinstance(shape, tuple) else (shape, [])
            here = at + len(code)
            if name not in NAMES:
                code.append(self.plain(name, starts))
            elif self.would_wait_for_itself(name):
                code.append(self.plain("delay", starts))
            else:
                self.around.append(name)
                code += self.nested(name, inside, here, starts)
                self.around.pop()
        return code

    def would_wait_for_itself(self, name: str) -> bool:
        """Who fills a key or handles a message must not wait for another who does: that is a deadlock, also here."""
        return name in ("flight", "consume") and any(outer in ("flight", "consume") for outer in self.around)

    def plain(self, name: str, starts: bool) -> Step:
        if name in self.stations:
            patience = (SHORT, STREAM) if name == "impatient" else None
            return Visit(self.stations[name], SHORT, STREAM, patience)
        steps: dict[str, Step] = {
            "delay": Delay(SHORT, STREAM),
            "place": Place(lambda job: (job.entity + job.index) % 3, self.traffic, Leaders(((120, 20),), 5)),
            "newest": KeepNewest(self.known),
            "latest": KeepNewest(self.known, guarded=False),
            "only_if": OnlyIf(Flagged(self.flags)),
            "fresh": Fresh(30),
            "fail": Fail(0.3, STREAM),
            "send": Send(10),
            "start": Start(1) if starts else Send(1),
            "answer": Answered(),
        }
        return steps[name]

    def nested(self, name: str, inside: list[Shape], at: int, starts: bool) -> list[Step]:
        if name in ("branch", "fork"):
            return self.ways(name, inside, at, starts)
        if name in ("cache", "flight"):
            body = self.sequence(inside, at + 1, starts)
            after = at + 2 + len(body)
            return [Lookup(self.shelves[name], after, at + 1), *body, Fill(self.shelves[name], after)]
        body = self.sequence(inside, at + 2, starts)
        after = at + 3 + len(body)
        if name in ("batch", "tick"):
            self.trays.append(Tray(3 if name == "batch" else None, 25))
            return [Gather(self.trays[-1]), Depart(self.trays[-1]), *body, Scatter()]
        if name in ("retry", "budgeted"):
            terms = RetryTerms(3, 15, 4, 2.0, 0.5)
            attempt = Attempt(terms, after, STREAM, self.budget if name == "budgeted" else None)
            return [attempt, TimedOut(attempt), *body, End()]
        if name == "consume":
            return [Consume(self.group, STREAM), Handling(self.group, after, STREAM), *body, End()]
        pool, timeout = {"hold": (0, 60), "try_hold": (1, 0), "wait_hold": (2, 9)}[name]
        return [Acquire(self.pools[pool], timeout), GaveUp(self.pools[pool]), *body, Release(self.pools[pool])]

    def ways(self, name: str, inside: list[Shape], at: int, starts: bool) -> list[Step]:
        begins, body = list[int](), list[Step]()
        for shape in inside or ["delay"]:
            begins.append(at + 1 + len(body))
            body += [*self.sequence([shape], at + 1 + len(body), starts), End()]
        after = at + 1 + len(body)
        if name == "fork":
            return [Fork(tuple(begins), after), *body]
        body = [Jump(after) if at + 1 + place + 1 in (*begins[1:], after) else step for place, step in enumerate(body)]
        return [Branch(tuple(accumulate([1 / len(begins)] * len(begins))), tuple(begins), STREAM), *body]

    def history(self) -> object:
        """All that a run leaves behind."""
        flows = [
            (flow.ends, flow.sample, flow.born, counts(flow), flow.in_flight, flow.presence, flow.waits,
             flow.latencies, flow.attempts, flow.wasted, flow.messages, flow.stale)
            for flow in self.flows
        ]  # fmt: skip
        pools = [
            (pool.used, pool.holding.held, pool.holding.wait, pool.holding.takes, pool.holding.refused)
            for pool in self.pools
        ]
        stations = [
            (station.usage.busy, station.usage.wait, station.usage.visits) for station in self.stations.values()
        ]
        traffic = self.traffic
        topic = (traffic.waited, traffic.lost, traffic.duplicates, traffic.dead, traffic.delays)
        caches = [(shelf.cache.reads, shelf.cache.hits, shelf.cache.stampedes) for shelf in self.shelves.values()]
        return flows, pools, stations, topic, caches, list(self.known), self.loop.events


@settings(max_examples=300, deadline=None)
@given(PLANS, st.lists(st.integers(0, 500), max_size=30))
def test_many_small_advances_are_one_big_one(plan: Plan, cuts: list[int]) -> None:
    whole, pieces = Stack(plan), Stack(plan)
    whole.loop.advance(500)
    for cut in (*sorted(cuts), 500):
        pieces.loop.advance(cut)
    assert pieces.history() == whole.history()


@settings(max_examples=300, deadline=None)
@given(PLANS, st.integers(0, 500))
def test_jobs_born_have_ended_or_are_in_flight(plan: Plan, until: int) -> None:
    stack = Stack(plan)
    stack.loop.advance(until)
    for flow in stack.flows:
        assert flow.in_flight >= 0
        ended = sum(counts(flow).values())
        assert ended <= flow.born
        assert plan.offline or flow.born <= ended + flow.in_flight  # else clients may keep some
        assert counts(flow).get("completed", 0) == len(flow.sample) == flow.latency.number
        assert all(now < until for now, _, _ in flow.ends)
        assert flow.latency.total == sum(flow.latencies)
        assert flow.wait.total == sum(flow.waits)


@settings(max_examples=300, deadline=None)
@given(PLANS)
def test_when_all_is_over_everything_is_given_back(plan: Plan) -> None:
    stack = Stack(plan)
    stack.loop.advance(OVER)
    for flow in stack.flows:
        assert flow.in_flight == 0
        assert flow.born == sum(counts(flow).values())
        # Little: time in flight, seen from the flow, is what its jobs spent in it.
        assert flow.presence == flow.total
    for pool in stack.pools:
        assert (pool.used, pool.holding.waiting.value, pool.waiting_since()) == (0, 0, [])
    assert stack.traffic.waiting == 0
    assert all(shelf.waiting == {} for shelf in stack.shelves.values())
    assert not any(shelf.cache.is_filling(key) for shelf in stack.shelves.values() for key in range(5))
    assert all(tray.is_empty for tray in stack.trays)

"""What flows ask of each part of a stack: jobs are followed through their steps, and what they meet is added up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from swifteats_sim.forecast.batch_rates import batches
from swifteats_sim.forecast.facts import HopelessAttempt
from swifteats_sim.forecast.passage import attempts_of
from swifteats_sim.forecast.setting import Setting, attempts, most_attempts
from swifteats_sim.scenario import steps as s
from swifteats_sim.scenario.quantities import SECOND

Pair = tuple[str, str]


def _sums() -> defaultdict[str, float]:
    return defaultdict(float)


def _sums_of_pairs() -> defaultdict[Pair, float]:
    return defaultdict(float)


@dataclass
class Loads:
    """Sums over all flows.

    visits : by (station, flow), /s; busy : servers by (station, topic whose partition decides, or "").
    takes, held : of a pool, /s and connections; placed : messages/s by (topic, flow); consuming : consumers busy by
    (topic, flow); reads : by (cache, flow), /s; behind : the caches that such a read has missed before.
    asked : by (limit, flow), /s; sent : messages/s by stream; started : jobs/s by flow; born : the least s that a
    started job is old; brought : the topic it was placed in.
    """

    visits: defaultdict[Pair, float] = field(default_factory=_sums_of_pairs)
    busy: defaultdict[Pair, float] = field(default_factory=_sums_of_pairs)
    takes: defaultdict[str, float] = field(default_factory=_sums)
    held: defaultdict[str, float] = field(default_factory=_sums)
    placed: defaultdict[Pair, float] = field(default_factory=_sums_of_pairs)
    consuming: defaultdict[Pair, float] = field(default_factory=_sums_of_pairs)
    reads: defaultdict[Pair, float] = field(default_factory=_sums_of_pairs)
    behind: dict[Pair, tuple[str, ...]] = field(default_factory=dict)
    asked: defaultdict[Pair, float] = field(default_factory=_sums_of_pairs)
    sent: defaultdict[str, float] = field(default_factory=_sums)
    started: defaultdict[str, float] = field(default_factory=_sums)
    born: dict[str, float] = field(default_factory=dict)
    brought: dict[str, str] = field(default_factory=dict)
    hopeless: list[HopelessAttempt] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where a job stands. age : least s since its birth; topic : it was placed in last; missed : caches, in turn."""

    age: float = 0.0
    topic: str = ""
    missed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Follower:
    """Follows the jobs of one flow. storm : every attempt that a retry allows is made."""

    flow: str
    setting: Setting
    loads: Loads
    storm: bool = False

    def follow(self, steps: tuple[s.Step, ...], rate: float, place: Place) -> Place:
        """Jobs that come `rate` times a second; where those who come through stand."""
        for step in steps:
            passage = self.setting.step(step, rate)
            place = self._meet(step, rate, place)
            place = replace(place, age=place.age + passage.least)
            rate *= passage.through
        return place

    def _meet(self, step: s.Step, rate: float, place: Place) -> Place:
        """Add up what one step asks for; the place of those behind it, but for their age."""
        loads = self.loads
        match step:
            case s.Visit():
                self._visit(step, rate, place)
            case s.RuleStep():
                self.effects(step.rule, rate)
            case s.LimitBy():
                loads.asked[step.limit, self.flow] += rate
            case s.Place():
                loads.placed[step.place, self.flow] += rate
                return replace(place, topic=step.place)
            case s.Consume():
                return self._consume(step, rate, place)
            case s.Deliver():
                loads.sent[step.deliver] += rate
            case s.Start():
                self._start(step.start, rate, place)
            case _:
                return self._within(step, rate, place)
        return place

    def _within(self, step: s.Step, rate: float, place: Place) -> Place:
        """Steps that hold others."""
        match step:
            case s.Hold():
                self.loads.takes[step.hold.pool] += rate
                self.loads.held[step.hold.pool] += rate * self.setting.passage(step.steps, rate).mean
                return self._inside(step.steps, rate, place)
            case s.Branch():
                ends = [self._inside(way.steps, rate * way.share, place) for way in step.branch]
                return ends[-1]
            case s.Parallel():
                for steps in step.parallel:
                    self._inside(steps, rate, place)
            case s.Retry():
                return self._retry(step, rate, place)
            case s.CacheStep():
                return self._read(step, rate, place)
            case s.Batch():
                return self._inside(step.steps, batches(step.batch, rate), place)
            case s.Repeat():
                through = self.setting.passage(step.steps, rate).through
                return self._inside(step.steps, rate * attempts_of(through, step.repeat), place)
        return place

    def _inside(self, steps: tuple[s.Step, ...], rate: float, place: Place) -> Place:
        """Follow nested steps; they are counted once, so the age goes on from the step that holds them."""
        return replace(self.follow(steps, rate, place), age=place.age, missed=place.missed)

    def _visit(self, visit: s.Visit, rate: float, place: Place) -> None:
        by_partition = self.setting.stack.stations[visit.at].balancing == "partition"
        self.loads.visits[visit.at, self.flow] += rate
        self.loads.busy[visit.at, place.topic if by_partition else ""] += rate * self.setting.service(visit)

    def effects(self, rule: str, rate: float) -> None:
        """The effects of a rule that runs `rate` times a second."""
        for kind, count in self.setting.rules[rule].items():
            times = self.setting.payments if kind == "call_payment" else 1.0
            self.follow(self.setting.costs(kind), rate * count * times, Place())

    def _consume(self, consume: s.Consume, rate: float, place: Place) -> Place:
        topic = self.setting.stack.topics[consume.consume]
        once = self.setting.handled(consume, rate)
        handlings = rate * (1.0 + topic.duplicates) * attempts_of(once.failed, topic.attempts)
        self.loads.consuming[consume.consume, self.flow] += handlings * once.mean
        return self._inside(consume.steps, handlings, place)

    def _retry(self, retry: s.Retry, rate: float, place: Place) -> Place:
        terms = retry.retry
        attempt = self.setting.attempt(retry, rate)
        if terms.timeout is not None and attempt.least > terms.timeout / SECOND:
            self.loads.hopeless.append(HopelessAttempt(self.flow, terms.timeout / SECOND, attempt.least))
        times = most_attempts(terms) if self.storm else attempts(attempt, terms)
        return self._inside(retry.steps, rate * times, place)

    def _read(self, step: s.CacheStep, rate: float, place: Place) -> Place:
        pair, hits = (step.cache, self.flow), self.setting.hits.get(step.cache, 0.0)
        self.loads.reads[pair] += rate
        self.loads.behind.setdefault(pair, place.missed)
        self._inside(step.hit, rate * hits, place)
        missed = replace(place, missed=(*place.missed, step.cache))
        return replace(self._inside(step.miss, rate * (1.0 - hits), missed), missed=place.missed)

    def _start(self, flow: str, rate: float, place: Place) -> None:
        loads = self.loads
        loads.started[flow] += rate
        loads.born[flow] = min(loads.born.get(flow, place.age), place.age)
        if place.topic:
            loads.brought[flow] = place.topic

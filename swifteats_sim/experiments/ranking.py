"""Several scenarios on common random numbers, replicated until the best is known with a stated probability."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from swifteats_sim.experiments.processes import Tick
from swifteats_sim.experiments.rehearsal import declared
from swifteats_sim.experiments.replications import replicate
from swifteats_sim.results import Estimate, Tables, digest, growths, measure
from swifteats_sim.results.names import backlogs_of, unit_of_name
from swifteats_sim.results.ranking import Rules, settle, still_in
from swifteats_sim.results.statistics import estimate
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.precision import LEAST, MOST
from swifteats_sim.simulation import Engine, Growing, make_ready

STEP = 5
"""Replications that a round brings."""
_FORMAT = "swifteats-sim ranking 1"


class NoValue(ValueError):
    """A replication in which the metric has no value: what happened in the others would flatter the alternative."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    metric : full name; least : whether less is better; indifference : the difference worth seeing, in the metric's
    unit, or as a share of the best mean after the first replications where `relative`; probability : of being right;
    most : replications of each at most.
    """

    metric: str
    least: bool
    indifference: float = 0.02
    relative: bool = True
    probability: float = 0.95
    most: int = MOST

    @property
    def unit(self) -> str:
        """As in the catalogue."""
        return unit_of_name(self.metric)


class Alternative(NamedTuple):
    """A scenario in a ranking. label : what it is called there."""

    label: str
    scenario: Scenario


@dataclass
class Runner:
    """An alternative while the ranking goes. left_after : replications after which it was out."""

    alternative: Alternative
    values: list[float] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    saturated: bool = False
    left_after: int | None = None

    @property
    def estimate(self) -> Estimate:
        """Of its values, all of them."""
        return estimate(self.values)


@dataclass(frozen=True)
class Ranking:
    """What came of it.

    indifference : in the metric's unit; runners : as given; best : the number of the one picked, None where the cap was
    met first; longest : replications after which it would be known whatever comes.
    """

    question: Question
    indifference: float
    runners: tuple[Runner, ...]
    best: int | None
    longest: int

    @property
    def order(self) -> tuple[int, ...]:
        """The alternatives from the best on: who stayed longer first, then by mean."""
        sign = 1 if self.question.least else -1

        def rank(number: int) -> tuple[bool, float, float]:
            runner = self.runners[number]
            left = math.inf if runner.left_after is None else runner.left_after
            return number != self.best, -left, sign * runner.estimate.value

        return tuple(sorted(range(len(self.runners)), key=rank))

    @property
    def digest(self) -> str:
        """SHA-256 over all that was recorded, as 64 hex digits."""
        every = [text for runner in self.runners for text in (runner.alternative.label, *runner.digests)]
        return hashlib.sha256("\n".join((_FORMAT, *every)).encode()).hexdigest()


Between = Callable[[int, tuple[str, ...]], None]
"""Told (replications, who is still in play) after each round."""


def rank(
    alternatives: Sequence[Alternative],
    question: Question,
    workers: int = 1,
    tick: Tick = lambda replication, now: None,
    engine: Engine = "compiled",
    growing: Growing = lambda streets, grown, of: None,
    told: Between = lambda replications, left: None,
) -> Ranking:
    """Pick the best of alternatives that have one seed, so that replication k of all has the same random numbers.

    Rounds depend on values alone: the number of processes changes nothing. NoValue where a replication has no value.
    """
    runners = tuple(Runner(each) for each in alternatives)
    for each in alternatives:
        make_ready(each.scenario, workers, growing)
    count, in_play = min(LEAST, question.most), tuple(range(len(runners)))
    rules: Rules | None = None
    while True:
        for number in in_play:
            _run(runners[number], question, range(len(runners[number].values), count), (workers, tick, engine))
        sign = -1.0 if question.least else 1.0
        values = {number: [sign * value for value in runners[number].values] for number in in_play}
        rules = rules or settle(list(values.values()), _difference(runners, question), question.probability)
        stay = still_in(values, rules)
        for number in in_play:
            runners[number].left_after = None if number in stay else count
        in_play = stay
        told(count, tuple(runners[number].alternative.label for number in in_play))
        if len(in_play) == 1 or count >= question.most:
            best = in_play[0] if len(in_play) == 1 else None
            return Ranking(question, rules.indifference, runners, best, rules.longest(in_play))
        count = min(count + STEP, question.most)


def _difference(runners: Sequence[Runner], question: Question) -> float:
    """The indifference in the metric's unit. Of alternatives that are all 0 any would do."""
    if not question.relative:
        return question.indifference
    means = [runner.estimate.value for runner in runners]
    best = abs(min(means) if question.least else max(means))
    return question.indifference * (best or max(map(abs, means)) or 1.0)


def _run(runner: Runner, question: Question, numbers: range, how: tuple[int, Tick, Engine]) -> None:
    """Its replications of these numbers, in order."""
    scenario, (workers, tick, engine), found = runner.alternative.scenario, how, dict[int, tuple[float | None, str]]()

    def hear(replication: int, record: Tables) -> None:
        found[replication] = measure(record).get(question.metric), digest([record], declared(scenario))
        grown = growths(record)
        backlogs = backlogs_of(question.metric, record.paths)
        runner.saturated |= any(grown[each].saturated for each in backlogs if each in grown)

    if numbers:
        replicate(scenario, workers, tick, engine, hear, numbers)
    for number in numbers:
        value, whole = found[number]
        if value is None:
            raise NoValue(f"{runner.alternative.label} has no {question.metric} in replication {number + 1}")
        runner.values.append(value)
        runner.digests.append(whole)

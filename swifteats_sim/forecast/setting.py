"""What passing the steps of one flow depends on, and the passage that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swifteats_sim.forecast.batch_rates import batch_wait, batches
from swifteats_sim.forecast.conditions import Conditions
from swifteats_sim.forecast.open_streams import OpenStream
from swifteats_sim.forecast.passage import Passage, attempts_of, either, repeated, together, tried
from swifteats_sim.forecast.playing import Counts
from swifteats_sim.scenario import steps as s
from swifteats_sim.scenario.distributions import Distribution
from swifteats_sim.scenario.effects import EffectVisit
from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.stack import Stack


@dataclass(frozen=True)
class Setting:
    """What passing the steps of one flow depends on.

    hits : expected ratio by cache; rules, payments : effects by rule, and attempts of a payment; clients : senders of
    the flow, None where no sender comes twice.
    """

    stack: Stack
    hits: Mapping[str, float]
    streams: Mapping[str, OpenStream]
    rules: Mapping[str, Counts]
    payments: float
    conditions: Conditions
    clients: int | None

    def passage(self, steps: tuple[s.Step, ...], rate: float) -> Passage:
        """Of jobs that enter `rate` times a second."""
        whole = Passage()
        for step in steps:
            whole = whole.then(self.step(step, rate * whole.through))
        return whole

    def step(self, step: s.Step, rate: float) -> Passage:
        """One step, with those inside it."""
        match step:
            case s.Visit():
                return Passage(mean=self.service(step), least=least_of(step.service))
            case s.Delay():
                return Passage(mean=mean_of(step.delay), least=least_of(step.delay))
            case s.RuleStep():
                return self._rule(step.rule)
            case s.LimitBy():
                through = self.admitted(step.limit, rate)
                return Passage(through, 1.0 - through)
            case s.Fail():
                return Passage(1.0 - step.fail, step.fail)
            case s.OnlyIf():
                return Passage(self.conditions.share(step))
            case s.Deliver():
                return Passage(self.streams[step.deliver].delivered)
            case s.Consume():
                return self._handling(step, rate)
            case s.Hold():
                return self.passage(step.steps, rate)
            case s.Branch():
                return either([(way.share, self.passage(way.steps, rate * way.share)) for way in step.branch])
            case s.Parallel():
                return together([self.passage(steps, rate) for steps in step.parallel])
            case s.Retry():
                return self._retried(step, rate)
            case s.CacheStep():
                hits = self.hits.get(step.cache, 0.0)
                hit, miss = self.passage(step.hit, rate * hits), self.passage(step.miss, rate * (1.0 - hits))
                return either([(hits, hit), (1.0 - hits, miss)])
            case s.Batch():
                wait = Passage(mean=batch_wait(step.batch, rate))
                return wait.then(self.passage(step.steps, batches(step.batch, rate)))
            case s.Repeat():
                return repeated(self.passage(step.steps, rate), step.repeat)
            case _:
                return Passage()

    def service(self, visit: s.Visit) -> float:
        """Mean service of a visit, s, with the connections it looks through."""
        return mean_of(visit.service) + (0.0 if visit.scan is None else self.streams[visit.scan].scan)

    def admitted(self, limit: str, rate: float) -> float:
        """Share of the jobs that finds a token."""
        owners = self.owners(limit)
        return 1.0 if owners is None or not rate else min(1.0, self.stack.limits[limit].rate * owners / rate)

    def owners(self, limit: str) -> int | None:
        """Buckets that the flow's jobs come upon; None where none is met twice."""
        addresses = self.stack.limits[limit].addresses
        if addresses is None or self.clients is None:
            return self.clients
        return min(addresses, self.clients)

    def attempt(self, retry: s.Retry, rate: float) -> Passage:
        """One attempt; one that cannot be done in time always fails."""
        inner = self.passage(retry.steps, rate)
        timeout = retry.retry.timeout
        if timeout is None:
            return inner
        limit = timeout / SECOND
        if inner.least > limit:
            return Passage(0.0, 1.0, limit, inner.least)
        return Passage(inner.through, inner.failed, min(inner.mean, limit), inner.least)

    def handled(self, consume: s.Consume, rate: float) -> Passage:
        """One handling of a message."""
        inner, failures = self.passage(consume.steps, rate), self.stack.topics[consume.consume].failures
        return Passage(
            inner.through * (1.0 - failures), inner.failed + inner.through * failures, inner.mean, inner.least
        )

    def _handling(self, consume: s.Consume, rate: float) -> Passage:
        """All handlings of a message, which are repeated at once when they fail."""
        once = self.handled(consume, rate)
        return tried(once, attempts_of(once.failed, self.stack.topics[consume.consume].attempts), 0.0)

    def _retried(self, retry: s.Retry, rate: float) -> Passage:
        once, terms = self.attempt(retry, rate), retry.retry
        pauses = sum(
            once.failed**number * terms.backoff / SECOND * terms.factor ** (number - 1) * (1.0 - terms.jitter / 2)
            for number in range(1, terms.attempts)
        )
        return tried(once, attempts(once, terms), pauses)

    def _rule(self, rule: str) -> Passage:
        whole = Passage()
        for kind, count in self.rules[rule].items():
            once = self.effect(kind)
            times = self.payments if kind == "call_payment" else 1.0
            whole = whole.then(Passage(mean=count * times * once.mean, least=count * once.least))
        return whole

    def effect(self, kind: str) -> Passage:
        """One effect of a rule."""
        return self.passage(self.costs(kind), 0.0)

    def costs(self, kind: str) -> tuple[EffectVisit | s.Delay, ...]:
        """What an effect is made of."""
        by_kind: dict[str, tuple[EffectVisit | s.Delay, ...]] = dict(self.stack.effects.items())
        return by_kind.get(kind, ())


def attempts(once: Passage, terms: s.RetryTerms) -> float:
    """Attempts that a job makes, on average."""
    return min(attempts_of(once.failed, terms.attempts), most_attempts(terms))


def most_attempts(terms: s.RetryTerms) -> float:
    """Attempts of a job when every one fails."""
    return terms.attempts if terms.budget is None else min(float(terms.attempts), 1.0 + terms.budget)


def mean_of(service: Mapping[str, Distribution]) -> float:
    """Mean of parts that add up, s."""
    return sum(part.mean for part in service.values())


def least_of(service: Mapping[str, Distribution]) -> float:
    """The least that parts can add up to, s."""
    return sum(_least(part) for part in service.values())


def _least(law: Distribution) -> float:
    if law.law in ("deterministic", "uniform"):
        return law.parameters[0]
    return law.values[0] if law.values else 0.0

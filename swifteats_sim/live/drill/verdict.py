"""The verdict on a drill: which promises were broken, and plain counts of what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from swifteats_sim.domain.messages import ITEMS, RESERVATIONS
from swifteats_sim.domain.states import CLOSED, OrderState
from swifteats_sim.live.drill.ends import attempts_of, cooked, doubled, left_behind, seconds_of, sold_of, states_of
from swifteats_sim.live.drill.plan import RESTAURANT, Plan
from swifteats_sim.live.drill.town import Town
from swifteats_sim.live.history.checking import check
from swifteats_sim.live.history.deeds import Deed
from swifteats_sim.live.history.trails import State


@dataclass(frozen=True)
class Evidence:
    """All that is known when a drill is over.

    start, end : all records; published, seen : requests in the topic and in dispatchers' hands, each as often as it
    lay there or came; letters : dead ones; faults : what services found impossible.
    """

    deeds: Sequence[Deed]
    start: State
    end: State
    published: Sequence[bytes]
    seen: Sequence[str]
    letters: Sequence[bytes]
    faults: Sequence[str]


@dataclass(frozen=True)
class Figures:
    """attempts : compare-and-sets; lost : deeds with such that came to nothing.

    double_assignments : by clocks, at least; oversold : portions; *_twice : copies of requests; seconds : from
    the first deed to the last.
    """

    orders: int
    delivered: int
    cancelled: int
    failed: int
    attempts: int
    lost: int
    double_assignments: int
    oversold: int
    published_twice: int
    seen_twice: int
    dead_letters: int
    seconds: float

    @property
    def attempts_per_second(self) -> float:
        """Compare-and-sets."""
        return self.attempts / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True)
class Verdict:
    """broken : each a sentence; none where all promises were kept."""

    plan: Plan
    figures: Figures
    broken: tuple[str, ...]

    @property
    def kept(self) -> bool:
        """Whether the platform's rules keep what they promise on these servers."""
        return not self.broken


def judge(plan: Plan, evidence: Evidence) -> Verdict:
    """Check the history, what is left behind, and the sums."""
    figures = _figures(plan, evidence)
    found = check(evidence.deeds, evidence.start, evidence.end, plan.stock)
    broken = [f"{violation.kind}: {violation.text}" for violation in found]
    return Verdict(plan, figures, (*_sums(figures), *_remains(plan, evidence), *broken))


def _figures(plan: Plan, evidence: Evidence) -> Figures:
    states = Counter(states_of(evidence.end).values())
    made, lost = attempts_of(evidence.deeds)
    return Figures(
        orders=states.total(),
        delivered=states[OrderState.DELIVERED], cancelled=states[OrderState.CANCELLED],
        failed=states[OrderState.FAILED], attempts=made, lost=lost,
        double_assignments=doubled(evidence.deeds), oversold=_oversold(plan, evidence),
        published_twice=len(evidence.published) - len(set(evidence.published)),
        seen_twice=len(evidence.seen) - len(set(evidence.seen)),
        dead_letters=len(evidence.letters), seconds=seconds_of(evidence.deeds),
    )  # fmt: skip


def _oversold(plan: Plan, evidence: Evidence) -> int:
    """Portions, of items cooked ahead, that were sold or are held or left and that nobody had cooked."""
    town, end = Town(plan), evidence.end
    gone = sold_of((key for key, state in states_of(end).items() if state == OrderState.DELIVERED), town.cart)
    for (table, key), record in end.items():
        if table == RESERVATIONS and isinstance(key, int) and states_of(end).get(key) != OrderState.DELIVERED:
            gone.update({line.item: line.quantity for line in record.fields["lines"]})
    made, over = cooked(evidence.deeds), 0
    for item in range(plan.items):
        left = end[ITEMS, (RESTAURANT, item)].fields["stock"]
        over += max(0, gone[item] + left - made[item] - plan.stock.most(item))
    return over


def _sums(figures: Figures) -> Iterator[str]:
    if figures.double_assignments:
        yield f"double assignments: {figures.double_assignments} times a driver had two orders, or an order two drivers"
    if figures.oversold:
        yield f"oversold: {figures.oversold} portions were sold that nobody had cooked"


def _remains(plan: Plan, evidence: Evidence) -> Iterator[str]:
    """Orders without an end, and what they left behind."""
    states = states_of(evidence.end)
    closed = sum(state in CLOSED for state in states.values())
    if closed < plan.total:
        yield f"unfinished: {plan.total - closed} of {plan.total} orders never came to their end"
    for what, keys in left_behind(evidence.end).items():
        if keys:
            yield f"left behind: {len(keys)} {what}, as {keys[0]}"
    for fault in evidence.faults:
        yield f"impossible: {fault}"
    hopeless = sum(state == OrderState.FAILED for state in states.values())
    if len(set(evidence.letters)) > hopeless:
        yield f"dead letters: {len(set(evidence.letters))} requests were set aside, of {hopeless} orders that failed"

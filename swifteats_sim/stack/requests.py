"""The path of a request through the stack: visits, waits, ways and rules in the scenario's order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

from swifteats_sim.domain.effects import Rule
from swifteats_sim.domain.messages import UNAVAILABLE, Cart, Refusal
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.limiting import Gate
from swifteats_sim.engine.streams import Stream
from swifteats_sim.scenario import steps as declared
from swifteats_sim.stack.costs import Cost
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.laws import law_of
from swifteats_sim.stack.passing import PRIME, Passing, pass_steps, refusal_of
from swifteats_sim.stack.pool import Pool
from swifteats_sim.stack.retries import Client, Retry, same_order
from swifteats_sim.stack.service import Caller, Process

RuleOf = Callable[[Cart], Rule[Refusal | None]]

STEPS, WAYS = 128, 64
"""More than the steps of a sequence and the ways of a step."""


PATIENT = Client(same_order(), same_order())
"""Clients whose tries all name the order."""


class OrderPath:
    """Carries a cart through the steps of flow `order`.

    rules : by name, as the steps name them; pools, gates (of limits) : by name; cost_of : what a visit costs. A draw's
    address is the order, the place of its step (see `_places`) and the attempt, so that a step more in one hold, way
    or retry moves no draw in another. A cart does not name its customer: limits know each order as a client of its own.
    """

    def __init__(
        self,
        steps: tuple[declared.Step, ...],
        runner: Runner,
        rules: Mapping[str, RuleOf],
        pools: Mapping[str, Pool],
        gates: Mapping[str, Gate],
        cost_of: Callable[[declared.Visit], Cost],
        stream: Stream,
        client: Client = PATIENT,
    ) -> None:
        """The path, ready to serve any number of carts at once. stream : of delays, branches and jitter."""
        self._runner, self._rules, self._pools, self._gates = runner, rules, pools, gates
        self._cost_of, self._stream, self._client = cost_of, stream, client
        self._steps = self._sequence(steps, 0)

    def serve(self, cart: Cart) -> Process:
        """Take the order: None, or the Refusal that ended it."""
        return refusal_of((yield from pass_steps(self._steps, cart, 0)))

    def _sequence(self, steps: tuple[declared.Step, ...], root: int) -> tuple[Passing, ...]:
        return tuple(self._compile(step, place) for step, place in zip(steps, _places(root), strict=False))

    def _ways(self, step: declared.Step, place: int) -> tuple[tuple[Passing, ...], ...]:
        """The sequences inside a step."""
        inside = enumerate(declared.children(step))
        return tuple(self._sequence(steps, (place * WAYS + way) % PRIME) for way, steps in inside)

    def _compile(self, step: declared.Step, place: int) -> Passing:
        match step:
            case declared.RuleStep():
                return self._rule(self._rules[step.rule], place)
            case declared.Visit():
                return self._visit(self._cost_of(step), place)
            case declared.Delay():
                return self._delay(law_of(step.delay), place)
            case declared.LimitBy():
                return self._limit(self._gates[step.limit])
            case declared.Hold():
                return self._hold(self._pools[step.hold.pool], step.hold.timeout, self._ways(step, place)[0])
            case declared.Branch():
                return self._branch([way.share for way in step.branch], self._ways(step, place), place)
            case declared.Parallel():
                return self._parallel(self._ways(step, place))
            case declared.Retry():
                return self._retry(step, self._ways(step, place)[0], place)
            case _:
                raise ValueError(f"not a step of an order: {step!r}")

    def _rule(self, rule: RuleOf, place: int) -> Passing:
        return lambda cart, attempt: self._runner.perform(rule(cart), Caller(cart.order, attempt, place))

    def _visit(self, cost: Cost, place: int) -> Passing:
        return lambda cart, attempt: self._runner.visit(cost, Caller(cart.order, attempt, place))

    def _delay(self, law: Law, place: int) -> Passing:
        def step(cart: Cart, attempt: int) -> Process:
            yield self._runner.clock.sleep(law.draw_ns(self._stream, cart.order, attempt, 0, place))

        return step

    def _limit(self, gate: Gate) -> Passing:
        def step(cart: Cart, attempt: int) -> Process:
            yield from ()
            self._runner.advance()
            return None if gate(cart.order, self._runner.clock.instant) else UNAVAILABLE

        return step

    def _hold(self, pool: Pool, timeout: int, steps: tuple[Passing, ...]) -> Passing:
        def step(cart: Cart, attempt: int) -> Process:
            if not (yield from pool.take(timeout)):
                return UNAVAILABLE
            try:
                return (yield from pass_steps(steps, cart, attempt))
            finally:
                pool.give_back()

        return step

    def _branch(self, shares: list[float], ways: tuple[tuple[Passing, ...], ...], place: int) -> Passing:
        upto = list(accumulate(shares))

        def step(cart: Cart, attempt: int) -> Process:
            way = bisect_right(upto, self._stream.uniform(cart.order, attempt, 0, place))
            return pass_steps(ways[min(way, len(ways) - 1)], cart, attempt)

        return step

    def _parallel(self, ways: tuple[tuple[Passing, ...], ...]) -> Passing:
        clock = self._runner.clock

        def step(cart: Cart, attempt: int) -> Process:
            passing = [clock.process(pass_steps(way, cart, attempt)) for way in ways]
            yield clock.all_of(passing)
            answers = [way.value for way in passing]
            other = next((answer for answer in answers if answer != cart), cart)
            return next((answer for answer in answers if isinstance(answer, Refusal)), other)

        return step

    def _retry(self, step: declared.Retry, steps: tuple[Passing, ...], place: int) -> Passing:
        client = self._client.order if _makes_orders(step) else self._client.part
        return Retry(step.retry, steps, self._runner.clock, self._stream, place, client)


def _makes_orders(retry: declared.Retry) -> bool:
    """Whether it is the order itself that is sent again, not a part of the way of an order that exists."""
    inside = declared.flat(retry.steps)
    return any(isinstance(step, declared.RuleStep) and step.rule == "create_order" for step in inside)


def _places(root: int) -> Iterator[int]:
    """The places of a sequence's steps, from 1 on; `root` : of the sequence, 0 for the path itself."""
    return ((root * STEPS + position) % PRIME for position in range(1, STEPS))

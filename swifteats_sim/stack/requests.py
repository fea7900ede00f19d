"""The path of a request through the stack: visits, holds and rules in the scenario's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import simpy

from swifteats_sim.domain.effects import Rule, Unavailable
from swifteats_sim.domain.messages import UNAVAILABLE, Cart, Refusal
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Stream
from swifteats_sim.scenario import stack as declared
from swifteats_sim.stack.effects import Caller, Cost, Process, Runner
from swifteats_sim.stack.laws import law_of

RuleOf = Callable[[Cart], Rule[Refusal | None]]


class OrderPath:
    """Carries a cart through the steps of flow `order`.

    rules : by name, as the steps name them; pools : by name; costs : of visits by station name.
    """

    def __init__(
        self,
        steps: tuple[declared.Step, ...],
        runner: Runner,
        rules: Mapping[str, RuleOf],
        pools: Mapping[str, simpy.Resource],
        cost_of: Callable[[declared.Visit, str], Cost],
        stream_of: Callable[[str], Stream],
    ) -> None:
        """The path, ready to serve any number of carts at once."""
        self._runner, self._rules, self._pools = runner, rules, pools
        self._cost_of, self._stream_of = cost_of, stream_of
        self._numbers = iter(range(1 << 16))
        self._steps = tuple(self._compile(step) for step in steps)

    def serve(self, cart: Cart) -> Process:
        """Take the order: None, or the Refusal that ended it."""
        return self._pass(self._steps, cart)

    def _pass(self, steps: tuple[Callable[[Cart], Process], ...], cart: Cart) -> Process:
        for step in steps:
            try:
                refusal = yield from step(cart)
            except Unavailable:
                return UNAVAILABLE
            if refusal is not None:
                return refusal
        return None

    def _compile(self, step: declared.Step) -> Callable[[Cart], Process]:
        number = next(self._numbers)
        if isinstance(step, declared.RuleStep):
            return self._rule(self._rules[step.rule], number)
        if isinstance(step, declared.Hold):
            return self._hold(step)
        if isinstance(step, declared.Visit):
            return self._visit(self._cost_of(step, "order"), number)
        assert isinstance(step, declared.Delay), step
        return self._delay(law_of(step.delay), number)

    def _rule(self, rule: RuleOf, number: int) -> Callable[[Cart], Process]:
        return lambda cart: self._runner.perform(rule(cart), Caller(cart.order, number))

    def _visit(self, cost: Cost, number: int) -> Callable[[Cart], Process]:
        def step(cart: Cart) -> Process:
            wait, service = self._runner.visit(cost, Caller(cart.order), number)
            yield self._runner.clock.sleep(wait + service)

        return step

    def _delay(self, law: Law, number: int) -> Callable[[Cart], Process]:
        stream = self._stream_of("flow.order")

        def step(cart: Cart) -> Process:
            yield self._runner.clock.sleep(law.draw_ns(stream, cart.order, 0, number))

        return step

    def _hold(self, hold: declared.Hold) -> Callable[[Cart], Process]:
        pool, timeout = self._pools[hold.hold.pool], hold.hold.timeout
        steps = tuple(self._compile(step) for step in hold.steps)

        def step(cart: Cart) -> Process:
            with pool.request() as connection:
                if not connection.triggered:
                    yield connection | self._runner.clock.sleep(timeout)
                    if not connection.triggered:
                        return UNAVAILABLE
                return (yield from self._pass(steps, cart))

        return step

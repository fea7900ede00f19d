"""The life of an order: the platform takes it, the customer pays and waits, or gives up."""

from __future__ import annotations

from collections.abc import Mapping

from swifteats_sim.city.demand import TWIN_STRIDE, Plan
from swifteats_sim.domain import orders
from swifteats_sim.domain.effects import Rule
from swifteats_sim.domain.messages import ENDED, IMPATIENT, UNAVAILABLE, AssignmentRequest, Cart, Refusal
from swifteats_sim.domain.states import OrderState
from swifteats_sim.simulation.cooking import Cooking
from swifteats_sim.simulation.larder import Larder
from swifteats_sim.simulation.live_order import LiveOrder
from swifteats_sim.simulation.parts import Run
from swifteats_sim.simulation.watchers import Watchers
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.firing import later
from swifteats_sim.stack.laws import law_of
from swifteats_sim.stack.requests import OrderPath, RuleOf
from swifteats_sim.stack.retries import Client, Tries, same_order
from swifteats_sim.stack.service import Caller, Process

CLOSING = 1 << 9
"""First occasion of the rules that close an order, beside its path."""


class OrderLife:
    """Starts and ends orders. What a client does twice is done once, or else every try is an order of its own (C33).

    A try runs on when its client has gone, and its order with it: an order fails only when it was refused and no try of
    it runs any more. Whoever has paid gets the meal.

    path, cooking : set once they are built, since both lead back here: the path runs this object's rules, and what a
    kitchen reports goes through consumers who may give an order up.
    """

    path: OrderPath
    cooking: Cooking

    def __init__(self, run: Run, runner: Runner, larder: Larder, watchers: Watchers) -> None:
        self._run, self._runner, self._larder, self._watchers = run, runner, larder, watchers
        self._ordering = run.scenario.ordering
        self._newest: dict[int, LiveOrder] = {}
        self._lets_go = self._ordering.creation == "idempotent"  # else a client comes back to what is over
        self._patience = law_of(run.declared.customers.patience)
        self._stream = run.streams("customer")

    @property
    def rules(self) -> Mapping[str, RuleOf]:
        """The rules that the flow `order` names, noting what they decide."""
        return {
            "reserve_inventory": self._reserve,
            "create_order": orders.create_order,
            "pay_order": self._pay,
            "request_assignment": self._request,
        }

    @property
    def client(self) -> Client:
        """What a client does who tries again: with an order of its own each time, where they are not idempotent."""
        parts = same_order(self._left, self._late)
        if self._ordering.creation == "idempotent":
            return Client(parts, parts)
        return Client(Tries(self._again, self._left_for_good, self._late, self._dropped), parts)

    def place(self, plan: Plan) -> Process:
        """A customer orders: a process until the platform has answered."""
        live = self._admit(plan)
        self._be_patient(live)
        refusal = yield from self.path.serve(plan.cart)
        live = self._newest.get(live.number, live)
        live.taken |= refusal is None
        yield from self._part(live, refusal)

    def bury(self, request: AssignmentRequest) -> Process:
        """No driver was found: fail the order, unless it has one by now, or another request looks for one."""
        live, rule = self._run.city.orders[request.order], orders.close_unserved(request)
        return self._end(live, OrderState.FAILED, "no_driver", rule, CLOSING + 2)

    def _part(self, live: LiveOrder, refusal: Refusal | None) -> Process:
        """Client and platform part: the order is taken, refused, or nobody has heard what became of it (None)."""
        live.gone = True
        if not live.answered:
            live.answered = True
            self._run.orders.note(live.number, "answered", self._run.clock.instant)
        if not live.taken and not live.behind:
            yield from self._settle(live, UNAVAILABLE if refusal is None else refusal)
        if live.taken and live.watched and not live.following and not live.is_closed:
            self._watchers.join(live)
        self._let_go(live)

    def _settle(self, live: LiveOrder, refusal: Refusal) -> Process:
        """No try of the order runs any more: it fails, unless the money is taken and only infrastructure has failed."""
        if refusal == UNAVAILABLE and live.paid and live.reserved:
            rule = orders.request_assignment(live.plan.cart, self._ordering.publish, again=True)
            yield from self._runner.insist(rule, Caller(live.number, CLOSING + 3))
            live.taken = True
        else:
            state = OrderState.CANCELLED if refusal == IMPATIENT else OrderState.FAILED
            yield from self._end(live, state, refusal.reason, orders.close_order(live.number, state), CLOSING)

    def _again(self, cart: Cart, tries: int) -> Cart:
        """The client tries again, and nothing says that it is the same order (C33)."""
        before = self._run.city.orders[cart.order]
        first = before if before.twin_of < 0 else self._run.city.orders[before.twin_of]
        last = self._newest.get(first.number, first)
        twin = cart._replace(order=last.number + TWIN_STRIDE)
        live = self._admit(before.plan._replace(placed=self._run.clock.instant, cart=twin), first.number)
        self._newest[first.number] = live
        self._be_patient(live)
        return twin

    def _left(self, cart: Cart) -> None:
        self._run.city.orders[cart.order].behind += 1

    def _left_for_good(self, cart: Cart) -> None:
        """Whatever the client does next, it is not about this order."""
        self._left(cart)
        self._run.city.orders[cart.order].gone = True

    def _late(self, cart: Cart, answer: Refusal | None) -> None:
        live = self._run.city.orders[cart.order]
        live.behind -= 1
        if live.gone:
            self._run.clock.process(self._part(live, answer))

    def _dropped(self, cart: Cart, refusal: Refusal) -> None:
        self._run.clock.process(self._part(self._run.city.orders[cart.order], refusal))

    def _end(self, live: LiveOrder, state: OrderState, reason: str, rule: Rule[bool], occasion: int) -> Process:
        """Close the record by this rule, unless it says No: somebody else has closed it, or has the food in the bag."""
        if live.is_closed:
            return
        live.closing = True
        closed = yield from self._runner.insist(rule, Caller(live.number, occasion))
        live.closing = False
        if closed and not live.is_closed:
            self.finish(live, state, reason)
        self._let_go(live)

    def finish(self, live: LiveOrder, state: OrderState, reason: str = "") -> None:
        """The order has ended: what it reserved is sold, or goes back to stock."""
        clock = self._run.clock
        self._run.orders.close(live.number, clock.instant, str(state), reason)
        live.closed.succeed()
        self._watchers.leave(live)
        if live.patience is not None:
            clock.call_off(live.patience)
        self._larder.ended(live, state)
        self._let_go(live)

    def _let_go(self, live: LiveOrder) -> None:
        if self._lets_go and live.is_over:
            self._run.city.orders.let_go(live)

    def _admit(self, plan: Plan, twin_of: int = -1) -> LiveOrder:
        run, cart = self._run, plan.cart
        watched = self._stream.uniform(cart.order, 1) < run.declared.customers.watching
        run.orders.place(cart.order, cart.geo, cart.restaurant, len(cart.lines), plan.placed, plan.promised)
        live = run.city.orders.place(plan, watched, run.clock.event(), run.clock.event())
        live.twin_of = twin_of
        run.orders.note(cart.order, "twin_of", twin_of)
        return live

    def _reserve(self, cart: Cart) -> Rule[Refusal | None]:
        return self._larder.reserve(self._run.city.orders[cart.order])

    def _pay(self, cart: Cart) -> Rule[Refusal | None]:
        live = self._run.city.orders[cart.order]
        if live.is_closed or live.impatient:
            return IMPATIENT if live.impatient else ENDED
        if not live.paying:
            live.paying = True
            self._run.orders.note(cart.order, "paying", self._run.clock.instant)
        refusal = yield from orders.pay_order(cart, self._ordering.payment_attempts)
        if live.is_closed:  # the customer left while the gateway thought
            return IMPATIENT if live.impatient else ENDED
        if refusal is None and not live.paid:
            live.paid = True
            self._run.orders.note(cart.order, "paid", self._run.clock.instant)
            self.cooking.begin(live)
        return refusal

    def _request(self, cart: Cart) -> Rule[None]:
        yield from orders.request_assignment(cart, self._ordering.publish)
        self._run.city.orders[cart.order].taken = True

    def _be_patient(self, live: LiveOrder) -> None:
        """The customer's patience is counted from the click."""
        clock, patience = self._run.clock, self._patience.draw_ns(self._stream, live.number, 0, 1)
        after = max(0, live.plan.placed + patience - clock.instant)
        live.patience = later(clock, after, self._lose_patience, live)

    def _lose_patience(self, live: LiveOrder) -> None:
        live.impatient = True
        if not live.is_closed:
            rule = orders.close_order(live.number, OrderState.CANCELLED)
            self._run.clock.process(self._end(live, OrderState.CANCELLED, "patience", rule, CLOSING + 1))

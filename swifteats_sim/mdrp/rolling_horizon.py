"""The policy: all that is known is planned anew at every decision, and only what cannot wait any longer is done.

After Reyes et al. (2018), who every 5 minutes assign bundles to couriers by linear assignment and commit in two stages:
a courier is sent when he must leave, and what he carries away is decided when he takes it. Here the plan is one of
whole routes, kept from decision to decision and improved by moving orders and exchanging trips between couriers
(Savelsbergh, Sol 1998, "DRIVE", plan so, and carry out only the beginning); a courier's last place is worth what it is
near to, since the next orders are not known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swifteats_sim.mdrp.board import Board, Demand, Fleet, Rules, Weights, clear_desk, empty_plan
from swifteats_sim.mdrp.policy import Load, Send, Setting, View
from swifteats_sim.mdrp.replanning import LOAD, SEND, replan
from swifteats_sim.mdrp.routes import travel

NEAR = 10
"""Restaurants by which a place is judged."""
WEIGHTS = Weights(waiting=0.3, late=0.2, far_late=20.0, driving=0.1, trip=0.0, ending=0.5, unserved=1e5)
"""Chosen on the 24 instances of seed 1, and looked at on 0o100t100s1p100, 5r50t100s1p100, 5o50t100s2p100 and
5o100t75s1p125, none of which is in Table 4. Halved or doubled, one at a time, they change the mean click-to-door of the
24 by -0.01 to +0.25 min; without `ending` it is 0.29 min longer."""


@dataclass(frozen=True, slots=True)
class RollingHorizon:
    """every : minutes between decisions; ahead : minutes before a shift begins in which it is planned for.

    bundles, two_stage : whether orders are carried together, and whether what is loaded is decided after who is sent.
    rounds : of improvement at a decision, at most.
    """

    every: int = 1
    ahead: int = 40
    bundles: bool = True
    two_stage: bool = True
    rounds: int = 3
    weights: Weights = WEIGHTS

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        for name in ("every", "rounds"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, got {getattr(self, name)}")

    def open(self, setting: Setting) -> Planner:
        """A planner with an empty plan."""
        return Planner(self, setting)


class Planner:
    """The policy at work on one day: it keeps the plan, and what is left of the orders that nobody has time for."""

    def __init__(self, policy: RollingHorizon, setting: Setting) -> None:
        terms, couriers = setting.terms, len(setting.on)
        self._kitchen_x, self._kitchen_y = (axis.copy() for axis in setting.kitchen.T)  # its own, whatever the layout
        self._setting, self._weights = setting, policy.weights
        self._rules = Rules(
            terms.speed, terms.pickup // 2, terms.dropoff // 2, policy.every, policy.ahead, int(policy.bundles),
            int(policy.two_stage), policy.rounds,
        )  # fmt: skip
        self._plan, self._desk = empty_plan(couriers), clear_desk(couriers)
        self._fleet_reach = np.array([self._reach(x, y) for x, y in setting.start], np.float64)
        self._out, self._slack, self._room = (np.zeros(0, np.int64) for _ in range(3))
        self._order_reach = np.zeros(0)
        self._pool, self._waiting = np.zeros(0, np.int64), 0

    def decide(self, view: View) -> list[Send | Load]:
        """Plan anew, and name what cannot wait until the next decision."""
        if view.now % self._rules.every:
            return []
        self._take_note(view)
        board = Board(view.now, self._demand(view), self._fleet(view), self._rules, self._weights)
        self._waiting = replan(board, self._plan, self._pool, self._waiting, self._desk)
        actions: list[Send | Load] = []
        for courier in np.flatnonzero(self._desk.commands).tolist():
            actions += self._carry_out(courier, int(self._desk.commands[courier]))
        return actions

    def _carry_out(self, courier: int, command: int) -> list[Send | Load]:
        """The actions of a command; what is loaded leaves the plan."""
        stops, length = self._plan.stops[courier], int(self._plan.length[courier])
        begins = np.flatnonzero(stops[1:length] & 1)
        end = int(begins[0]) + 1 if len(begins) else length
        bundle = tuple((stops[:end] >> 1).tolist())
        actions: list[Send | Load] = [Send(courier, bundle[0])] if command & SEND else []
        self._plan.changed[courier] = 1
        if command & LOAD:
            actions.append(Load(courier, bundle))
            stops[: length - end] = stops[end:length].copy()
            self._plan.length[courier] = length - end
            self._fleet_reach[courier] = self._order_reach[bundle[-1]]
        return actions

    def _take_note(self, view: View) -> None:
        """Reckon once what is asked of an order again and again, and put those that are new into the pool."""
        known, terms = len(self._out), self._setting.terms
        if len(view.placed) == known:
            return
        x, y, kitchen = view.x[known:], view.y[known:], view.restaurant[known:]
        ways = zip(self._kitchen_x[kitchen], self._kitchen_y[kitchen], x, y, strict=True)
        out = np.array([travel(*way, terms.speed) for way in ways], np.int64)
        soonest = view.ready[known:] - view.placed[known:] + terms.pickup // 2 + out + terms.dropoff // 2
        self._out = np.append(self._out, out)
        self._slack = np.append(self._slack, terms.target - soonest)
        self._room = np.append(self._room, terms.limit - soonest)
        self._order_reach = np.append(self._order_reach, [self._reach(*door) for door in zip(x, y, strict=True)])
        new = np.arange(known, len(view.placed))
        self._pool = np.append(np.append(self._pool[: self._waiting], new), np.zeros(known, np.int64))
        self._waiting += len(new)

    def _reach(self, x: int, y: int) -> float:
        """Minutes from a place to the nearest restaurants, on average: where the next order may well come from."""
        lengths = np.sqrt((self._kitchen_x - x) ** 2.0 + (self._kitchen_y - y) ** 2.0)
        nearest = np.sort(lengths)[:NEAR]
        return float(nearest.mean()) / self._setting.terms.speed

    def _demand(self, view: View) -> Demand:
        known = view.ready, view.restaurant, view.x, view.y, self._out, self._slack, self._room, self._order_reach
        return Demand(*known, self._kitchen_x, self._kitchen_y)

    def _fleet(self, view: View) -> Fleet:
        shifts = self._setting.on, self._setting.off
        return Fleet(view.free, view.at_x, view.at_y, *shifts, view.bound, view.arrives, self._fleet_reach)

"""Where an order costs least in the routes that are: compiled."""

from __future__ import annotations

from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.mdrp.board import INFEASIBLE, LONGEST, Board, Plan, Whole
from swifteats_sim.mdrp.routes import next_decision, route_cost, travel

FIRST, NEW, JOINS, LEADS = -1, 0, 1, 2
"""How an order enters a route: as a trip of its own, into the trip before it, at the head of the trip after it."""


@compiled
def copied(stops: Whole, length: int, into: Whole) -> None:
    """The route, in another row."""
    for at in range(length):
        into[at] = stops[at]


@compiled
def without(stops: Whole, length: int, gone: int, into: Whole) -> None:
    """The route without one stop, in another row; the trip stays together."""
    for at in range(gone):
        into[at] = stops[at]
    for at in range(gone + 1, length):
        into[at - 1] = stops[at]
    if gone < length - 1:
        into[gone] |= stops[gone] & 1


@compiled
def entered(stops: Whole, length: int, place: int, how: int, order: int, into: Whole) -> None:
    """The route with an order more, in another row."""
    for at in range(place):
        into[at] = stops[at]
    for at in range(place, length):
        into[at + 1] = stops[at]
    into[place] = 2 * order + (how != JOINS)
    if how == LEADS:
        into[place + 1] &= ~1


@compiled
def may_enter(stops: Whole, length: int, place: int, how: int, order: int, board: Board) -> bool:
    """Whether the order may stand there: bundles come from one restaurant."""
    restaurant = board.demand.restaurant
    boundary = place == length or stops[place] & 1 == 1
    if how == NEW:
        return boundary
    if board.rules.bundles == 0:
        return False
    if how == JOINS:
        return place > 0 and restaurant[stops[place - 1] >> 1] == restaurant[order]
    return boundary and place < length and restaurant[stops[place] >> 1] == restaurant[order]


@apart
def least_added(order: int, courier: int, last_reach: float, board: Board) -> float:
    """A bound from below for what an order adds to a route: a courier cannot be there sooner than straight from here.

    last_reach : of where his route ends now, which the order may better at most by all of it.
    """
    demand, fleet, rules = board.demand, board.fleet, board.rules
    kitchen = demand.restaurant[order]
    if fleet.bound[courier] >= 0:
        earliest = fleet.arrives[courier] + rules.pickup
    else:
        minute = next_decision(max(board.now, fleet.free[courier]), rules.every)
        x, y = demand.kitchen_x[kitchen], demand.kitchen_y[kitchen]
        earliest = minute + travel(fleet.x[courier], fleet.y[courier], x, y, rules.speed) + rules.pickup
    delay = max(0, earliest - demand.ready[order])
    added: float = delay * (1.0 + board.weights.waiting) - board.weights.ending * last_reach
    return added


@compiled
def end_reach(stops: Whole, length: int, courier: int, board: Board) -> float:
    """The reach of where a route ends."""
    reach: float = board.fleet.reach[courier] if length == 0 else board.demand.reach[stops[length - 1] >> 1]
    return reach


@apart
def best_entry(
    order: int, courier: int, stops: Whole, length: int, cost: float, most: float, board: Board, best: Whole, row: Whole
) -> float:
    """The least that an order adds to a route of this cost, and that route in `best`; INFEASIBLE if not below `most`.

    row : room to try in.
    """
    least = INFEASIBLE
    if length + 1 >= LONGEST:
        return least
    if least_added(order, courier, end_reach(stops, length, courier, board), board) >= most:
        return least
    for place in range(length + 1):
        for how in (NEW, JOINS, LEADS):
            if may_enter(stops, length, place, how, order, board):
                entered(stops, length, place, how, order, row)
                added = route_cost(row, length + 1, courier, board, cost + most) - cost
                if added < most:
                    most = least = added
                    copied(row, length + 1, best)
    return least


@compiled
def enter(order: int, couriers: Whole, plan: Plan, board: Board, room: Whole) -> bool:
    """Give an order to whom it costs least; False where that is more than to leave it.

    room : three rows to work in.
    """
    most, taker = board.weights.unserved, -1
    for courier in couriers:
        stops, length, cost = plan.stops[courier], plan.length[courier], plan.cost[courier]
        added = best_entry(order, courier, stops, length, cost, most, board, room[0], room[1])
        if added < most:
            most, taker = added, courier
            copied(room[0], length + 1, room[2])
    if taker < 0:
        return False
    assume(plan, taker, room[2], plan.length[taker] + 1, plan.cost[taker] + most)
    return True


@compiled
def assume(plan: Plan, courier: int, stops: Whole, length: int, cost: float) -> None:
    """Make this his route."""
    copied(stops, length, plan.stops[courier])
    plan.length[courier], plan.cost[courier], plan.changed[courier] = length, cost, 1

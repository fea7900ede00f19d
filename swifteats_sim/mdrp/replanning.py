"""One decision: the plan takes up what is new, is improved, and says who must leave or load now. Compiled."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.mdrp.board import INFEASIBLE, Board, Desk, Plan, Whole
from swifteats_sim.mdrp.improving import improve
from swifteats_sim.mdrp.inserting import enter
from swifteats_sim.mdrp.making_room import make_room
from swifteats_sim.mdrp.routes import picked_up, reached, route_cost, travel, trip_end

SQUEEZED = 4
"""Orders at most for which no room is found at a decision: where more stay, there are too few couriers for all."""
SEND, LOAD = 1, 2
"""Commands to a courier: both at once where he loads before the next decision, and always in one-stage commitment."""


@compiled
def on_duty(board: Board, found: Whole) -> int:
    """Numbers of the couriers who may be planned for, and how many there are."""
    count = 0
    for courier in range(len(board.fleet.on)):
        if board.fleet.on[courier] <= board.now + board.rules.ahead and board.fleet.off[courier] >= board.now:
            found[count] = courier
            count += 1
    return count


@compiled
def reckon(plan: Plan, board: Board, pool: Whole, waiting: int) -> int:
    """Costs as of now; orders of routes that have become impossible go back to the pool, whose new size is returned."""
    for courier in range(len(plan.length)):
        length = plan.length[courier]
        if length == 0:
            plan.cost[courier] = 0.0
            continue
        plan.cost[courier] = route_cost(plan.stops[courier], length, courier, board, INFEASIBLE)
        if plan.cost[courier] >= INFEASIBLE:
            for at in range(length):
                pool[waiting] = plan.stops[courier][at] >> 1
                waiting += 1
            plan.length[courier], plan.cost[courier] = 0, 0.0
    return waiting


@compiled
def take_up(couriers: Whole, plan: Plan, board: Board, pool: Whole, waiting: int, room: Whole) -> int:
    """Enter the pool's orders one after the other; how many stay, in front."""
    left = 0
    for at in range(waiting):
        order = pool[at]
        taken = enter(order, couriers, plan, board, room)
        if not taken and left < SQUEEZED:
            taken = make_room(order, couriers, plan, board, room)
        if not taken:
            pool[left] = order
            left += 1
    return left


@compiled
def soon(minute: int, board: Board) -> bool:
    """Whether that is before the next decision."""
    return minute < board.now + board.rules.every


@compiled
def command(courier: int, plan: Plan, board: Board) -> int:
    """What must be done with the first trip before the next decision, so that it is not late: nothing, SEND or LOAD."""
    fleet, rules = board.fleet, board.rules
    if plan.length[courier] == 0:
        return 0
    stops = plan.stops[courier]
    end = trip_end(stops, 0, plan.length[courier])
    if fleet.bound[courier] >= 0:
        return LOAD if soon(picked_up(stops, 0, end, reached(board, courier), board), board) else 0
    if max(fleet.free[courier], fleet.on[courier]) > board.now:
        return 0
    kitchen = board.demand.restaurant[stops[0] >> 1]
    x, y = board.demand.kitchen_x[kitchen], board.demand.kitchen_y[kitchen]
    arrives = board.now + travel(fleet.x[courier], fleet.y[courier], x, y, rules.speed)
    if arrives + rules.every <= picked_up(stops, 0, end, 0, board) - rules.pickup:
        return 0
    at_once = soon(picked_up(stops, 0, end, arrives + rules.pickup, board), board)
    return SEND | LOAD if at_once or not rules.two_stage else SEND


@compiled
def replan(board: Board, plan: Plan, pool: Whole, waiting: int, desk: Desk) -> int:
    """Everything at one decision: `desk.commands`, and how many orders of the pool nobody has time for.

    pool : numbers of orders that are in no route, the first `waiting`; room for all that are known.
    """
    waiting = reckon(plan, board, pool, waiting)
    couriers = desk.duty[: on_duty(board, desk.duty)]
    waiting = take_up(couriers, plan, board, pool, waiting, desk.room)
    improve(couriers, plan, board, desk.looked, desk.room)
    desk.commands[:] = 0
    for courier in couriers:
        desk.commands[courier] = command(courier, plan, board)
    return waiting

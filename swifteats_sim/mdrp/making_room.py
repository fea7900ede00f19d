"""An order for which nobody has time, until another one that can go elsewhere makes room for it. Compiled."""

from __future__ import annotations

from swifteats_sim.engine.compiled import apart
from swifteats_sim.mdrp.board import INFEASIBLE, Board, Plan, Whole
from swifteats_sim.mdrp.inserting import assume, best_entry, copied, enter, without
from swifteats_sim.mdrp.routes import route_cost


@apart
def make_room(order: int, couriers: Whole, plan: Plan, board: Board, room: Whole) -> bool:
    """Enter the order where another was, which finds another place; the first such exchange, if there is one.

    room : rows to work in.
    """
    for courier in couriers:
        for at in range(plan.length[courier]):
            if displace(order, courier, at, couriers, plan, board, room):
                return True
    return False


@apart
def displace(order: int, courier: int, at: int, couriers: Whole, plan: Plan, board: Board, room: Whole) -> bool:
    """Enter the order into a courier's route in place of that at one stop, if that finds a place in the new plan."""
    length, before = plan.length[courier], plan.cost[courier]
    other = plan.stops[courier][at] >> 1
    without(plan.stops[courier], length, at, room[0])
    left = route_cost(room[0], length - 1, courier, board, INFEASIBLE)
    left = 0.0 if left >= INFEASIBLE else left  # who was sent for it alone is sent for the new one, or it is refused
    added = best_entry(order, courier, room[0], length - 1, left, INFEASIBLE, board, room[1], room[2])
    if added >= INFEASIBLE:
        return False
    copied(plan.stops[courier], length, room[3])
    assume(plan, courier, room[1], length, left + added)
    if enter(other, couriers, plan, board, room[:3]):
        return True
    assume(plan, courier, room[3], length, before)
    return False

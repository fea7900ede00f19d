"""What a route takes and costs: pure functions of a board, compiled."""

from __future__ import annotations

import math

from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.mdrp.board import INFEASIBLE, Board, Whole


@compiled
def travel(from_x: int, from_y: int, to_x: int, to_y: int, speed: int) -> int:
    """Whole minutes along the straight line, rounded up, exactly: the least k with (k * speed) ** 2 >= its square."""
    square = (from_x - to_x) ** 2 + (from_y - to_y) ** 2
    minutes = math.ceil(math.sqrt(square) / speed)
    while (minutes * speed) ** 2 < square:
        minutes += 1
    while minutes > 0 and ((minutes - 1) * speed) ** 2 >= square:
        minutes -= 1
    return minutes


@compiled
def trip_end(stops: Whole, begin: int, length: int) -> int:
    """Where the trip that begins at a stop is over: the next one's first stop, or the length."""
    end = begin + 1
    while end < length and not stops[end] & 1:
        end += 1
    return end


@compiled
def next_decision(minute: int, every: int) -> int:
    """The first minute from this one on at which something is decided."""
    return minute + (-minute) % every


@compiled
def picked_up(stops: Whole, begin: int, end: int, earliest: int, board: Board) -> int:
    """When a bundle is handed over to somebody who could take it at `earliest`."""
    minute = earliest
    for at in range(begin, end):
        minute = max(minute, board.demand.ready[stops[at] >> 1])
    return minute


@compiled
def reached(board: Board, courier: int) -> int:
    """When a courier who was sent to a restaurant may take something there."""
    ready: int = board.fleet.arrives[courier] + board.rules.pickup
    return max(ready, board.now)


@apart
def route_cost(stops: Whole, length: int, courier: int, board: Board, limit: float) -> float:
    """The cost of a route, or something not below `limit` once that is certain; INFEASIBLE where it breaks a rule.

    An order that is fetched when it is ready and goes straight to its door costs nothing: only what is above that
    counts, so that a sum of little parts is soon known to be too much.
    """
    demand, fleet, rules, weights = board.demand, board.fleet, board.rules, board.weights
    bound = fleet.bound[courier]
    if length == 0:
        return INFEASIBLE if bound >= 0 else 0.0
    cost: float = weights.ending * (demand.reach[stops[length - 1] >> 1] - fleet.reach[courier])
    minute = next_decision(max(board.now, fleet.free[courier]), rules.every)
    x, y = fleet.x[courier], fleet.y[courier]
    begin = 0
    while begin < length:
        end = trip_end(stops, begin, length)
        kitchen = demand.restaurant[stops[begin] >> 1]
        kitchen_x, kitchen_y = demand.kitchen_x[kitchen], demand.kitchen_y[kitchen]
        if begin == 0 and bound >= 0:
            if kitchen != bound:
                return INFEASIBLE
            earliest = reached(board, courier)
        else:
            way = travel(x, y, kitchen_x, kitchen_y, rules.speed)
            cost += weights.driving * way
            earliest = minute + way + rules.pickup
        picked = picked_up(stops, begin, end, earliest, board)
        if picked > fleet.off[courier]:
            return INFEASIBLE
        x, y, minute = kitchen_x, kitchen_y, picked + rules.pickup
        for at in range(begin, end):
            order = stops[at] >> 1
            way = demand.out[order]
            if at > begin:
                way = travel(x, y, demand.x[order], demand.y[order], rules.speed)
                cost += weights.driving * (way - demand.out[order])
            delay = minute + way - (demand.ready[order] + rules.pickup + demand.out[order])
            cost += delay + weights.waiting * (picked - demand.ready[order])
            cost += weights.late * max(0, delay - max(demand.slack[order], 0))
            cost += weights.far_late * max(0, delay - max(demand.room[order], 0))
            x, y, minute = demand.x[order], demand.y[order], minute + way + 2 * rules.dropoff
        cost += weights.trip
        if cost >= limit:
            return cost
        minute = next_decision(minute, rules.every)
        begin = end
    return cost

"""Better plans by small changes: an order goes elsewhere, or two couriers exchange trips. Compiled."""

from __future__ import annotations

from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.mdrp.board import INFEASIBLE, LONGEST, Board, Plan, Whole
from swifteats_sim.mdrp.inserting import assume, best_entry, copied, without
from swifteats_sim.mdrp.routes import route_cost, trip_end

WORTH = 1e-6
"""What a change must gain: floating-point sums in another order are no gain."""


@apart
def relocate(courier: int, at: int, couriers: Whole, plan: Plan, board: Board, looked: Whole, room: Whole) -> bool:
    """Take the order at one stop of a courier to where it costs least, himself included; whether it left that stop.

    looked : by courier, 1 where a route has changed since it was looked at last.
    """
    stops, length = plan.stops[courier], plan.length[courier]
    order = stops[at] >> 1
    without(stops, length, at, room[0])
    left = route_cost(room[0], length - 1, courier, board, INFEASIBLE)
    if left >= INFEASIBLE:
        return False
    gain, taker = plan.cost[courier] - left - WORTH, -1
    for other in couriers:
        if not (looked[courier] or looked[other] or plan.changed[courier] or plan.changed[other]):
            continue
        if other == courier:
            added = best_entry(order, other, room[0], length - 1, left, gain, board, room[1], room[2])
            taken = length
        else:
            row, count, cost = plan.stops[other], plan.length[other], plan.cost[other]
            added = best_entry(order, other, row, count, cost, gain, board, room[1], room[2])
            taken = count + 1
        if added < gain:
            gain, taker = added, other
            copied(room[1], taken, room[3])
    if taker < 0:
        return False
    if taker == courier:
        assume(plan, courier, room[3], length, left + gain)
        return False
    assume(plan, courier, room[0], length - 1, left)
    assume(plan, taker, room[3], plan.length[taker] + 1, plan.cost[taker] + gain)
    return True


@compiled
def spliced(a: Whole, begin: int, end: int, length: int, b: Whole, low: int, high: int, into: Whole) -> int:
    """Row a with its stops begin .. end - 1 replaced by b's low .. high - 1, in another row; its length."""
    at = 0
    for each in range(begin):
        into[at] = a[each]
        at += 1
    for each in range(low, high):
        into[at] = b[each]
        at += 1
    for each in range(end, length):
        into[at] = a[each]
        at += 1
    return at


@compiled
def next_cut(stops: Whole, cut: int, length: int) -> int:
    """The next boundary of trips after one; one more than the length after the last."""
    return length + 1 if cut >= length else trip_end(stops, cut, length)


@apart
def exchange(one: int, other: int, plan: Plan, board: Board, room: Whole) -> bool:
    """The best exchange of a trip or nothing for a trip or nothing, or of all from there on, between two couriers."""
    a, b, m, n = plan.stops[one], plan.stops[other], plan.length[one], plan.length[other]
    least, found = plan.cost[one] + plan.cost[other] - WORTH, False
    gift = board.weights.ending * board.fleet.reach[other]  # what the second route may be below nothing
    lengths, costs, cut = (m, n), (0.0, 0.0), 0
    while cut <= m:
        next_one, at = next_cut(a, cut, m), 0
        while at <= n:
            next_other = next_cut(b, at, n)
            for tails in range(2):
                high, top = (m, n) if tails else (min(next_one, m), min(next_other, n))
                if (tails == 0 and high == m and top == n) or (cut == high and at == top):
                    continue
                if m - high + cut + top - at >= LONGEST or n - top + at + high - cut >= LONGEST:
                    continue
                longer = spliced(a, cut, high, m, b, at, top, room[0])
                cost = route_cost(room[0], longer, one, board, least + gift)
                if cost >= least + gift:
                    continue
                shorter = spliced(b, at, top, n, a, cut, high, room[1])
                both = cost + route_cost(room[1], shorter, other, board, least - cost)
                if both < least:
                    least, found = both, True
                    copied(room[0], longer, room[2])
                    copied(room[1], shorter, room[3])
                    lengths, costs = (longer, shorter), (cost, both - cost)
            at = next_other
        cut = next_one
    if found:
        assume(plan, one, room[2], lengths[0], costs[0])
        assume(plan, other, room[3], lengths[1], costs[1])
    return found


@compiled
def relocations(couriers: Whole, plan: Plan, board: Board, looked: Whole, room: Whole) -> None:
    """Try every order of every route elsewhere."""
    for courier in couriers:
        at = 0
        while at < plan.length[courier]:
            if not relocate(courier, at, couriers, plan, board, looked, room):
                at += 1


@compiled
def exchanges(couriers: Whole, plan: Plan, board: Board, looked: Whole, room: Whole) -> None:
    """Try every pair of couriers of whom one has something to do and one has changed."""
    for first in range(len(couriers)):
        one = couriers[first]
        for second in range(first + 1, len(couriers)):
            other = couriers[second]
            if plan.length[one] + plan.length[other] == 0:
                continue
            if looked[one] or looked[other] or plan.changed[one] or plan.changed[other]:
                exchange(one, other, plan, board, room)


@compiled
def improve(couriers: Whole, plan: Plan, board: Board, looked: Whole, room: Whole) -> None:
    """Rounds of both, each around what the round before changed, until nothing changes or there were enough."""
    for _ in range(board.rules.rounds):
        busy = 0
        for courier in couriers:
            looked[courier], plan.changed[courier] = plan.changed[courier], 0
            busy += looked[courier]
        if busy == 0:
            break
        relocations(couriers, plan, board, looked, room)
        exchanges(couriers, plan, board, looked, room)
    plan.changed[:] = 0

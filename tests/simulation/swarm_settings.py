"""What the swarm's scenarios are made of: a small city, and every setting that one of them may get."""

from __future__ import annotations

BASE = """
name: swarm
duration: 15 min
city:
  geos:
    centre: {kind: dense, area: 1 km2, restaurants: 4, drivers: 10, trip: "uniform(0 m, 1 km)"}
  kitchens: {confirmation: "uniform(5 s, 20 s)", cooking: "gamma(mean=2 min, sd=1 min)", packing: "uniform(10 s, 60 s)"}
  drivers: {pickup: 20 s, dropoff: 30 s, fix_every: 10 s}
demand:
  orders: {rate: 2.5/min}
stack:
  stations:
    server: {concurrency: 20}
    database: {concurrency: 8}
    replica: {concurrency: 8}
    payment: {concurrency: 20}
    broker: {concurrency: 4}
    dispatch: {instances: 3}
  pools:
    connections: {size: 10}
  topics:
    assignment: {partitions: 4, placement: round_robin, consumers: 2}
    fixes: {partitions: 4, placement: keyed, consumers: 2}
  flows:
    order:
      - {at: server, service: "uniform(5 ms, 20 ms)"}
      - hold: {pool: connections}
        steps: [{rule: reserve_inventory}, {rule: create_order}]
      - {rule: pay_order}
      - {rule: request_assignment}
    gps:
      - {at: server, service: "uniform(5 ms, 20 ms)"}
      - {place: fixes}
      - consume: fixes
        steps: [{at: server, service: 5 ms}, {keep_newest: known_fix}, {start: tracking}]
    tracking:
      - {only_if: watched}
      - {delay: 20 ms}
  effects:
    read: {at: database, service: "uniform(2 ms, 10 ms)"}
    compare_and_set: {at: database, service: "uniform(2 ms, 10 ms)"}
    insert: {at: database, service: "uniform(5 ms, 15 ms)"}
    transaction: {at: database, service: "uniform(5 ms, 15 ms)"}
    publish: {at: broker, service: "uniform(5 ms, 15 ms)"}
    call_payment: {at: payment, service: "uniform(50 ms, 150 ms)"}
    find_drivers: {at: dispatch, service: "uniform(50 ms, 200 ms)"}
"""

Choices = tuple[str, ...]

_RULES = "{rule: reserve_inventory}, {rule: create_order}"
_RETRY = "retry: {attempts: 3, backoff: 50 ms, jitter: 50 %"
_ORDER_FLOWS = (
    f"[{{{_RETRY}, timeout: 60 ms}}, steps: [{_RULES}]}}, {{rule: pay_order}}, {{rule: request_assignment}}]",
    f"[{{{_RETRY}, timeout: 300 ms}}, steps: [{_RULES}, {{rule: pay_order}}, {{rule: request_assignment}}]}}]",
    f"[{{{_RETRY}}}, steps: [{{hold: {{pool: connections, timeout: 20 ms}}, steps: [{_RULES}]}}]}}, "
    "{rule: pay_order}, {rule: request_assignment}]",
    f"[{{hold: {{pool: connections}}, steps: [{_RULES}, {{rule: pay_order}}, {{rule: request_assignment}}]}}]",
    f"[{{parallel: [[{_RULES}], [{{delay: 30 ms}}]]}}, {{rule: pay_order}}, {{rule: request_assignment}}]",
)
_CRASHES = (
    "[{consumer: 0, at: 3 min, for: 1 min}]",
    "[{consumer: 0, at: 200 s, for: 5 s}, {consumer: 0, at: 6 min, for: 3 min}]",
)
_LOSSES = ("[{at: 4 min, for: 20 s}]", "[{at: 2 min, for: 5 s}, {at: 7 min, for: 1 min}]")

CITY: dict[str, Choices] = {
    "duration": ("10 min", "20 min", "30 min"),
    "warmup": ("3 min",),
    "shuffle_ties": ("1", "2", "3"),
    "city.geos.centre.drivers": ("0", "1", "2", "4", "15"),
    "city.geos.north": (
        "{kind: sparse, area: 9 km2, restaurants: 3, drivers: 3}",
        "{kind: sparse, area: 9 km2, restaurants: 3, shifts: [{drivers: 3, on: 1 min, off: 4 min}, "
        "{drivers: 4, on: 3 min, off: 12 min}]}",
    ),
    "city.geos.centre.restaurants": ("1",),
    "city.geos.centre.area": ("9 km2",),
    "city.geos.centre.map": ("grid",),
    "city.geos.centre.trip": ("0 m", "3 km"),
    "demand.orders.rate": ("1/min", "8/min"),
    "demand.orders.arrivals": ("stratified",),
    "city.kitchens.cooking": ("0 s", "30 s", "10 min", "exponential(4 min)"),
    "city.kitchens.packing": ("0 s",),
    "city.kitchens.confirmation": ("0 s", "2 min"),
    "city.kitchens.estimate_bias": ("-50 %", "100 %"),
    "city.drivers.accept": ("0 %", "30 %", "60 %"),
    "city.drivers.no_answer": ("0 %",),
    "city.drivers.answer": ("0 s", "uniform(0 s, 40 s)"),
    "city.drivers.fix_every": ("1 s", "60 s"),
    "city.drivers.pickup": ("0 s", "3 min"),
    "city.drivers.dropoff": ("0 s", "3 min"),
    "city.customers.patience": ("0 s", "300 ms", "30 s", "uniform(1 min, 8 min)"),
    "city.customers.watching": ("0 %",),
}  # fmt: skip

RULES: dict[str, Choices] = {
    "ordering.items": ("1", "2"),
    "ordering.lines": ("1",),
    "ordering.prepared": ("0 %", "100 %"),
    "ordering.stock": ("0", "1", "5"),
    "ordering.capacity": ("0", "1", "3"),
    "ordering.batch": ("1",),
    "ordering.replenish_every": ("30 s", "2 min"),
    "ordering.inventory": ("for_update",),
    "ordering.inventory_attempts": ("1",),
    "ordering.inventory_backoff": ("0 s",),
    "ordering.payment_success": ("0 %", "40 %"),
    "ordering.payment_attempts": ("1",),
    "ordering.publish": ("awaited",),
    "ordering.relay_every": ("10 ms", "5 s"),
    "assignment.discipline": ("fifo",),
    "assignment.deferral": ("'off'", "as_written"),
    "assignment.tolerance": ("0 s", "10 min"),
    "assignment.requeue": ("1 s",),
    "assignment.policy": ("nearest", "notes_score", "fair_share"),
    "assignment.radius": ("500 m",),
    "assignment.live_fix": ("2 s",),
    "assignment.availability": ("sequential",),
    "assignment.candidates": ("1",),
    "assignment.preparation": ("constant",),
    "assignment.retry_no_driver": ("1 s",),
    "assignment.retry_error": ("1 s",),
    "assignment.attempts": ("1", "3"),
    "eta.method": ("notes", "buffered", "degrees"),
}

FAULTS: dict[str, Choices] = {
    "stack.flows.order": _ORDER_FLOWS,
    "stack.effects.read": (
        "{at: replica, lag: exponential(300 ms), service: 2 ms}",
        "{at: replica, lag: exponential(20 s), service: 2 ms}",
        "{at: database, service: 0 s}",
    ),
    "stack.effects.transaction": ("{at: database, service: exponential(300 ms)}", "{at: database, service: 0 s}"),
    "stack.effects.compare_and_set": ("{at: database, service: exponential(100 ms)}",),
    "stack.effects.insert": ("{at: database, service: exponential(200 ms)}",),
    "stack.effects.call_payment": ("{at: payment, service: exponential(5 s)}",),
    "stack.effects.find_drivers": ("{at: dispatch, service: exponential(2 s)}", "{at: dispatch, service: 0 s}"),
    "stack.stations.database": (
        "{concurrency: 1}", "{concurrency: 2, queue: 0}", "{concurrency: 1, queue: 3}",
        "{concurrency: 8, pauses: [{at: 3 min, for: 30 s}]}",
        "{instances: 2, concurrency: 2, balancing: round_robin, "
        "pauses: [{every: exponential(60 s), for: 10 s, speed: 10 %}]}",
    ),
    "stack.stations.broker": ("{concurrency: 1, queue: 0}", "{concurrency: 4, pauses: [{at: 5 min, for: 1 min}]}"),
    "stack.stations.dispatch": ("{instances: 1}", "{instances: 1, queue: 0}", "{instances: 12}"),
    "stack.pools.connections": ("{size: 1}",),
    "stack.topics.assignment.partitions": ("1",),
    "stack.topics.assignment.consumers": ("1", "6"),
    "stack.topics.assignment.placement": ("keyed", "pinned", "random"),
    "stack.topics.assignment.per": ("platform",),
    "stack.topics.assignment.handlers": ("unawaited",),
    "stack.topics.assignment.commit": ("auto",),
    "stack.topics.assignment.session": ("1 s",),
    "stack.topics.assignment.rebalance": ("0 s", "30 s"),
    "stack.topics.assignment.crashes": _CRASHES,
    "stack.topics.assignment.leader_losses": _LOSSES,
    "stack.topics.assignment.acks": ("leader",),
    "stack.topics.assignment.duplicates": ("30 %", "100 %"),
    "stack.topics.assignment.failures": ("30 %",),
    "stack.topics.assignment.attempts": ("1",),
    "stack.topics.fixes.handlers": ("unawaited",),
    "stack.topics.fixes.commit": ("auto",),
    "stack.topics.fixes.crashes": _CRASHES,
    "stack.topics.fixes.leader_losses": _LOSSES,
    "stack.topics.fixes.duplicates": ("30 %",),
    "stack.topics.fixes.failures": ("30 %",),
}  # fmt: skip

VARIANTS: dict[str, Choices] = {
    "ordering.inventory": ("none", "for_update"),
    "ordering.give_back": ("never",),
    "ordering.creation": ("repeated",),
    "ordering.publish": ("fire_and_forget", "awaited"),
    "assignment.commit": ("check_then_set", "cas_unversioned", "advisory_lock", "none"),
    "assignment.lock_ttl": ("50 ms",),
    "assignment.release": ("ttl",),
    "assignment.ttl": ("1 min", "5 min"),
    "assignment.search": ("ghosts",),
    "assignment.failure": ("terminal",),
    "assignment.decline": ("never",),
}
"""Switches to what the notes coded."""

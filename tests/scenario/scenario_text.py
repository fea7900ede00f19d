"""A small scenario that is valid as it stands, for tests to bend."""

from __future__ import annotations

from pathlib import Path

EFFECTS = ("read", "compare_and_set", "insert", "transaction", "publish", "call_payment", "find_drivers")
COST = "    {}: {{at: database, service: uniform(5 ms, 15 ms)}}\n"
STACK = """\
stations:
  gateway: {instances: 2, concurrency: 8}
  database: {concurrency: 32}
  gps: {instances: 2, balancing: partition}
pools: {orders-db: {size: 10}}
topics:
  assignment: {partitions: {dense: 4}, placement: round_robin}
  fixes: {partitions: {dense: 8}, placement: keyed}
flows:
  order:
    - {at: gateway, service: 5 ms}
    - hold: {pool: orders-db, timeout: 2 s}
      steps: [{rule: reserve_inventory}, {rule: create_order}]
    - rule: pay_order
    - rule: request_assignment
  gps:
    - {at: gateway, service: 5 ms}
    - place: fixes
    - {at: gps, service: {parse: 1 ms, write: exponential(2 ms)}, budget: gps}
    - keep_newest: known_fix
    - start: tracking
  tracking:
    - only_if: watched
    - delay: 10 ms
effects:
""" + "".join(COST.format(name)[2:] for name in EFFECTS)
HEAD = """\
name: tiny
duration: 10 min
city:
  geos:
    centre: {kind: dense, area: 50 km2, restaurants: 100, drivers: 500}
demand:
  orders: {rate: 50/min}
targets:
  orders.completion: ["ratio >= 98 %"]
"""
TINY = HEAD + "stack:\n" + "".join(f"  {line}\n" for line in STACK.splitlines())

FULL = """\
name: full
duration: 10 min
demand:
  menus: {rate: 5000/min, catalogue: 150000, zipf: 1.0}
  searches: {rate: 1000/min, area: 500 km2, cell: 500 m, variants: 20, zipf: 0.8}
stack:
  stations:
    gate: {concurrency: 4, discipline: priority}
    web: {instances: 2, balancing: weighted, weights: [3, 1], queue: 100}
    api:
      instances: 3
      balancing: health_checked
      health: {every: 10 s}
      pauses:
        - {at: 10 min, for: 10 s, instance: 2, speed: 20 %}
        - {every: exponential(900 s), for: exponential(100 s)}
    database: {connections: 100, balancing: least_busy, instances: 2}
    location: {instances: 4, balancing: partition}
  pools: {web-db: {size: 60, to: database}}
  caches:
    menu: {ttl: 1 h, entries: 1000, protection: single_flight, changes: exponential(1 h), invalidation: {failures: 5 %}}
    search: {hits: 70 %}
  topics:
    fixes:
      partitions: 60
      placement: pinned
      consumers: 2
      message: 343 B
      handlers: unawaited
      commit: auto
      crashes: [{consumer: 1, at: 5 min, for: 1 min}]
      acks: leader
      leader_losses: [{at: 10 min, for: 5 s}]
      duplicates: 1 %
      failures: 0.1 %
  streams: {customers: {processes: 10, routing: sticky, fan_out: false, scan: 0.02 us, clients: 5000}}
  limits:
    customer: {rate: 1000/min, burst: 20}
    zone: {rate: 10/s, burst: 20, per: address, addresses: 500}
  flows:
    menu:
      - limit: customer
      - {at: gate, service: 1 ms, priority: 2}
      - cache: menu
        hit: [{delay: 1 ms}]
        miss:
          - hold: {pool: web-db, timeout: 0 s}
            steps: [{at: database, service: exponential(5 ms)}]
      - {send: 0.5 kB}
    search:
      - limit: zone
      - cache: search
        miss:
          - parallel: [[{at: web, service: 5 ms, patience: 2 s}], [{delay: {network: 10 ms, disk: 2 ms}}]]
      - branch:
          - {share: 30 %, steps: [{fail: 5 %}]}
          - {share: 70 %, steps: []}
    gps:
      clients: 10000
      every: 5 s
      offline: {every: exponential(1 h), for: uniform(1 min, 5 min), keep: 50}
      keys: {area: 500 km2, cell: 100 m}
      steps:
        - retry: {attempts: 4, timeout: 1 s, backoff: 200 ms, factor: 1.5, jitter: 10 %, budget: 20 %}
          steps: [{at: api, service: 5 ms}]
        - place: fixes
        - consume: fixes
          steps:
            - {at: location, service: 9 ms, scan: customers}
            - keep_newest: known_fix
            - fresh: 30 s
            - start: shown
    shown:
      - only_if: watched
      - only_if: {moved: 100 m}
      - keep_latest: known_fix
      - {at: location, service: 1 ms}
      - batch: {size: 100, every: 30 s}
        steps: [{repeat: 3, steps: [{at: web, service: 1 ms}]}]
      - batch: {every: 1 min}
        steps: [{delay: 1 ms}]
      - deliver: customers
    bulk: {arrivals: exponential(125 ms), batch: 5, keys: {catalogue: 10}, steps: [{at: web, service: 1 ms}]}
  effects:
    read: [{delay: 1 ms}, {at: database, service: 5 ms, lag: exponential(100 ms)}]
    insert: {at: database, service: 5 ms}
targets:
  gps.bytes: ["rate < 9 MB/s"]
  cache.menu.hit: ["ratio > 60 %"]
"""
"""A scenario without a city that says about everything a stack can say."""


def written(folder: Path, text: str | bytes = TINY, name: str = "tiny.yaml") -> Path:
    """The text as a file of the folder."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def line_of(text: str, part: str) -> int:
    """The 1-based line on which `part` first stands."""
    return text[: text.index(part)].count("\n") + 1

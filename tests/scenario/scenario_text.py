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


def written(folder: Path, text: str | bytes = TINY, name: str = "tiny.yaml") -> Path:
    """The text as a file of the folder."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def line_of(text: str, part: str) -> int:
    """The 1-based line on which `part` first stands."""
    return text[: text.index(part)].count("\n") + 1

"""A small city for tests: one geo, a few drivers, and the bundled stack or a stack of fixed times."""

from __future__ import annotations

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory

from swifteats_sim.results import Tables
from swifteats_sim.scenario import Scenario, load
from swifteats_sim.simulation import simulate

CITY = """
name: small
warmup: 0 s
duration: 60 min
seed: 3
city:
  geos:
    centre: {kind: dense, area: 9 km2, restaurants: 12, drivers: 30}
demand:
  orders: {rate: 1.5/min}
stack: {extends: design}
"""

FIXED = """
name: fixed
duration: 3 h
seed: 5
city:
  geos:
    centre: {kind: dense, area: 4 km2, restaurants: 1, drivers: 1}
  kitchens: {confirmation: 60 s, cooking: 600 s, packing: 120 s}
  drivers: {accept: 100 %, no_answer: 0 %, answer: 10 s, pickup: 120 s, dropoff: 180 s}
  customers: {patience: 5 h}
demand:
  orders: {rate: 1/h}
ordering: {payment_success: 100 %, lines: 1}
assignment: {deferral: "off"}
stack:
  stations:
    server: {concurrency: 1000}
  pools:
    connections: {size: 10}
  topics:
    assignment: {partitions: {dense: 1}, placement: round_robin}
    fixes: {partitions: {dense: 1}, placement: keyed}
  flows:
    order:
      - {at: server, service: 10 ms}
      - hold: {pool: connections}
        steps: [{rule: reserve_inventory}, {rule: create_order}]
      - {rule: pay_order}
      - {rule: request_assignment}
    gps:
      - {at: server, service: 50 ms}
      - {place: fixes}
      - {keep_newest: known_fix}
      - {start: tracking}
    tracking:
      - {only_if: watched}
      - {delay: 20 ms}
  effects:
    read: {at: server, service: 1 ms}
    compare_and_set: {at: server, service: 2 ms}
    insert: {at: server, service: 4 ms}
    transaction: {at: server, service: 8 ms}
    publish: {at: server, service: 16 ms}
    call_payment: {at: server, service: 100 ms}
    find_drivers: {at: server, service: 200 ms}
"""


def scenario_of(text: str, *settings: str) -> Scenario:
    """A scenario from text and `PATH=VALUE` settings."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_text(text, encoding="utf-8")
        pairs = [setting.split("=", 1) for setting in settings]
        return load(path, [(key, value) for key, value in pairs])


def run(*settings: str, text: str = CITY) -> Tables:
    """The record of one replication."""
    return simulate(scenario_of(text, *settings))


def overlaps(spans: list[tuple[int, int]]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Neighbours in time of which the later begins before the earlier ends."""
    return [(one, two) for one, two in itertools.pairwise(sorted(spans)) if two[0] < one[1]]

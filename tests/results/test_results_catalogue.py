"""The catalogue and the measures agree: no name without a measure, no measure without a name."""

from __future__ import annotations

from typing import Any

from results_records import (
    bare_run,
    caches,
    flow,
    kitchens,
    offers,
    orders,
    pools,
    run,
    series,
    shifts,
    states,
    stations,
    streams,
    times,
    topics,
)

from swifteats_sim.results import Tables, measure
from swifteats_sim.results.measure_counts import TOTALS
from swifteats_sim.results.names import unit_of_name
from swifteats_sim.scenario.city_metrics import CITY
from swifteats_sim.scenario.metrics import catalogue
from swifteats_sim.scenario.stack import Stack

STACK = Stack.model_validate(
    {
        "stations": {"gateway": {}},
        "pools": {"orders-db": {"size": 1}},
        "caches": {"menus": {"ttl": "2 min"}},
        "topics": {name: {"partitions": 1, "placement": "keyed"} for name in ("fixes", "assignment")},
        "streams": {"tracking": {"processes": 1}},
        "flows": {
            name: [{"at": "gateway", "service": "deterministic(1 ms)"}] for name in ("order", "gps", "tracking", "menu")
        },
    }
)

LIFE = dict.fromkeys(
    ("placed", "paying", "answered", "paid", "accepted", "cooking", "ready", "eligible", "assigned"), 100
)
ENDS = dict.fromkeys(
    (
        "departed", "at_restaurant", "picked_up", "left", "at_door", "delivered", "closed", "promised", "eta",
        "eta_at_pickup", "eta_at_door",
    ),
    110,
)  # fmt: skip
OFFER = dict.fromkeys(("taken", "committed", "answered"), 100) | dict.fromkeys(("done", "released"), 110)
KNOWN = dict.fromkeys(("overtaken", "searched", "nearest", "best_gap"), 0)
COUNTS = (
    "double_assignments", "rivals", "stranded", "oversold", "leaked", "replenished", "low_stock",
    "reserve_tries", "reserve_conflicts", "reserve_waits", "commit_tries", "commit_conflicts", "lost_requests",
)  # fmt: skip
SOFTWARE: dict[str, Any] = {
    "stations": stations({"station": "gateway", "servers": 1, "visits": 1, "busy": 1, "wait": 0}),
    "pools": pools({"pool": "orders-db", "size": 1, "takes": 1}),
    "caches": caches({"cache": "menus", "reads": 1, "hits": 1}),
    "topics": topics({"topic": "fixes", "messages": 1}, {"topic": "assignment", "messages": 1}),
    "streams": streams({"stream": "tracking", "sent": 1, "delivered": 1}),
    "flows": {name: flow([1], born=1, wait=[1], calls=1, attempts=1) for name in ("gps", "tracking", "menu")},
    "delays": {"fixes": times(1), "assignment": times(1)},
    "series": series(**{"lag.fixes": [0, 0, 0]}),
}


def full() -> Tables:
    return run(
        orders=orders({**LIFE, **ENDS, "driver": 0, "state": "delivered"}),
        offers=offers({**OFFER, **KNOWN}),
        kitchens=kitchens({"cooks": 1, "busy": 1}),
        shifts=shifts((0, 180)),
        states=states((0, 0, "available")),
        counts=dict.fromkeys(COUNTS, 1),
        **SOFTWARE,
    )


def test_a_full_record_answers_the_whole_catalogue_and_nothing_else() -> None:
    assert set(measure(full())) == set(catalogue(STACK))


def test_every_measure_has_a_unit() -> None:
    assert {unit_of_name(name) for name in measure(full())} == {"s", "/s", "B/s", "ratio", ""}


def test_without_a_city_its_metrics_are_absent() -> None:
    of_flow_gps = {"location.stale.count", "location.overwritten.count"}
    of_city = {name for metric in CITY for name in metric.names} - of_flow_gps
    assert set(measure(bare_run(**SOFTWARE))) == set(catalogue(STACK)) - of_city


def test_a_metric_of_the_whole_run_says_so() -> None:
    """What the record counts from start to end; all others are of the measured span."""
    whole = {*TOTALS, "assignment.conflict.ratio", "inventory.conflict.ratio"}
    says = {name for each in CITY if each.meaning.endswith((", whole run", ", at the end")) for name in each.names}
    assert says == whole

"""What is said of a stack before it runs: the numbers of everything that cannot hold, and nothing of what can."""

from __future__ import annotations

from typing import Any

import pytest
from forecast_declared import declared, in_city, job, visit

from swifteats_sim.forecast.explaining import Explanation, explain

FIXES = {"partitions": 50, "placement": "keyed", "consumers": 10, "message": "343 B"}
AS_NOTED = {
    "stations": {
        "gps": {"instances": 5, "concurrency": 5, "balancing": "round_robin"},
        "location": {"instances": 10, "balancing": "partition"},
    },
    "topics": {"fixes": FIXES},
    "flows": {
        "gps": {"clients": 10_000, "every": "5 s", "steps": [
            visit("uniform(10 ms, 23 ms)", "gps"), {"place": "fixes"},
            {"consume": "fixes", "steps": [visit("uniform(5 ms, 13 ms)", "location")]}]},
    },
}  # fmt: skip


def said(stack: dict[str, Any], **keys: Any) -> Explanation:
    return explain(declared(stack, **keys))


def against(stack: dict[str, Any], **keys: Any) -> str:
    """The only thing that cannot hold, with its references."""
    (objection,) = said(stack, **keys).cannot
    return f"{objection.text} {' '.join(objection.refs)}".strip()


def beware(stack: dict[str, Any], **keys: Any) -> str:
    explanation = said(stack, **keys)
    assert not explanation.cannot
    (objection,) = explanation.beware
    return f"{objection.text} {' '.join(objection.refs)}".strip()


def table(explanation: Explanation, title: str) -> list[tuple[str, ...]]:
    return [row for each in explanation.tables if each.title == title for row in each.rows]


def test_nothing_speaks_against_four_jobs_in_five() -> None:
    explanation = said({"flows": {"call": job(visit("exponential(100 ms)"), rate=8)}})
    assert not explanation.cannot
    assert not explanation.beware
    assert explanation.conclusion.startswith("Nothing speaks against it by arithmetic. Arithmetic is a forecast")
    assert table(explanation, "Flows") == [("call", "8", "arrivals, one every 125 ms\ndesk")]
    assert table(explanation, "Stations") == [("desk", "1 x 1", "8", "100 ms", "0.8", "80 %")]


def test_the_notes_fleet_cannot_take_2000_fixes_a_second() -> None:
    """#117, #125: five instances of five, ten workers."""
    texts = {f"{each.text} {' '.join(each.refs)}" for each in said(AS_NOTED).cannot}
    assert texts == {
        "Station gps is offered 132 % of what it can do: 2,000/s x 16.5 ms keep 33 servers busy, and there are 25 "
        "(5 x 5). It serves 1,515/s at most; 24 % of its jobs are left over. #117 C62",
        "Station location is offered 180 % of what it can do: 2,000/s x 9 ms keep 18 servers busy, and there are 10 "
        "(10 x 1). It serves 1,111/s at most; 44 % of its jobs are left over. #125 C62",
        "Topic fixes: 2,000/s keep 18 consumers busy, and one handles at a time; the busiest needs 180 % of its time. "
        "#125",
    }
    assert [row[-1] for row in table(said(AS_NOTED), "Stations")] == ["132 % OVER", "180 % OVER"]
    assert table(said(AS_NOTED), "Topics") == [("fixes", "50", "2,000", "686 kB/s", "59.3 GB", "18 of 10 OVER")]


def test_pinned_fixes_are_one_workers_burden() -> None:
    workers = {"gps": {"instances": 12, "concurrency": 5}, "location": {"instances": 30, "balancing": "partition"}}
    topics = {"fixes": {**FIXES, "placement": "pinned", "consumers": 30}}
    found = {each.text: each.refs for each in said({**AS_NOTED, "stations": workers, "topics": topics}).cannot}
    assert [refs[0] for refs in found.values()] == ["C42", "C42"]
    location, fixes = found
    assert "busiest instance is offered 1,800 % of what it can do, since all messages of fixes are in one" in location
    assert "1 of its consumers get work, since all messages of a geo are in one partition" in fixes


def test_little_room_is_a_warning() -> None:
    text = beware({"flows": {"call": job(visit("exponential(90 ms)"))}})
    assert text == ("Station desk has no room: 90 % busy. 10/s x 90 ms keep 0.9 servers busy, and there is 1 (1 x 1).")
    explanation = said({"flows": {"call": job(visit("exponential(90 ms)"))}})
    assert explanation.conclusion.startswith("Nothing else speaks against it")
    assert table(explanation, "Stations")[0][-1] == "90 % tight"


def test_a_retry_storm_can_hold_itself_up() -> None:
    """60/s offered, 100/s capacity, 1 s timeout, 3 retries."""
    terms = {"attempts": 4, "timeout": "1 s"}
    retry = {"retry": terms, "steps": [visit()]}
    assert beware({"flows": {"call": job(retry, rate=60)}}) == (
        "Station desk: up to 4 x under failure, 240/s exceeds 100/s: a retry storm can hold itself up."
    )
    terms["budget"] = "10 %"
    assert not said({"flows": {"call": job(retry, rate=60)}}).beware


def test_attempts_that_outlast_their_client_are_named() -> None:
    retry = {"retry": {"attempts": 2, "timeout": "50 ms"}, "steps": [{"delay": "uniform(60 ms, 80 ms)"}]}
    assert against({"flows": {"call": job(retry)}}) == (
        "Flow call: an attempt takes 60 ms at least, and its client waits 50 ms: none ever succeeds."
    )


@pytest.mark.parametrize(
    ("timeout", "words"),
    [("2 s", "33 % of the jobs wait for one in vain."), ("0 s", "33 % of the jobs are refused at once. C69")],
)
def test_a_pool_that_is_too_small(timeout: str, words: str) -> None:
    hold = {"hold": {"pool": "p", "timeout": timeout}, "steps": [{"delay": "1.5 s"}]}
    stack = {"pools": {"p": {"size": 100}}, "flows": {"call": job(hold, rate=100)}}
    assert against(stack) == f"Pool p: 100/s x 1.5 s need 150 connections, and there are 100: {words}"


def test_pools_that_ask_more_of_a_database_than_it_accepts() -> None:
    pools = {name: {"size": size, "to": "desk"} for name, size in (("orders", 60), ("menus", 40), ("fixes", 100))}
    stack = {"stations": {"desk": {"connections": 100}}, "pools": pools, "flows": {"call": job(visit())}}
    assert against(stack) == (
        "Pools to desk: 60 of orders + 40 of menus + 100 of fixes are 200 connections, and it accepts 100. #73 C76"
    )


def test_addresses_that_drivers_share() -> None:
    gps = {"clients": 10_000, "every": "5 s", "steps": [{"limit": "nginx"}]}
    terms = {"rate": "100/s", "burst": 100, "per": "address", "addresses": 10}
    limits = {"nginx": terms}
    assert against({"limits": limits, "flows": {"gps": gps}}) == (
        "Limit nginx: flow gps comes from 10 addresses, 200/s each, and 100/s are allowed: 50 % of its jobs are "
        "refused. #39 C69"
    )
    terms["addresses"] = 20
    assert "chance refuses some" in beware({"limits": limits, "flows": {"gps": gps}})


def test_streams_of_ten_processes_without_fan_out() -> None:
    streams = {"live": {"processes": 10, "fan_out": False, "clients": 512}}
    assert against({"streams": streams, "flows": {"call": job({"deliver": "live"})}}) == (
        "Stream live: an update reaches its customer with probability 1/10 x 1/10: streams are per process, there are "
        "10 without fan-out; 1 % arrive. C28"
    )


def test_slots_cut_off_customers_and_scans() -> None:
    streams = {"live": {"slots": 512, "clients": 10_000, "resubscribes": False, "drops": "1 h", "scan": "1 ms"}}
    texts = [each.text for each in said({"streams": streams, "flows": {"call": job({"deliver": "live"})}}).cannot]
    assert texts == [
        "Stream live: 10,000 customers want a connection, and there are 512 slots.",
        "Stream live: who was cut off once hears nothing any more.",
        "Stream live: a message looks through 10,000 connections for 512 ms; 10/s keep 5.12 of 1 processes busy with "
        "that alone.",
    ]


def test_a_target_below_the_least_that_the_steps_take() -> None:
    """#48: the parts of an order's latency are 103 ms at least."""
    parts = {"network": "uniform(8 ms, 18 ms)", "payment": "uniform(55 ms, 160 ms)", "rest": "uniform(40 ms, 110 ms)"}
    stack = {"flows": {"call": job({"delay": parts})}}
    assert against(stack, targets={"call.latency": ["p99 < 100 ms", "p99 < 110 ms"]}) == (
        "Target call.latency p99 < 100 ms cannot be met: its steps take 103 ms at the very least."
    )


def test_a_target_that_the_key_law_forbids() -> None:
    """#28: 80 % hits are hoped for, 58 % is what 2 minutes can give."""
    stack = {"caches": {"menus": {}}, "flows": {"menu": [{"cache": "menus", "miss": [visit("1 ms")]}]}}
    demand = {"menus": {"rate": "5000/min", "catalogue": 150_000, "zipf": 1.0}}
    targets = {"cache.menus.hit": ["ratio >= 80 %", "ratio >= 50 %"]}
    assert beware(stack, demand=demand, targets=targets) == (
        "Target cache.menus.hit ratio >= 80 % is not to be expected: arithmetic says 58 %. #28"
    )
    (row,) = table(said(stack, demand=demand), "Flows")
    assert row == ("menu", "83.3", "demand: 5,000/min\ncache menus (58 % hits), else [desk]")


def test_targets_that_the_offered_load_forbids() -> None:
    targets = {
        "call.throughput": ["rate >= 11/s", "rate >= 9/s"], "station.desk.utilization": ["mean < 5 %"],
        "call.completion": ["ratio >= 99 %"],
    }  # fmt: skip
    explanation = said({"flows": {"call": job(visit(), {"fail": "5 %"})}}, targets=targets)
    assert [each.text for each in explanation.beware] == [
        "Target call.throughput rate >= 11/s is not to be expected: 9.5/s at most come through.",
        "Target station.desk.utilization mean < 5 % is not to be expected: arithmetic says 10 %.",
        "Target call.completion ratio >= 99 % is not to be expected: 95 % come through, were nothing ever full.",
    ]


def test_a_fleet_that_is_too_small_for_its_orders() -> None:
    explanation = explain(
        in_city(demand={"orders": {"rate": "2000/min"}}, targets={"orders.delivered": ["rate >= 1999/min"]})
    )
    fleet = next(each for each in explanation.cannot if each.text.startswith("Fleet"))
    assert fleet.text.startswith("Fleet: 10,000 drivers for 2,000 orders/min allow a mean cycle of 5 min; ")
    assert fleet.refs == ("#17", "C80")
    assert "cannot be met: 10,000 drivers carry" in explanation.cannot[-1].text
    fits = explain(in_city())
    assert any("allow a mean driver cycle of 20 min (#17)" in note for note in fits.notes)
    assert not fits.cannot


def test_paths_read_from_left_to_right() -> None:
    steps = [
        {"limit": "api"},
        {"branch": [{"share": "30 %", "steps": [visit()]}, {"share": "70 %", "steps": []}]},
        {"parallel": [[visit()], [{"delay": "uniform(10 ms, 20 ms)"}]]},
        {"retry": {"attempts": 4}, "steps": [{"hold": {"pool": "p"}, "steps": [visit()]}]},
        {"repeat": 9, "steps": [{"send": "500 B"}]},
        {"batch": {"size": 100, "every": "30 s"}, "steps": [{"fail": "5 %"}]},
        {"place": "t"},
        {"consume": "t", "steps": [{"fresh": "30 s"}, {"keep_newest": "known_fix"}, {"only_if": {"moved": "100 m"}}]},
        {"start": "late"},
    ]
    stack = {
        "limits": {"api": {"rate": "1/s", "burst": 1}}, "pools": {"p": {"size": 9}},
        "flows": {"gps": {"clients": 5, "every": "5 s", "steps": steps}, "late": [visit()]},
        "topics": {"t": {"partitions": 4, "placement": "random"}},
    }  # fmt: skip
    assert table(said(stack), "Flows")[0][2].split("\n")[1] == (
        "limit api > 30 % [desk] or 70 % [nothing] > at once [desk] and [delay 15 ms] > up to 4 x [pool p [desk]] > "
        "9 x [send 500 B] > batch of 100 or 30 s [5 % fail] > topic t > consumers of t [if at most 30 s old > "
        "keep newest > if moved 100 m] > start late"
    )


def test_what_is_idle_is_named_once() -> None:
    explanation = said({"stations": {"spare": {}}, "flows": {"call": job(visit()), "menu": [visit(at="spare")]}})
    assert "Idle: flows menu; stations spare." in explanation.notes
    assert [row[0] for row in table(explanation, "Flows")] == ["call"]
    assert [row[0] for row in table(explanation, "Stations")] == ["desk"]


def test_unknown_rates_are_said_to_be_unknown() -> None:
    explanation = explain(in_city(city={"geos": {"c": {"kind": "dense"}}}, demand={"trace": "day"}))
    assert [row[:2] for row in table(explanation, "Flows")] == [("order", "?"), ("gps", "?")]
    assert "Rates unknown before the run, and left out: order, gps." in explanation.notes
    assert explanation.conclusion.startswith("Nothing speaks against it by arithmetic, as far as rates are known.")

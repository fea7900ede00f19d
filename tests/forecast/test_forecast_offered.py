"""What a stack is offered: every rule of arithmetic against a sum by hand."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest
from forecast_declared import cache, facts, flow, in_city, job, limit, pool, station, topic, visit

from swifteats_sim.forecast.facts import Facts
from swifteats_sim.forecast.offered import offered


def visits(*steps: dict[str, Any], rate: float = 10.0, **stack: Any) -> float:
    """Visits/s at the desk of jobs that take these steps."""
    return station(facts({"flows": {"job": job(*steps, rate=rate)}, **stack})).visits


def test_eight_jobs_a_second_of_100_ms_keep_a_server_busy_for_80_percent() -> None:
    found = facts({"flows": {"job": job(visit("exponential(100 ms)"), rate=8)}})
    desk = station(found)
    assert (desk.visits, desk.busy, desk.utilization, desk.service) == pytest.approx((8, 0.8, 0.8, 0.1))
    assert desk.capacity == pytest.approx(10)
    assert flow(found).rate == pytest.approx(8)


def test_a_way_is_taken_by_its_share() -> None:
    ways = [{"share": "30 %", "steps": [visit(), visit()]}, {"share": "70 %", "steps": []}]
    assert visits({"branch": ways}) == pytest.approx(10 * 0.3 * 2)


def test_all_parallel_sequences_are_taken() -> None:
    found = facts({"flows": {"job": job({"parallel": [[visit("30 ms")], [visit("10 ms"), visit("10 ms")]]})}})
    assert station(found).busy == pytest.approx(10 * 0.05)
    assert flow(found).mean == flow(found).least == pytest.approx(0.03)


def test_a_repetition_multiplies_and_failures_thin_its_rounds() -> None:
    assert visits({"repeat": 9, "steps": [visit()]}) == pytest.approx(90)
    assert visits({"repeat": 3, "steps": [visit(), {"fail": "50 %"}]}) == pytest.approx(10 * (1 + 0.5 + 0.25))


def test_retries_make_as_many_attempts_as_failures_ask_for() -> None:
    steps = [visit(), {"fail": "30 %"}]
    found = facts({"flows": {"job": job({"retry": {"attempts": 4, "backoff": "0 s"}, "steps": steps}, visit())}})
    attempts = 1 + 0.3 + 0.3**2 + 0.3**3
    assert station(found).visits == pytest.approx(10 * (attempts + 1 - 0.3**4))
    assert flow(found).through == pytest.approx(1 - 0.3**4)
    assert flow(found).mean == pytest.approx(attempts * 0.01 + (1 - 0.3**4) * 0.01)


def test_without_failures_there_is_one_attempt_and_a_storm_makes_them_all() -> None:
    steps = {"retry": {"attempts": 4, "timeout": "1 s"}, "steps": [visit()]}
    desk = station(facts({"flows": {"job": job(steps)}}))
    assert (desk.visits, desk.storm) == pytest.approx((10, 40))
    budgeted = {"retry": {"attempts": 4, "budget": "10 %"}, "steps": [visit()]}
    assert station(facts({"flows": {"job": job(budgeted)}})).storm == pytest.approx(11)


def test_an_attempt_that_cannot_be_done_in_time_always_fails() -> None:
    steps = {"retry": {"attempts": 3, "timeout": "50 ms"}, "steps": [visit("uniform(60 ms, 80 ms)")]}
    found = facts({"flows": {"job": job(steps)}})
    assert station(found).visits == pytest.approx(30)
    assert flow(found).through == 0
    assert [(each.timeout, each.least) for each in found.hopeless] == [pytest.approx((0.05, 0.06))]


def test_what_is_dropped_is_not_tried_again() -> None:
    stream = {"live": {"processes": 2, "fan_out": False, "routing": "sticky", "clients": 10}}
    steps = {"retry": {"attempts": 3}, "steps": [visit(), {"deliver": "live"}]}
    assert visits(steps, visit(), streams=stream) == pytest.approx(10 + 5)


def test_a_given_hit_ratio_parts_the_jobs() -> None:
    steps = {"cache": "menus", "hit": [visit()], "miss": [visit(), visit()]}
    assert visits(steps, caches={"menus": {"hits": "80 %"}}) == pytest.approx(10 * (0.8 + 0.2 * 2))


@pytest.mark.parametrize(
    ("terms", "batches", "mean_wait"),
    [
        ({"size": 5, "every": "1 h"}, 2.0, 0.2),  # full: 4 others to wait for, 2 on average, 0.1 s each
        ({"size": 1000, "every": "1 s"}, 10 / 11, 6 / 11),  # the first of 11 waits 1 s, the others half of it
        ({"every": "30 s"}, 1 / 30, 15.0),
    ],
)
def test_a_batch_passes_once_for_all(terms: dict[str, Any], batches: float, mean_wait: float) -> None:
    found = facts({"flows": {"job": job({"batch": terms, "steps": [visit("0 s")]})}})
    assert station(found).visits == pytest.approx(batches)
    assert flow(found).mean == pytest.approx(mean_wait)


def test_connections_in_use_are_rate_times_time() -> None:
    steps = {"hold": {"pool": "p"}, "steps": [{"delay": "uniform(0.1 s, 0.3 s)"}, visit("50 ms")]}
    found = facts({"pools": {"p": {"size": 5}}, "flows": {"job": job(steps)}})
    held = pool(found, "p")
    assert (held.takes, held.in_use, held.inside) == pytest.approx((10, 2.5, 0.25))
    assert not held.at_once


def test_consumers_are_busy_with_every_handling() -> None:
    topics = {"t": {"partitions": 4, "placement": "round_robin", "consumers": 2, "duplicates": "10 %",
                    "failures": "20 %", "attempts": 2}}  # fmt: skip
    steps = [{"place": "t"}, {"consume": "t", "steps": [visit()]}]
    found = facts({"topics": topics, "flows": {"job": job(*steps)}})
    handled = 10 * 1.1 * 1.2
    assert station(found).visits == pytest.approx(handled)
    t = topic(found, "t")
    assert (t.messages, t.busy, t.consumers, t.busiest) == pytest.approx((10, handled * 0.01, 2, handled * 0.005))
    assert flow(found).through == pytest.approx(1 - 0.2**2)


def test_a_day_of_fixes_is_as_long_as_the_ledger_says() -> None:
    topics = {"fixes": {"partitions": 60, "placement": "keyed", "message": "343 B"}}
    fixes = {"clients": 10_000, "every": "5 s", "steps": [{"place": "fixes"}]}
    t = topic(facts({"topics": topics, "flows": {"gps": fixes}}), "fixes")
    assert t.volume == pytest.approx(686e3)  # #116: 686 KB/s, 59 GB a day
    assert t.volume * 86_400 == pytest.approx(59e9, rel=0.01)


def test_pinned_messages_keep_one_consumer_and_one_instance_busy() -> None:
    topics = {"t": {"partitions": 8, "placement": "pinned", "consumers": 4}}
    steps = [{"place": "t"}, {"consume": "t", "steps": [visit("90 ms")]}]
    stations = {"desk": {"instances": 4, "balancing": "partition"}}
    found = facts({"stations": stations, "topics": topics, "flows": {"job": job(*steps)}})
    assert (topic(found, "t").consumers, topic(found, "t").busiest) == pytest.approx((1, 0.9))
    desk = station(found)
    assert (desk.utilization, desk.busiest) == pytest.approx((0.225, 0.9))
    assert desk.pinned == ("t",)


def test_few_senders_leave_keyed_partitions_empty() -> None:
    """Clients 0 .. 5 over 4 partitions: 2, 2, 1 and 1 of them; consumers 0 and 1 take two partitions each."""
    topics = {"t": {"partitions": 4, "placement": "keyed", "consumers": 3}}
    steps = [{"place": "t"}, {"consume": "t", "steps": [visit()]}]
    jobs = {"clients": 6, "every": "1 s", "steps": steps}
    t = topic(facts({"topics": topics, "flows": {"job": jobs}}), "t")
    assert (t.busy, t.busiest) == pytest.approx((0.06, 0.03))  # consumer 0: partitions 0 and 3, three clients


def test_weights_fill_one_instance_first() -> None:
    stations = {"desk": {"instances": 2, "balancing": "weighted", "weights": [3, 1]}}
    desk = station(facts({"stations": stations, "flows": {"job": job(visit("100 ms"))}}))
    assert (desk.utilization, desk.busiest) == pytest.approx((0.5, 0.75))


def test_pauses_that_come_again_take_servers_away() -> None:
    pause = {"every": "exponential(900 s)", "for": "exponential(100 s)", "instance": 0}
    stations = {"desk": {"instances": 2, "concurrency": 5, "pauses": [pause]}}
    assert station(facts({"stations": stations, "flows": {"job": job(visit())}})).up == pytest.approx(9.5)


def test_a_started_flow_gets_the_rate_of_that_point_and_the_age_of_its_job() -> None:
    flows = {
        "job": job(visit("20 ms"), {"branch": [{"share": "40 %", "steps": [{"start": "late"}]},
                                               {"share": "60 %", "steps": []}]}),
        "late": [visit("30 ms")],
    }  # fmt: skip
    found = facts({"flows": flows})
    late = flow(found, "late")
    assert (late.rate, late.least) == pytest.approx((4, 0.05))
    assert late.source == "started by job"


def test_jobs_share_the_tokens_of_their_address() -> None:
    flows = {"gps": {"clients": 10_000, "every": "5 s", "steps": [{"limit": "api"}, visit("1 ms")]}}
    limits = {"api": {"rate": "50/s", "burst": 20, "per": "address", "addresses": 20}}
    found = facts({"limits": limits, "flows": flows})
    api = limit(found, "api")
    assert (api.owners, api.asked, api.allowed, api.passed) == pytest.approx((20, 100, 50, 0.5))
    assert station(found).visits == pytest.approx(1000)


def test_clients_who_never_come_twice_meet_no_limit() -> None:
    assert visits({"limit": "api"}, visit(), limits={"api": {"rate": "1/min", "burst": 1}}) == pytest.approx(10)
    flows = {"job": job({"limit": "api"}, visit(), population=4)}
    found = facts({"limits": {"api": {"rate": "1/s", "burst": 1}}, "flows": flows})
    assert station(found).visits == pytest.approx(4)


def test_a_message_looks_through_the_connections_of_its_process() -> None:
    streams = {"live": {"processes": 10, "clients": 10_000, "scan": "20 us"}}
    found = facts({"streams": streams, "flows": {"job": job(visit("1 ms", scan="live"))}})
    assert station(found).service == pytest.approx(0.001 + 1_000 * 20e-6)


@pytest.mark.parametrize(("routing", "share"), [("sticky", 0.1), ("any", 0.01)])
def test_without_fan_out_few_messages_arrive(routing: str, share: float) -> None:
    streams = {"live": {"processes": 10, "routing": routing, "fan_out": False, "clients": 10}}
    assert visits({"deliver": "live"}, visit(), streams=streams) == pytest.approx(10 * share)


def test_slots_and_breaks_cut_customers_off() -> None:
    streams = {"live": {"clients": 1000, "slots": 500, "drops": "exponential(95 s)", "reconnect": "5 s"}}
    found = facts({"streams": streams, "flows": {"job": job({"deliver": "live"}),
                                                 "back": {"connects": "live", "steps": [visit()]}}})  # fmt: skip
    assert found.streams[0].delivered == pytest.approx(0.5 * 0.95)
    assert flow(found, "back").rate == pytest.approx(10)


def test_orders_drivers_and_watchers_come_from_the_city() -> None:
    flows = {"polling": {"clients": "watchers", "every": "10 s", "steps": [visit("1 ms")]}}
    customers = {"watching": "50 %"}
    city = in_city().model_dump(mode="json", exclude_none=True)["city"]
    found = offered(in_city({"flows": flows}, city={**city, "customers": customers}))
    assert flow(found, "order").rate == pytest.approx(500 / 60)
    assert (flow(found, "gps").rate, flow(found, "gps").source) == (2000, "10,000 drivers, each every 5 s")
    assert flow(found, "polling").rate == pytest.approx(500 * 35 * 0.5 / 10)
    assert "35 min that an order is open" in flow(found, "polling").source


def test_the_curve_counts_at_its_peak_and_shifts_at_their_mean() -> None:
    curve = [{"at": "0 s", "level": "50 %"}, {"at": "30 min", "level": "200 %"}]
    geo = {
        "kind": "dense",
        "area": "9 km2",
        "restaurants": 9,
        "shifts": [{"drivers": 40, "on": "45 min", "off": "2 h"}],
    }
    found = offered(in_city(city={"geos": {"c": geo}}, demand={"orders": {"rate": "6/min", "curve": curve}}))
    assert flow(found, "order").rate == pytest.approx(0.2)
    assert flow(found, "gps").rate == pytest.approx(40 / 4 / 5)


def test_without_a_city_orders_and_drivers_are_idle() -> None:
    flows = {"job": job(visit()), "gps": {"clients": "drivers", "steps": [visit()]}}
    found = facts({"flows": flows})
    assert (flow(found, "gps").rate, flow(found, "gps").source) == (0, "idle: there is no city")


def test_a_recorded_day_keeps_its_rates_to_itself() -> None:
    city = {"geos": {"c": {"kind": "dense"}}}
    flows = {"gps": {"clients": "drivers", "steps": [visit(), {"start": "tracking"}]}, "tracking": [visit()]}
    found = offered(in_city({"flows": flows}, city=city, demand={"trace": "day"}))
    assert found.unknown == ("order", "gps", "tracking")
    assert flow(found, "gps").rate is None
    assert flow(found, "order").source == "unknown: from the trace"
    assert station(found).visits == 0


def willing(**ordering: Any) -> Facts:
    """Every driver accepts the first offer."""
    city = {**in_city().model_dump(mode="json", exclude_none=True)["city"], "drivers": {"accept": "100 %"}}
    city["drivers"]["no_answer"] = "0 %"
    return offered(in_city(city=city, ordering=ordering))


def test_an_order_costs_what_its_rules_yield() -> None:
    """In its flow 3 reads and 2 compare-and-sets; beside it a search, 2 kitchen marks and 6 reports of the courier.

    All its food is made to order: its capacity comes back, and then its reservation ends.
    """
    found = willing(publish="awaited", prepared="0 %")
    assert found.effects == {
        "read": 3 + 1 + 2 + 6 + 2, "compare_and_set": 2 + 2 + 3, "transaction": 1 + 1 + 3 + 2, "insert": 1,
        "publish": 1, "find_drivers": 1, "call_payment": 1,
    }  # fmt: skip
    each = 14 + 7 + 7 + 1 + 1 + 1 + 1.05  # a payment is tried 1.05 times
    assert station(found, "database").visits == pytest.approx(500 / 60 * each)
    assert flow(found, "order").least == pytest.approx(0.01 + 0.01 * (2 + 1 + 3 + 3))


def test_an_outbox_costs_a_share_of_its_batches_and_publishes_beside_the_order() -> None:
    awaited, relayed = willing(publish="awaited"), willing(publish="outbox", relay_every="100 ms")
    together = 500 / 60 * 0.1
    batches = (1 - exp(-together)) / together
    more = {kind: relayed.effects[kind] - count for kind, count in awaited.effects.items()}
    # The request's row is written with the order, in a transaction where there was a compare-and-set.
    assert more == pytest.approx({
        "read": batches, "compare_and_set": -1, "transaction": 1 + batches, "insert": 0, "publish": 0,
        "find_drivers": 0, "call_payment": 0,
    })  # fmt: skip
    assert flow(awaited, "order").least - flow(relayed, "order").least == pytest.approx(0.01)


def test_what_is_cooked_ahead_anew_costs_once_a_round_however_often_it_was_sold() -> None:
    made, ahead = willing(prepared="0 %"), willing(prepared="100 %", replenish_every="15 min")
    sold, items = 500 * 15 * 2, 1500 * 50  # an order is two portions on average
    rounds = 2 * (1 - exp(-sold / items)) / (sold / items)
    # Nothing is made to order, so no capacity comes back.
    assert ahead.effects["read"] - made.effects["read"] == pytest.approx(rounds - 1)
    assert ahead.effects["transaction"] - made.effects["transaction"] == pytest.approx(rounds - 1)


def test_declined_offers_are_decided_again() -> None:
    found = offered(in_city())  # 93 % accept
    assert found.effects["find_drivers"] == pytest.approx(1 / 0.93)
    requests = topic(found, "assignment")
    assert requests.messages == pytest.approx(500 / 60 / 0.93)
    assert requests.busy == pytest.approx(requests.messages * 0.03)  # read, search, commit
    assert requests.busiest == pytest.approx(requests.busy / 2 / 6)  # two geos, six consumers each


def test_the_fleet_allows_a_cycle_of_twenty_minutes() -> None:
    fleet = offered(in_city()).fleet
    assert fleet is not None
    assert fleet.allowed == pytest.approx(1200)  # #17
    assert 500 < fleet.least < 700  # hand-overs of 5 min and a trip of 5 min


def test_a_driver_at_full_speed_moves_100_m_in_four_fixes() -> None:
    """Dense: 25 km/h along streets 1.3 times as long, 26.7 m in 5 s; sparse: 35 km/h, 1.2, 40.5 m."""
    flows = {"gps": {"clients": "drivers", "steps": [{"only_if": {"moved": "100 m"}}, visit("1 ms")]}}
    found = offered(in_city({"flows": {**flows}, "stations": {"gate": {}}}))
    assert station(found).by_flow["gps"] == pytest.approx(1000 / 4 + 1000 / 3)


def test_a_batch_of_jobs_at_one_arrival_counts_for_all() -> None:
    assert flow(facts({"flows": {"job": job(visit(), rate=2, batch=4)}})).rate == pytest.approx(8)


def test_unused_parts_are_offered_nothing() -> None:
    stack = {"pools": {"p": {"size": 1}}, "caches": {"c": {}}, "topics": {"t": {"partitions": 1, "placement": "keyed"}}}
    found = facts({**stack, "stations": {"spare": {}}, "flows": {"job": job(visit())}})
    assert (station(found, "spare").visits, station(found, "spare").capacity) == (0, None)
    assert (pool(found, "p").in_use, cache(found, "c").reads, topic(found, "t").messages) == (0, 0, 0)


def test_two_callers_of_one_station_add_up() -> None:
    desk = station(facts({"flows": {"one": job(visit("10 ms")), "two": job(visit("30 ms"), rate=5)}}))
    assert dict(desk.by_flow) == pytest.approx({"one": 10, "two": 5})
    assert desk.busy == pytest.approx(0.25)

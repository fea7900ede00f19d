"""Findings say in plain words what the numbers mean."""

from __future__ import annotations

import dataclasses
from typing import Any

from results_records import (
    bare_run,
    caches,
    flow,
    kitchens,
    offers,
    orders,
    run,
    shifts,
    stations,
    streams,
    times,
    topics,
)

from swifteats_sim.results import Estimate, Evidence, Tables, collect_findings, estimates, growths, measure
from swifteats_sim.results.find_lags import lagging_topics
from swifteats_sim.results.findings import Finding
from swifteats_sim.results.saturation import Growth


def found(*tables: Tables) -> dict[str, Finding]:
    evidence = Evidence(tables, estimates([measure(each) for each in tables]), [growths(each) for each in tables])
    return {finding.id: finding for finding in collect_findings(evidence)}


def hour(cycle: float) -> Tables:
    """Ten drivers and 60 orders an hour; each offer accepted in it takes `cycle` seconds."""
    return run(
        warmup=0,
        end=3600,
        orders=orders(*({"placed": 60 * n, "paid": 60 * n, "assigned": 60 * n} for n in range(60))),
        offers=offers(*({"driver": n % 10, "committed": 60 * n, "done": 60 * n + cycle} for n in range(20))),
        shifts=shifts(*[(0, 3600)] * 10),
    )


def test_little_s_law_tells_the_cycle_a_fleet_can_afford() -> None:
    assert found(hour(cycle=480))["fleet-cycle"] == Finding(
        "fleet-cycle",
        "By Little's law 10 drivers on shift can give 10 min to each of 1 order/min that need a driver. The mean cycle "
        "is 8 min, which keeps 8 busy, 80.0 % of those on shift: the fleet as a whole is large enough.",
        ("#17", "#1", "#16"),
    )


def test_little_s_law_tells_when_the_fleet_is_too_small() -> None:
    """Of an order a minute every third gets a driver; all of them would need 15 min each of 10 drivers."""
    day = hour(cycle=900)
    served = day.orders["assigned"].where(day.orders["order"] % 3 == 0, -1)
    short = dataclasses.replace(day, orders=day.orders.assign(assigned=served), offers=day.offers.iloc[:10])
    assert found(short)["fleet-cycle"].text.endswith(
        "The mean cycle is 15 min: 20/h get a driver and keep 5 busy, 50.0 % of those on shift; all of them would keep "
        "15 busy: the fleet is too small for it."
    )


def test_orders_for_which_nobody_looks_are_asked_of_no_driver() -> None:
    day = hour(cycle=480)
    lost = dataclasses.replace(day, orders=day.orders.assign(stranded=[0, 1] * 30))
    assert "each of 30 orders/h that need a driver" in found(lost)["fleet-cycle"].text
    unpaid = dataclasses.replace(day, orders=day.orders.assign(paid=-1))
    assert "fleet-cycle" not in found(unpaid)


def test_a_long_day_is_told_with_its_busiest_hour() -> None:
    """An order each half an hour, and one a minute in the third hour, on two drivers, and twenty in that hour."""
    times_ = [*range(0, 6 * 3600, 1800), *range(2 * 3600, 3 * 3600, 60)]
    day = run(
        warmup=0,
        end=6 * 3600,
        orders=orders(*({"placed": at, "paid": at, "assigned": at} for at in times_)),
        offers=offers(*({"driver": n, "committed": at, "done": at + 600} for n, at in enumerate(sorted(times_)[:22]))),
        shifts=shifts((0, 6 * 3600), (0, 6 * 3600), *[(7200, 10800)] * 20),
    )
    assert found(day)["fleet-cycle"].text.endswith(
        "In the busiest hour, from minute 120 on, 22 drivers are on shift for 1.03 orders/min: a cycle of 10 min keeps "
        "10 busy, 47.0 % of those on shift."
    )
    assert "busiest hour" not in found(hour(cycle=480))["fleet-cycle"].text


def test_the_law_holds_geo_by_geo() -> None:
    """Two drivers each; the centre has 12 orders an hour of 15 min, the outer geo 4 of 30 min."""
    fleets = shifts(*[(0, 3600)] * 4).assign(geo=[0, 0, 1, 1])
    placed = orders(*({"placed": 200 * n, "paid": 200 * n} for n in range(16))).assign(geo=[0] * 12 + [1] * 4)
    short = [{"driver": 0, "committed": 0, "done": 900}]
    long = [{"driver": 2, "committed": 0, "done": 1800}]
    tables = run(
        warmup=0, end=3600, geos=("centre", "outer"), orders=placed, shifts=fleets, offers=offers(*short, *long)
    )
    assert found(tables)["tightest-geo"].text == (
        "Drivers needed, of those on shift: centre 150.0 % (12 orders/h x 15 min on 2 drivers); "
        "outer 100.0 % (4 orders/h x 30 min on 2 drivers). centre is the tightest: its fleet is too small."
    )


def test_the_times_people_feel_are_told_with_the_promise() -> None:
    order = {"placed": 60, "paid": 60, "assigned": 660, "at_restaurant": 900, "ready": 1260, "picked_up": 1380}
    late = {**order, "delivered": 1860, "closed": 1860, "state": "delivered", "promised": 1800}
    soon = {**order, "delivered": 1860, "closed": 1860, "state": "delivered", "promised": 1920}
    assert found(run(warmup=0, end=3600, orders=orders(late, soon)))["felt-times"].text == (
        "Medians: click to door 30 min; click to ready 20 min; ready to picked up, hand-over included, 2 min; payment "
        "to driver 10 min. A driver waits 6 min for the food on average. The day promised 30 min after the click; 50.0 "
        "% arrived by then."
    )


def test_the_busiest_station_is_named_with_its_room() -> None:
    gateway = {"station": "gateway", "servers": 4, "visits": 10, "busy": 120, "wait": 0}
    database = {"station": "database", "servers": 1, "visits": 10, "busy": 96, "wait": 60}
    assert found(run(stations=stations(gateway, database)))["busiest-station"].text == (
        "The busiest station is database: 80.0 % of its servers busy, "
        "0.5 jobs waiting on average; it is full at 1.25 times this load."
    )


def test_a_full_station_has_no_room() -> None:
    full = {"station": "database", "servers": 1, "visits": 10, "busy": 120, "wait": 600}
    assert found(run(stations=stations(full)))["busiest-station"].text.endswith("it has no room left.")


def test_the_tighter_side_of_the_city_is_named() -> None:
    def day(done: float, *busy: float) -> Tables:
        cooks = kitchens(*({"cooks": 1, "busy": each} for each in busy))
        return run(shifts=shifts((60, 180)), offers=offers({"committed": 60, "done": done}), kitchens=cooks)

    assert found(day(120, 90, 90, 120))["tighter-side"].text == (
        "Drivers have an order for 50.0 % of their time on shift; cooks are busy for 83.3 % of theirs, those of the "
        "fullest kitchen for 100.0 % of the 2 min measured, as chance may have it in so short a span: the kitchens are "
        "tighter."
    )
    assert found(day(168, 30, 60))["tighter-side"].text.endswith("50.0 % of the 2 min measured: the fleet is tighter.")
    assert found(day(120, 30, 60))["tighter-side"].text.endswith(": neither side is tight.")
    assert "tighter-side" not in found(day(60, 0, 0))


def test_growing_backlogs_are_named_with_their_pace() -> None:
    def orders_grow(pace: float) -> dict[str, Growth]:
        return {
            "open_orders": Growth("open_orders", pace, 50.0, True),
            "queue.x": Growth("queue.x", 9.0, 1.0, False),
        }

    steady = {"open_orders": Growth("open_orders", 0.1, 50.0, False)}
    evidence = Evidence([run()] * 3, {}, [orders_grow(4.0), steady, orders_grow(5.0)])
    (finding,) = (each for each in collect_findings(evidence) if each.id == "saturation")
    assert finding.text == (
        "Saturated: open orders grow by 4.5/min in 2 of 3 replications. "
        "Values that depend on them would be others in a longer run."
    )


def test_a_steady_run_is_not_called_saturated() -> None:
    assert "saturation" not in found(run())


def test_waiting_drivers_are_counted_in_driver_hours() -> None:
    def day(ready: float) -> Tables:
        waiting = orders({"placed": 0, "at_restaurant": 1000, "ready": ready})
        return run(warmup=0, end=7200, orders=waiting, shifts=shifts((0, 7200), (0, 7200)))

    finding = found(day(ready=2800), day(ready=4600))["waiting-drivers"]
    assert finding.text == (
        "Drivers stood 45 min in all at restaurants before the food was ready: 18.8 % of the fleet's time on shift, "
        "45 min an order."
    )
    assert finding.refs == ("#17", "C1")


def test_the_order_of_fixes_is_told_either_way() -> None:
    kept, broken = flow([1.0] * 1500, born=1500), flow([1.0] * 1500, born=1500, stale=7)
    shown = flow([1.0] * 1500, born=1500, stale=7, overwritten=5)
    assert found(run(flows={"gps": kept}))["fix-order"].text == (
        "Each driver's fixes stayed in order: none of 1,500 came after a newer one."
    )
    assert found(run(flows={"gps": kept}), run(flows={"gps": broken}))["fix-order"].text == (
        "The order of fixes broke: 7 of 3,000 came after a newer one of the same driver; there they ended."
    )
    assert found(run(flows={"gps": broken}))["fix-order"].refs == ("F22",)
    overwritten = found(run(flows={"gps": shown}))["fix-order"]
    assert overwritten.text.endswith("; 5 were written over it, and the map jumps back.")
    assert overwritten.refs == ("F22", "C55")
    scattered = topics({"topic": "fixes", "messages": 1500, "scattered": 900})
    assert found(run(flows={"gps": broken}, topics=scattered))["fix-order"].refs == ("F22", "C43")
    assert found(run(flows={"gps": kept}, topics=scattered))["fix-order"].refs == ("F22",)


def menus(hits: int, reads: int = 100, name: str = "menus") -> Tables:
    return bare_run(caches=caches({"cache": name, "reads": reads, "hits": hits}))


def test_caches_are_told_by_what_they_answered() -> None:
    """180 of 240 reads in two runs of two minutes."""
    finding = found(menus(80, 120), menus(100, 120))["cache-hits"]
    assert finding.text == "Caches: menus answered 75.0 % of 60 reads/min."
    assert finding.refs == ("#28",)


def test_a_cache_that_nobody_asks_twice_points_at_its_keys() -> None:
    assert found(menus(4, name="search"))["cache-hits"].refs == ("C48",)
    assert found(menus(4, name="search"))["cache-hits"].text.endswith(
        "Hardly anybody asks search for what somebody has asked for before."
    )
    assert found(menus(5, name="search"))["cache-hits"].refs == ()
    small = bare_run(caches=caches({"cache": "search", "reads": 100, "hits": 4, "evicted": 60}))
    assert found(small)["cache-hits"].refs == ()  # it has forgotten what it was asked
    assert "cache-hits" not in found(menus(0, reads=0))


def test_topics_that_fall_behind_are_told_with_what_is_left_behind() -> None:
    def gps(pace: float, saturated: bool) -> dict[str, Growth]:
        return {"lag.fixes": Growth("lag.fixes", pace, 120_000.0, saturated)}

    lag = {"broker.fixes.lag.max": Estimate(4_000_000.0, None, (4_000_000.0,))}
    evidence = Evidence([bare_run()] * 3, lag, [gps(60_000.0, True), gps(1.0, False), gps(70_000.0, True)])
    assert lagging_topics(evidence) == Finding(
        "lagging-topics",
        "Consumers fall behind: of 2,000 messages/s to fixes, 1,083/s are left behind, up to 4,000,000 messages.",
        ("#117", "#125"),
    )
    assert lagging_topics(Evidence([bare_run()], lag, [gps(1.0, False)])) is None


def behind(topic: dict[str, Any], delays: tuple[float, ...] = ()) -> Finding | None:
    """What is said of one topic behind which a message a minute stays."""
    name = topic["topic"]
    tables = bare_run(topics=topics({"messages": 60, **topic}), delays={name: times(*delays)})
    return lagging_topics(Evidence([tables], {}, [{f"lag.{name}": Growth(f"lag.{name}", 1.2, 1.0, True)}]))


def test_more_than_came_is_not_left_behind() -> None:
    said = behind({"topic": "fixes"})
    assert said is not None
    assert said.text == "Consumers fall behind: of 1 message/min to fixes, 1/min are left behind."


def test_requests_that_wait_for_a_driver_in_a_consumer_s_hands_are_no_lag() -> None:
    requests = {"topic": "assignment", "waited": 1000}
    assert behind(requests, delays=(1, 2)) is None
    said = behind(requests, delays=(300, 400))
    assert said is not None
    assert "to assignment" in said.text


def test_c42_is_named_where_many_keys_come_to_few_partitions() -> None:
    fixes = {"topic": "fixes", "partitions": 30, "keys": 1000, "reached": 1}
    crowded = behind(fixes)
    assert crowded is not None
    assert crowded.refs == ("#117", "#125", "C42")
    assert crowded.text.endswith(
        "All messages to fixes lie in 1 of its 30 partitions: most of its consumers have no work."
    )
    for spread in ({**fixes, "reached": 30}, {**fixes, "keys": 2, "reached": 1}):
        said = behind(spread)
        assert said is not None
        assert "C42" not in said.refs


def test_c47_is_named_where_geos_share_partitions() -> None:
    shared = bare_run(topics=topics({"topic": "fixes", "messages": 200, "mixed": 50}))
    assert found(shared)["mixed-geos"].text.endswith("25.0 % of the messages to fixes came behind one of another geo.")
    assert found(shared)["mixed-geos"].refs == ("C47", "F3")
    assert "mixed-geos" not in found(bare_run(topics=topics({"topic": "fixes", "messages": 200})))


def test_messages_that_go_wrong_are_counted_by_topic() -> None:
    quiet = {"topic": "calls", "messages": 50}
    fixes = {"topic": "fixes", "messages": 1000, "lost": 7, "unreplicated": 3, "dead": 2}
    assert found(bare_run(topics=topics(quiet, fixes)), bare_run(topics=topics(quiet, fixes)))["lost-messages"] == (
        Finding(
            "lost-messages",
            "Messages went wrong: of 2,000 to fixes, 8 lost with a consumer that had read them, 6 lost with the leader "
            "that alone had them, 4 set aside as dead letters.",
            ("C46", "A26", "A24"),
        )
    )
    again = bare_run(topics=topics({**quiet, "duplicates": 3}))
    assert found(again)["lost-messages"] == Finding(
        "lost-messages", "Messages went wrong: of 50 to calls, 3 handled once more.", ("A23", "A25")
    )
    assert "lost-messages" not in found(bare_run(topics=topics(quiet)))


def test_streams_that_miss_their_customers_are_told() -> None:
    def day(delivered: int, **missed: int) -> Tables:
        return bare_run(streams=streams({"stream": "tracking", "sent": 5000, "delivered": delivered, **missed}))

    assert found(day(500, elsewhere=4500), day(480, elsewhere=4520))["unreached-streams"] == Finding(
        "unreached-streams",
        "Only 9.8 % of 10,000 messages on tracking (9,020 came to a process that does not hold the customer) reached "
        "their customers.",
        ("C28",),
    )
    assert found(day(500, silent=4490, away=10))["unreached-streams"].refs == ("C27",)
    assert found(day(500, refused=4500))["unreached-streams"].refs == ("C69",)
    assert "unreached-streams" not in found(day(4950, away=50))


def test_retries_are_told_where_they_multiply_the_load() -> None:
    def day(attempts: int, wasted: int = 0) -> Tables:
        return bare_run(
            flows={"payment": flow([1.0] * 60, born=100, failed=40, calls=100, attempts=attempts, wasted=wasted)}
        )

    assert found(day(240))["retry-load"] == Finding(
        "retry-load", "Retries multiply the load: a call of payment was tried 2.40 times on average.", ("A19",)
    )
    assert found(day(240, wasted=1500))["retry-load"].text == (
        "Retries multiply the load: a call of payment was tried 2.40 times on average, and 1,500 attempts ended "
        "after their client had left."
    )
    assert "retry-load" not in found(day(150))


def test_a_run_without_a_city_has_nothing_to_tell_about_it() -> None:
    gateway = {"station": "gateway", "servers": 4, "visits": 10, "busy": 120, "wait": 0}
    assert list(found(bare_run(stations=stations(gateway), flows={"menu": flow([1.0], born=1)}))) == [
        "busiest-station",
        "single-replication",
    ]


def test_only_a_single_replication_is_warned_about() -> None:
    assert "single-replication" in found(run())
    assert "single-replication" not in found(run(), run())


def test_an_empty_run_has_nothing_else_to_tell() -> None:
    assert list(found(run())) == ["single-replication"]

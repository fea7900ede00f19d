"""A defect is named when its signature stands in the record, and not for less."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from results_records import SECOND, bare_run, caches, flow, offers, orders, pools, run, series, shifts, stations, topics

from swifteats_sim.results import Evidence, Tables, estimates, growths, measure
from swifteats_sim.results.find_defects import DEFECTS
from swifteats_sim.results.overlaps import double_assignments


def named(*tables: Tables) -> dict[str, str]:
    """The defects found, by id, with their sentences."""
    evidence = Evidence(tables, estimates([measure(each) for each in tables]), [growths(each) for each in tables])
    found = [finding for find in DEFECTS if (finding := find(evidence)) is not None]
    return {finding.id: finding.text for finding in found}


def hour(**parts: Any) -> Tables:
    return run(warmup=0, end=3600, **parts)


def made(count: int, first: int = 0, **offer: Any) -> list[dict[str, Any]]:
    """Offers, a second apart, each of a driver of its own, numbered from `first`."""
    numbers = range(first, first + count)
    return [{"committed": 60 + n, "driver": n, "done": 1000 + n, "released": 1000 + n, **offer} for n in numbers]


def test_every_defect_has_one_finding_of_its_own_and_cites_the_ledger() -> None:
    first = [each.refs[0] for each in DEFECTS]
    assert first == sorted(dict.fromkeys(first), key=lambda ref: int(ref[1:]))
    assert all(ref[0] in "ACF#" and ref[1:].isdigit() for each in DEFECTS for ref in each.refs)


def test_an_empty_record_and_a_good_one_name_nothing() -> None:
    good = {"nearest": 60, "best_gap": 0, "travel": 60, "slack": 0, "searched": 0.1, "overtaken": 0, "ghost": 0}
    day = hour(offers=offers(*({**each, **good, "preparation_left": 60 + n} for n, each in enumerate(made(40)))))
    assert named(run()) == named(bare_run()) == named(day, day) == {}


def test_c1_deferrals_of_late_orders_are_added_up_over_replications() -> None:
    day = hour(offers=offers(*made(3, deferred_late=2)))
    assert named(day, day) == {
        "defect-c1": "Deferral is the wrong way round: 12 times an order was held back although every driver would "
        "have come after its food."
    }


def test_c2_deferral_beyond_the_food_is_told_with_its_length() -> None:
    """Taken at 10 s, the food ready at 100 s, held back until 340 s or until 130 s."""
    ready = orders(*[{"placed": 0, "ready": 100}] * 2)

    def day(*ends: float) -> Tables:
        held = [{"committed": 400, "taken": 10, "deferred": until - 10, "eligible": until} for until in ends]
        return hour(orders=ready, offers=offers(*({**each, "driver": n} for n, each in enumerate(held))))

    assert named(day(340, 130)) == {
        "defect-c2": "Deferral does not end: 1 of 2 assigned orders were still held back more than a minute after the "
        "food was ready, for 4.0 min on average."
    }
    assert named(day(130, 130)) == {}


def test_c2_orders_may_be_held_back_for_good_without_a_single_offer() -> None:
    """The same orders are no news where nobody holds them back, no driver is idle, or their food has just come."""

    def day(idle: int = 3, held_back: int = 1, since: float = 200) -> Tables:
        kept = orders(*({"placed": 0, "paid": 5, "ready": at, "held_back": held_back} for at in (since, since, 3500)))
        return hour(orders=kept, series=series(idle_drivers=[idle] * 60))

    assert list(named(day())) == ["defect-c2"]
    assert named(day())["defect-c2"] == (
        "Deferral does not end: 2 orders are held back at the end whose food has been ready for 5 min at least, while "
        "drivers are idle."
    )
    assert named(day(idle=0)) == named(day(held_back=0)) == named(day(since=3400)) == {}


def test_c4_urgent_orders_that_wait_are_a_share() -> None:
    def day(past: int) -> Tables:
        return hour(offers=offers(*made(past, overtaken=1), *made(100 - past, past, overtaken=0)))

    assert "15.0 % of 100 commits" in named(day(15))["defect-c4"]
    assert named(day(1)) == {}


def early(slack: float, best_gap: float) -> Tables:
    return hour(offers=offers(*made(30, slack=slack, best_gap=best_gap, nearest=60, travel=60)))


def test_c5_waits_that_another_driver_would_have_spared() -> None:
    assert named(early(300, 120))["defect-c5"].endswith(
        "the wait was 5.0 min on average, 3.0 min longer than with the candidate who fitted best."
    )
    assert named(early(300, 300)) == {}  # nobody fits better
    assert named(early(-300, 120)) == {}  # the driver is late


def test_c6_due_food_goes_to_the_nearest_or_to_who_fits_best() -> None:
    def due(travel: float, best_gap: float, left: float = 30) -> Tables:
        terms: dict[str, Any] = {
            "preparation_left": left,
            "nearest": 60,
            "travel": travel,
            "slack": left - travel,
            "best_gap": best_gap,
        }
        other: dict[str, Any] = {"preparation_left": 700, "nearest": 60, "travel": 60, "slack": 640, "best_gap": 640}
        return hour(offers=offers(*made(30, **terms), *made(30, 30, **other)))

    assert named(due(240, 30))["defect-c6"] == (
        "The most urgent orders get an arbitrary driver: of 30 whose food was due, 100.0 % went to one who was not "
        "the nearest, 3.0 min farther away on average."
    )
    rivals = due(240, 30)
    twice = dataclasses.replace(rivals, offers=rivals.offers.assign(order=rivals.offers["order"] // 30))
    assert "defect-c6" not in named(twice)  # who comes second finds the nearest driver taken (C24)
    assert named(due(60, 30)) == {}
    assert named(due(240, 200)) == {}  # farther, and still the best fit
    assert "defect-c6" not in named(due(240, 30, left=120))


def test_c7_a_constant_is_no_estimate() -> None:
    constant = {"nearest": 60, "best_gap": 0, "slack": 0, "preparation_left": 600}
    found = named(hour(offers=offers(*made(21, **constant))))["defect-c7"]
    assert "always 10.0 min, in each of 21 assignments" in found
    one_other = [*made(21, **constant), *made(1, 21, **{**constant, "preparation_left": 601})]
    assert named(hour(offers=offers(*one_other))) == {}
    assert named(hour(offers=offers(*made(21, **{**constant, "preparation_left": -600})))) == {}


def test_c9_uneven_work_needs_work_enough_to_compare() -> None:
    def day(carriers: list[int]) -> Tables:
        delivered = [{"placed": 0, "delivered": 100, "driver": driver} for driver in carriers]
        return hour(shifts=shifts(*[(0, 3600)] * 4), orders=orders(*delivered))

    assert (
        "is 0.25 (1: the same for all), with 5.0 deliveries a driver on average and none for 75.0 %"
        in (named(day([0] * 20))["defect-c9"])
    )
    assert named(day([0] * 19)) == {}
    assert named(day([0, 1, 2] * 7)) == {}


def test_c10_ghosts_are_counted() -> None:
    day = hour(offers=offers(*made(2, ghost=1), *made(5, ghost=0)))
    assert named(day)["defect-c10"].startswith("2 offers were made to drivers who were off shift")


def test_c11_a_search_that_grows_with_the_crowd() -> None:
    def day(each: float, base: float = 0.1) -> Tables:
        found = [{**offer, "members": 40 * n, "searched": base + each * 40 * n} for n, offer in enumerate(made(30))]
        return hour(offers=offers(*found))

    assert "2.0 ms for each of 580 in the radius, 1.3 s on average" in named(day(0.002))["defect-c11"]
    assert named(day(0.0005)) == {}  # quick enough
    assert named(day(0.0001, base=3)) == {}  # slow for another reason


def test_c12_locked_and_idle_while_orders_wait() -> None:
    def day(released: float, driverless: float) -> Tables:
        return hour(
            shifts=shifts(*[(0, 3600)] * 10),
            offers=offers(*made(10, driverless=driverless, done=600, released=released)),
        )

    assert named(day(2400, 60))["defect-c12"] == (
        "Drivers are not set free: for 50.0 % of the time on shift their work was done and they counted as busy, 30.0 "
        "min at a time (median), while 10 assignments had to wait for a driver and 0 orders have none at the end."
    )
    refused = day(2400, 60)
    refused = dataclasses.replace(refused, offers=refused.offers.assign(outcome="no_answer"))
    assert named(refused) == {}  # they did no work: nobody hears a refusal (C16)
    assert named(day(2400, 0)) == {}  # nobody misses them
    assert named(day(605, 60)) == {}  # the time a database takes


def test_c13_and_c14_differ_by_whether_the_driver_had_been_set_free() -> None:
    def day(released: float, again: float) -> Tables:
        first = {"driver": 0, "committed": 100, "done": 900, "released": released}
        return hour(offers=offers(first, {"driver": 0, "committed": again, "done": 1500, "released": 1500}))

    assert list(named(day(700, 800))) == ["defect-c13"]
    assert list(named(day(901, 800))) == list(named(day(-1, 800))) == ["defect-c14"]
    assert named(day(901, 950)) == named(day(900, 900)) == {}


def test_an_order_that_is_given_twice_to_its_driver_is_its_own_rival_and_no_second_order() -> None:
    same = {"driver": 0, "order": 5, "done": 900, "released": 900}
    counts = {"rivals": 1}
    twice = hour(offers=offers({**same, "committed": 100}, {**same, "committed": 101}), counts=counts)
    assert list(named(twice)) == ["defect-c24"]
    other = {**same, "order": 6, "committed": 200}
    both = hour(offers=offers({**same, "committed": 100}, {**same, "committed": 101}, other), counts=counts)
    assert named(both)["defect-c14"].startswith("1 order was given to a driver who held another one")


def test_a_second_order_counts_also_where_a_third_one_came_between() -> None:
    """A driver holds one order from 100 to 900; one that he declines at once comes between it and the next."""
    held = {"driver": 0, "committed": 100, "done": 900, "released": 900}
    declined = {"driver": 0, "committed": 200, "done": 210, "released": 210}
    again = {"driver": 0, "committed": 300, "done": 400, "released": 400}
    day = hour(offers=offers(held, declined, again))
    assert named(day)["defect-c14"].startswith("2 orders were given to a driver who held another one")
    assert double_assignments(day.offers, day.end) == 2


def test_c29_stations_that_look_through_all_connections() -> None:
    def day(scanned: float) -> Tables:
        tracking = {"station": "tracking", "servers": 1, "visits": 100, "busy": 10, "wait": 0, "scanned": scanned}
        return bare_run(stations=stations(tracking, {**tracking, "station": "gateway", "scanned": 0}))

    assert ": 90.0 % of the work of tracking, 90.0 ms a message." in named(day(9))["defect-c29"]
    assert named(day(1)) == {}


def test_c70_entries_thrown_out_before_their_time() -> None:
    def day(evicted: int, reads: int = 1000) -> Tables:
        return bare_run(caches=caches({"cache": "menus", "reads": reads, "hits": 400, "evicted": evicted}))

    assert named(day(300))["defect-c70"] == (
        "There is no room for what should be kept: menus threw out 300 entries before their time, for 1,000 reads of "
        "which it answered 40.0 %."
    )
    assert named(day(50)) == {}


def refused(*again: dict[str, Any], stranded: int = 1) -> Tables:
    """Four open orders whose drivers said no at 100 s."""
    no = [
        {"order": n, "driver": n, "committed": 90, "answered": 100, "done": 100, "outcome": "declined"}
        for n in range(4)
    ]
    waiting = orders(*[{"placed": 0, "paid": 10, "stranded": stranded}] * 4)
    return hour(orders=waiting, offers=offers(*no, *again))


def test_c16_nobody_is_asked_after_a_no() -> None:
    assert named(refused())["defect-c16"] == (
        "A refusal is the end: none of 4 orders whose driver declined or did not answer was offered to another one; 4 "
        "of them are open at the end, and nobody looks for a driver any more."
    )
    assert named(refused(stranded=0)) == {}
    assert named(refused({"order": 0, "driver": 9, "committed": 200, "outcome": "open"})) == {}


def test_c17_nobody_looks_after_a_search_in_vain() -> None:
    """Two paid orders wait without an offer; what was lost with its message, or is in somebody's hands, is no such."""

    def day(*stranded: int, **counts: int) -> Tables:
        waiting = [{"placed": 0, "paid": 10, "stranded": each} for each in stranded]
        return hour(orders=orders(*waiting), offers=offers(*made(1, order=2, outcome="declined")), counts=counts)

    assert named(day(1, 1, 0))["defect-c17"].startswith("A search in vain is the end: 2 paid orders without any offer")
    assert named(day(0, 0, 0, 0)) == {}
    assert named(day(0, 0, 1, 0)) == {}  # it had an offer
    assert "defect-c17" not in named(day(1, 1, 0, lost_requests=2))
    before = run(orders=orders({"placed": 0, "paid": 10, "stranded": 1}))
    assert named(before) == {}  # what was lost in the warm-up is not in the table of topics, either


COUNTED = {"rivals": "defect-c24", "lost_requests": "defect-c31", "leaked": "defect-c36"}


@pytest.mark.parametrize("count", COUNTED)
def test_what_must_never_happen_is_named_with_its_count(count: str) -> None:
    found = named(run(counts={count: 1200}), run(counts={count: 34}))
    assert list(found) == [COUNTED[count]]
    assert found[COUNTED[count]].startswith("1,234 ")
    assert named(run(counts={count: 0})) == {}


def test_c30_who_waits_for_the_broker_holds_a_connection() -> None:
    def day(waits: int, refused: int, held: float = 400) -> Tables:
        return hour(
            pools=pools({"pool": "orders-db", "size": 3, "refused": refused, "held": held}),
            counts={"leader_waits": waits, "leader_waited": waits * 90 * SECOND},
        )

    assert named(day(4, 7))["defect-c30"] == (
        "4 orders waited for the broker, which had no leader, for 90 s on average, with a connection in hand. Others "
        "were refused one: 7 times by orders-db."
    )
    assert named(day(4, 0)) == {}
    assert named(day(0, 7)) == {}  # the broker was there: something else is slow
    assert named(day(4, 7, held=300)) == {}  # they waited without a connection


def test_c33_orders_made_twice() -> None:
    """Three tries of one click, of which two are paid; another click's twin failed; one twin of the warm-up."""
    tries = [{"placed": 70, "paid": 75}, {"placed": 80, "twin_of": 0, "paid": 85}, {"placed": 90, "twin_of": 0}]
    failed: dict[str, Any] = {"placed": 80, "twin_of": 3, "paid": 81, "state": "failed"}
    others: list[dict[str, Any]] = [
        {"placed": 70, "paid": 75},
        failed,
        {"placed": 1, "paid": 2},
        {"placed": 2, "paid": 3, "twin_of": 5},
    ]
    assert named(run(orders=orders(*tries, *others)))["defect-c33"] == (
        "2 orders were made again, 3 times in all: the client tried again, and nothing told the platform that it had; "
        "1 more meal is paid for."
    )
    assert named(run(orders=orders(*others[2:]).assign(order=[5, 6]))) == {}


def test_a15_who_sells_what_is_not_there() -> None:
    assert named(run(counts={"oversold": 12}))["defect-a15"].startswith("12 portions were sold that were not there")
    assert named(run(counts={"oversold": 0})) == {}


def test_c37_who_waits_for_a_lock_meets_no_other_version() -> None:
    counts = {"reserve_waits": 50, "reserve_conflicts": 0, "reserve_tries": 900}
    assert "50 reservations waited for a lock, and none of 900" in named(run(counts=counts))["defect-c37"]
    for other in ({"reserve_conflicts": 1}, {"reserve_waits": 29}):
        assert named(run(counts={**counts, **other})) == {}


def test_c46_requests_lost_behind_the_broker() -> None:
    requests = {"topic": "assignment", "messages": 90, "lost": 4, "duplicates": 2}
    assert named(run(topics=topics(requests)))["defect-c46"].startswith("4 assignment requests were lost")
    assert named(run(topics=topics({**requests, "unreplicated": 3})))["defect-c46"].startswith(
        "1 assignment request was"
    )
    assert named(run(topics=topics({**requests, "unreplicated": 4}))) == {}  # with their leader (A26)
    assert named(run(topics=topics({**requests, "lost": 0}, {**requests, "topic": "fixes"}))) == {}


def told(*, eta: Any, pickup: Any = -1, door: Any = -1, **offer: Any) -> Tables:
    """Thirty deliveries of orders committed at 100 s and delivered at 1900 s; each of a number that `eta` may use.

    Picked up at 1200 s, at the door at 1800 s.
    """
    lives, chosen = [], []
    for n in range(30):
        row = {name: value(n) if callable(value) else value for name, value in {"eta": eta, **offer}.items()}
        times = {
            "placed": 0,
            "assigned": 100,
            "picked_up": 1200,
            "at_door": 1800,
            "delivered": 1900 + row.pop("late", 0),
        }
        lives.append({**times, "eta": row.pop("eta"), "eta_at_pickup": pickup, "eta_at_door": door})
        chosen.append({"driver": n, "committed": 100, "done": 2100, "released": 2100, **row})
    return hour(orders=orders(*lives), offers=offers(*chosen))


def test_c8_whole_minutes_are_told_by_their_roundness() -> None:
    """Four of ten are named in ten minutes, the least; the others in more."""
    floor = named(told(eta=lambda n: 700 + 60 * max(0, n % 10 - 3)))["defect-c8"]
    assert "40.0 % of them as 10.0 min, the least there is" in floor
    assert named(told(eta=lambda n: 700 + 61 * max(0, n % 10 - 3))) == {}
    assert named(told(eta=lambda n: 700 + 60 * n)) == {}  # rounded, and told apart


def test_c53_an_estimate_that_knows_no_distance() -> None:
    cooking = {"preparation_left": lambda n: 10.3 * n, "slack": -1}
    assert named(told(eta=lambda n: 1000.5 + 10.3 * n, **cooking))["defect-c53"].endswith(
        "each is the food's estimate and 15.0 min more, near or far."
    )
    assert named(told(eta=lambda n: 1000.5 + 20.3 * n, **cooking)) == {}
    assert "defect-c53" in named(told(eta=1000.5, preparation_left=-60, slack=-1))  # the food waits already


def test_c54_messages_too_old_when_their_turn_comes() -> None:
    def day(expired: int) -> Tables:
        return bare_run(flows={"gps": flow([1.0], born=1000, expired=expired), "menu": flow([1.0], born=10)})

    assert named(day(30), day(50)) == {
        "defect-c54": "Too old when their turn came, and thrown away: 4.0 % of 2,000 in gps."
    }
    assert named(day(10)) == {}


def test_c57_the_named_arrival_moves_away() -> None:
    """Ten minutes of trip: named 13 min ahead when it begins, and 20 when it is over; with a buffer, 15 both times."""
    assert named(told(eta=lambda n: 700 + 61 * n, pickup=1980, door=3000))["defect-c57"] == (
        "The named arrival moves away as the driver comes closer: at the pick-up it is 13.0 min ahead on average, at "
        "the door 20.0 min: the way to the restaurant is never over."
    )
    assert named(told(eta=lambda n: 700 + 61 * n, pickup=1950, door=1960)) == {}
    assert named(told(eta=lambda n: 700 + 61 * n, pickup=2100, door=2700)) == {}


def test_c58_the_food_s_time_comes_on_top_of_the_estimate() -> None:
    waits = {"slack": lambda n: 20.0 * n, "late": lambda n: 20 * n + (7 if n % 2 else -7)}
    assert (
        "came 1.0 min later than named; 5.0 min of waiting lay ahead of 96.7 % of drivers"
        in (named(told(eta=1000.5, **waits))["defect-c58"])
    )
    accounted = {**waits, "late": lambda n: 70 if n % 2 else -70}
    assert "defect-c58" not in named(told(eta=1000.5, **accounted))

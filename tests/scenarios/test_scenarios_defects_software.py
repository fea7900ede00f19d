"""`defects` of the software: each shows what the ledger predicts when it is on, and nothing of it when it is off.

Both runs of a pair have one seed. What is counted is small here, so where chance matters the tolerance says so.
"""

from __future__ import annotations

import math

import pytest
from defect_pairs import BROKEN, NAMED, tried
from scenario_runs import SURE, is_binomial

FIX, LOCATED = 5.0, 0.009
"""Seconds between two fixes of a driver (F17), and seconds of a location worker for one (#126)."""


def test_c27_who_was_cut_off_never_hears_anything_again() -> None:
    """20 min up on average, then silence: exp(-t / 20 min) are left, averaged over connecting and measuring."""
    pair = tried("c27_reconnect_loses_subscriptions")
    lost, found = pair.metric("stream.live-map.delivered.ratio")
    left = 20 * (math.exp(-20 / 20) - math.exp(-21 / 20)) * 20 * (math.exp(1 / 20) - 1)
    assert left == pytest.approx(0.368, abs=0.001)
    assert is_binomial(lost, left, 100)
    # Who asks again is away for 5 s of 1,205 on average.
    assert is_binomial(found, 1200 / 1205, 100)
    assert pair.cited("C27") == NAMED
    assert pair.broken("stream.live-map.delivered.ratio") == BROKEN


def test_c28_a_tenth_of_the_customers_are_at_the_process_that_hears_of_them() -> None:
    pair = tried("c28_streams_per_process")
    share, whole = pair.metric("stream.live-map.delivered.ratio")
    assert is_binomial(share, 1 / 10, 2000)
    assert whole == 1
    assert pair.cited("C28") == NAMED
    assert pair.broken("stream.live-map.delivered.ratio") == BROKEN


def test_c29_a_look_at_every_connection_for_every_message_grows_with_the_square_of_drivers() -> None:
    """C / 5 s messages, C looks of 0.5 us each, in one event loop."""
    for drivers in (1000, 2000):
        settings = (f"stack.streams.live-map.clients={drivers}", f"stack.flows.gps.clients={drivers}")
        pair = tried("c29_scan_per_message", *settings)
        busy, idle = pair.metric("station.tracking.utilization.mean")
        assert busy - idle == pytest.approx(drivers / FIX * drivers * 0.5e-6, rel=0.005)
        assert idle == pytest.approx(drivers / FIX * 0.1e-3, rel=0.005)
        scanned = pair.with_it.tables[0].stations.set_index("station")["scanned"]["tracking"] / 1e9
        assert scanned / 30 == pytest.approx(busy - idle, rel=0.005)
        assert pair.named("defect-c29") == NAMED
        assert pair.broken("station.tracking.utilization.mean") == BROKEN


def test_c42_one_partition_is_one_worker_s_work() -> None:
    """200 fixes/s come, 1 / 9 ms = 111/s are done, though thirty workers are there."""
    pair = tried("c42_everything_in_partition_0")
    pinned, keyed = pair.metric("broker.fixes.lag.max")
    assert pinned / 300 == pytest.approx(1000 / FIX - 1 / LOCATED, rel=0.01)
    assert keyed < 20
    assert pair.cited("C42") == NAMED
    assert pair.broken("gps.latency.p99") == BROKEN


def test_c43_at_random_one_dead_consumer_breaks_the_order_of_everybody() -> None:
    """18 s without one consumer of thirty: 15 s until it counts as dead, 3 s to deal its partitions out anew.

    One fix in thirty is kept back. Those of the first 10 s are known after their driver's next one for certain; of the
    rest, the next may have to wait as well. Which are kept back is chance.
    """
    pair = tried("c43_random_partitions")
    random, keyed = pair.metric("location.stale.count")
    certain, possible = (seconds * 1000 / FIX / 30 for seconds in (10, 18))
    assert keyed == 0
    assert certain - SURE * math.sqrt(certain) < random < possible + SURE * math.sqrt(possible)
    assert pair.cited("C43") == NAMED
    assert pair.cited("C55") == (False, False)  # the guard holds: what comes late ends there
    assert pair.broken("location.stale.count") == BROKEN


def test_c46_on_fixes_what_was_begun_is_lost_and_what_was_done_comes_again() -> None:
    """Two workers die 2 ms after a commit with fixes in hand, one 2 s after it: 2 s x 400/s / 6 come twice."""
    pair = tried("c46_fixes_not_awaited")
    lost, kept = pair.metric("broker.fixes.lost.count")
    assert lost > 0
    assert kept == 0
    twice, in_hand = pair.metric("broker.fixes.duplicate.count")
    assert twice == pytest.approx(2 * 400 / 6, rel=0.1)
    assert in_hand <= 3
    assert pair.cited("C46") == NAMED
    assert pair.broken("broker.fixes.lost.count") == BROKEN


def test_c48_nobody_stands_where_somebody_stood() -> None:
    """The notes count on 70 % hits; by the metre there are none, and each search pays for the database."""
    pair = tried("c48_raw_coordinates")
    raw, rounded = pair.metric("cache.searches.hit.ratio")
    assert raw < 0.001
    assert rounded > 0.7
    slow, fast = pair.metric("search.latency.mean")
    # A miss costs a connection (1.5 ms), the query (45 ms) and the fill (3.5 ms) more.
    assert slow - fast == pytest.approx((rounded - raw) * 0.050, rel=0.03)
    assert pair.cited("C48") == NAMED
    assert pair.cited("C70") == (False, False)
    assert pair.broken("cache.searches.hit.ratio") == BROKEN


def test_c54_of_the_fixes_kept_for_three_minutes_six_survive() -> None:
    """36 are kept, 30 of them are older than 30 s when they come: all answered with 200 OK."""
    pair = tried("c54_drop_over_30_s")
    expired, none = pair.metric("gps.expired.ratio")
    assert none == 0
    # 180 of 720 s on average are spent offline; some 200 outages, whose number varies by a tenth at most.
    assert expired == pytest.approx(180 / 720 * 30 / 36, rel=0.15)
    with_it, without = (run.tables[0].flows["gps"] for run in (pair.with_it, pair.without))
    assert with_it.completed + with_it.expired == without.completed
    assert pair.named("defect-c54") == NAMED
    assert pair.broken("gps.expired.ratio") == BROKEN


def test_c55_the_map_is_shown_fixes_that_are_older_than_what_it_shows() -> None:
    """Ten at once come in any order. With the guard, whatever is older than the newest ends there."""
    pair = tried("c55_no_ordering_guard")
    unguarded, guarded = pair.with_it.tables[0].flows, pair.without.tables[0].flows
    assert unguarded["gps"].completed == guarded["gps"].completed
    assert unguarded["gps"].stale > 500
    assert unguarded["tracking"].born == unguarded["gps"].completed
    assert guarded["tracking"].born == guarded["gps"].completed - guarded["gps"].stale
    assert unguarded["gps"].overwritten == unguarded["gps"].stale
    assert guarded["gps"].overwritten == 0
    assert pair.cited("C55") == NAMED
    assert pair.broken("location.overwritten.count") == BROKEN
    assert pair.cited("C43") == (False, False)  # each driver's fixes lie in one partition


def test_c69_five_customers_in_a_hundred_find_a_connection() -> None:
    pair = tried("c69_proxy_slots")
    share, whole = pair.metric("stream.live-map.delivered.ratio")
    assert is_binomial(share, 512 / 10_000, 10_000)
    assert whole == 1
    assert pair.cited("C69") == NAMED
    assert pair.broken("stream.live-map.delivered.ratio") == BROKEN


def test_c70_what_should_live_for_two_minutes_is_thrown_out_sooner() -> None:
    """#28: 58 % is what two minutes allow with Zipf 1.0; five hundred entries of 150,000 allow less."""
    pair = tried("c70_evicting_cache")
    evicted, none = pair.metric("cache.menus.evicted.count")
    hits, allowed = pair.metric("cache.menus.hit.ratio")
    assert evicted > 10_000
    assert none == 0
    assert allowed == pytest.approx(0.58, abs=0.01)
    assert hits < 0.45
    assert pair.named("defect-c70") == NAMED
    assert pair.cited("C48") == (False, False)
    assert pair.broken("cache.menus.hit.ratio") == BROKEN

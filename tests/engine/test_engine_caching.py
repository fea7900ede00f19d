"""Asking a cache and filling it: stampedes, single flights, and promises that are passed on."""

from __future__ import annotations

from engine_bench import EVER, STREAM, Ends, Log, Note, Once, Watched, after, each, play, run

from swifteats_sim.engine.cache import ForcedCache, TtlCache
from swifteats_sim.engine.caching import Fill, Lookup, Shelf
from swifteats_sim.engine.job import FAILED, Job, Step
from swifteats_sim.engine.keys import ZipfKeys
from swifteats_sim.engine.loop import Loop


def shelf(ttl: int = 1000, single_flight: bool = False) -> Shelf:
    return Shelf("menus", TtlCache(0, EVER, ttl), single_flight)


def cached(shelf: Shelf, log: Log, *miss: Step) -> tuple[Step, ...]:
    """A lookup at step 0; its miss ends in a fill; a hit is noted. All go on at the end."""
    hit = 3 + len(miss)
    return Lookup(shelf, hit, 1), Note(log, "miss"), *miss, Fill(shelf, hit + 1), Note(log, "hit")


def test_a_miss_fills_when_it_is_through_and_the_entry_lives_from_there() -> None:
    log: Log = []
    flow = run(*cached(shelf(ttl=100), log, after(10)), births=(0, 10, 109, 110))
    assert log == [(0, "miss", 0), (10, "hit", 1), (109, "hit", 2), (110, "miss", 3)]
    assert flow.ends == [(10, "completed", 0), (10, "completed", 1), (109, "completed", 2), (120, "completed", 3)]


def test_without_protection_all_who_miss_fetch() -> None:
    log: Log = []
    menus = shelf()
    flow = run(*cached(menus, log, after(10)), births=(0, 3, 9, 12))
    assert log == [(0, "miss", 0), (3, "miss", 1), (9, "miss", 2), (12, "hit", 3)]
    assert flow.waits == [0, 0, 0, 0]
    assert (menus.cache.reads, menus.cache.hits, menus.cache.stampedes) == (4, 1, 2)


def test_in_a_single_flight_the_others_wait_for_the_first() -> None:
    log: Log = []
    menus = shelf(single_flight=True)
    flow = run(*cached(menus, log, after(10)), births=(0, 3, 9, 12))
    assert log == [(0, "miss", 0), (10, "hit", 1), (10, "hit", 2), (12, "hit", 3)]
    assert flow.waits == [0, 7, 1, 0]
    # Who waited for another's fill was spared his own.
    assert (menus.cache.reads, menus.cache.hits, menus.cache.stampedes) == (4, 3, 0)
    assert menus.waiting == {}


def test_a_filler_that_fails_passes_its_promise_on() -> None:
    log: Log = []
    menus = shelf(single_flight=True)
    flow = run(*cached(menus, log, after(10), Ends(FAILED, lambda job: job.index < 2)), births=(0, 3, 4, 25))
    # 0 fails at 10 and 1 fetches, who fails at 20 and 2 fetches, who is through at 30; 3 waited for it.
    assert log == [(0, "miss", 0), (10, "miss", 1), (20, "miss", 2), (30, "hit", 3)]
    assert flow.ends == [(10, "failed", 0), (20, "failed", 1), (30, "completed", 2), (30, "completed", 3)]
    assert flow.waits == [16, 5]


def test_a_filler_that_fails_alone_leaves_nothing_behind() -> None:
    log: Log = []
    menus = shelf(single_flight=True)
    run(*cached(menus, log, after(each(10, 1)), Ends(FAILED, lambda job: job.index == 0)), births=(0, 20))
    assert log == [(0, "miss", 0), (20, "miss", 1)]
    assert (menus.waiting, menus.cache.is_filling(0)) == ({}, False)


def test_flights_of_different_keys_do_not_wait_for_each_other() -> None:
    log: Log = []
    menus = shelf(single_flight=True)

    class Odd:
        def key(self, stream: object, entity: int, index: int) -> int:
            return index % 2

    flow = Watched(*cached(menus, log, after(10)), keys=Odd())
    play(flow, source=Once(0, 1, 2, 3))
    assert log == [(0, "miss", 0), (1, "miss", 1), (10, "hit", 2), (11, "hit", 3)]


def test_a_job_s_key_is_drawn_once_and_by_its_address() -> None:
    keys = ZipfKeys(1000, 0.5)
    flow = Watched(keys=keys)
    job = Job(flow, 3, 4, 0, 0)
    assert flow.key_of(job) == flow.key_of(job) == job.key == keys.key(STREAM, 3, 4)


def test_without_keys_each_client_asks_for_its_own() -> None:
    flow = Watched()
    assert flow.key_of(Job(flow, 17, 4, 0, 0)) == 17


def test_two_lookups_of_one_job_draw_apart() -> None:
    half, log = Shelf("half", ForcedCache(0, EVER, 0.5, STREAM), False), list[tuple[int, str, int]]()
    first = (Lookup(half, 3, 1, place=1), Note(log, "miss"), Fill(half, 4), Note(log, "hit"))
    second = (Lookup(half, 7, 5, place=2), Note(log, "second miss"), Fill(half, 8), Note(log, "second hit"))
    run(*first, *second, births=(0,) * 1000)
    kinds = {index: [what for _, what, number in log if number == index] for index in range(1000)}
    # Independent draws: all four combinations, about equally often.
    both = sum(kinds[index] == ["hit", "second hit"] for index in range(1000))
    assert 200 < both < 300
    assert 0.45 < half.cache.hits / half.cache.reads < 0.55


def test_who_waits_at_another_lookup_goes_on_from_there() -> None:
    log: Log = []
    menus = shelf(single_flight=True)
    here = Watched(*cached(menus, log, after(10), Ends(FAILED, lambda job: job.index == 1)), name="here")
    there = Watched(
        after(0), Lookup(menus, 5, 2), Note(log, "there: miss"), after(3), Fill(menus, 6), Note(log, "there: hit"),
        name="there",
    )  # fmt: skip
    loop = Loop((here, there), {0: Once(0, 2000), 1: Once(5, 2005)})
    loop.open(0)
    loop.open(1)
    loop.advance(EVER)
    # The first fill is kept; the second, after its time to live, is not, and the one who waited fetches.
    assert log == [(0, "miss", 0), (10, "there: hit", 0), (2000, "miss", 1), (2010, "there: miss", 1)]
    assert there.ends == [(10, "completed", 0), (2013, "completed", 1)]

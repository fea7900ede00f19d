"""What caches and streams measure, reckoned by hand."""

from __future__ import annotations

from results_records import bare_run, caches, streams

from swifteats_sim.results import measure


def test_a_cache_is_judged_by_its_reads() -> None:
    menus = {"cache": "menus", "reads": 200, "hits": 150, "stale": 3, "evicted": 20, "stampedes": 7}
    assert measure(bare_run(caches=caches(menus))) == {
        "cache.menus.hit.ratio": 0.75,
        "cache.menus.stale.ratio": 0.02,
        "cache.menus.evicted.count": 20.0,
        "cache.menus.stampede.count": 7.0,
    }


def test_without_a_read_there_is_no_hit_ratio_and_without_a_hit_nothing_stale() -> None:
    unread, missed = {"cache": "unread", "reads": 0, "hits": 0}, {"cache": "missed", "reads": 9, "hits": 0}
    assert measure(bare_run(caches=caches(unread, missed))) == {
        "cache.unread.evicted.count": 0.0,
        "cache.unread.stampede.count": 0.0,
        "cache.missed.hit.ratio": 0.0,
        "cache.missed.evicted.count": 0.0,
        "cache.missed.stampede.count": 0.0,
    }


def test_a_stream_delivers_a_share_of_what_is_sent() -> None:
    open_, silent = {"stream": "tracking", "sent": 400, "delivered": 40}, {"stream": "chat", "sent": 0, "delivered": 0}
    assert measure(bare_run(streams=streams(open_, silent))) == {"stream.tracking.delivered.ratio": 0.1}

"""Expected hit ratios: the ledger's table, sums by hand, and caches behind caches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from forecast_declared import cache, facts, job, station, visit
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.keys import CellKeys, ZipfKeys
from swifteats_sim.forecast.hit_ratios import key_ratios, spectrum
from swifteats_sim.scenario.caches import Cache
from swifteats_sim.scenario.keys import Catalogue, Places


def ratio(keys: Catalogue | Places | int, rate: float, **terms: Any) -> float:
    kinds = spectrum(keys)
    return kinds.share(key_ratios(Cache.model_validate(terms), kinds, rate))


@pytest.mark.parametrize(
    ("ttl", "rate", "ratios"),
    [
        ("120 s", 5000 / 60, (0.06, 0.33, 0.58, 0.80)),
        ("120 s", 1000 / 60, (0.01, 0.19, 0.45, 0.71)),
        ("1 h", 5000 / 60, (0.67, 0.76, 0.84, 0.93)),
    ],
)
def test_the_ledger_reckons_the_same(ttl: str, rate: float, ratios: tuple[float, ...]) -> None:
    for zipf, expected in zip((0.0, 0.8, 1.0, 1.2), ratios, strict=True):
        assert ratio(Catalogue(catalogue=150_000, zipf=zipf), rate, ttl=ttl) == pytest.approx(expected, abs=0.006)


def test_one_key_read_every_second_for_nine_seconds_is_hit_nine_times_of_ten() -> None:
    assert ratio(1, 1.0, ttl="9 s") == pytest.approx(0.9)


def test_raw_coordinates_are_never_met_again() -> None:
    raw = Places.model_validate({"area": "500 km2", "cell": "0.1 m", "variants": 20})
    assert ratio(raw, 1000 / 60, ttl="30 min") < 1e-6  # C48


def test_a_change_that_removes_shortens_an_entrys_life() -> None:
    removed = {"ttl": "100 s", "changes": "exponential(50 s)", "invalidation": {"failures": "50 %"}}
    life = 100 * (1 - math.exp(-1))  # a removal every 100 s
    assert ratio(1, 1.0, **removed) == pytest.approx(life / (1 + life))
    assert ratio(1, 1.0, ttl="100 s", changes="exponential(50 s)") == pytest.approx(100 / 101)


def test_room_for_one_of_two_equal_keys_halves_the_hits() -> None:
    assert ratio(2, 1.0, ttl="1000 h", entries=1) == pytest.approx(0.5, abs=1e-6)
    assert ratio(2, 1.0, ttl="1000 h", entries=2) == pytest.approx(1.0, abs=1e-6)


def test_far_ranks_go_by_groups_without_a_difference() -> None:
    count, exponent, reads = 400_000, 0.9, 50.0 * 60
    weights = np.arange(1.0, count + 1) ** -exponent
    each = weights / weights.sum()
    exact = float(np.sum(each * each * reads / (1 + each * reads)))
    assert ratio(Catalogue(catalogue=count, zipf=exponent), 50.0, ttl="60 s") == pytest.approx(exact, rel=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.01, 1000.0), st.floats(10.0, 1e4), st.integers(1, 5), st.floats(0.0, 2.0))
def test_kinds_of_keys_are_those_that_a_run_draws(area: float, cell: float, variants: int, exponent: float) -> None:
    places = Places.model_validate({"area": f"{area:.6f} km2", "cell": f"{cell:.6f} m", "variants": variants})
    catalogue = Catalogue(catalogue=variants, zipf=exponent)
    drawn = (
        (places, CellKeys(places.area * 1e6, places.cell, variants, 0.0)),
        (catalogue, ZipfKeys(variants, exponent)),
    )
    for declared, keys in drawn:
        probability, number = keys.spectrum()
        ours = spectrum(declared)
        assert np.dot(ours.probability, ours.number) == pytest.approx(1.0)
        assert np.dot(ours.probability**2, ours.number) == pytest.approx(float(np.dot(probability**2, number)))


KEYS = {"keys": {"catalogue": 2, "zipf": 1.0}}


def test_two_flows_that_ask_for_the_same_share_their_fills() -> None:
    read = {"cache": "c", "miss": [visit()]}
    flows = {"one": job(read, rate=1, **KEYS), "two": job(read, rate=2, **KEYS)}
    found = cache(facts({"caches": {"c": {"ttl": "3 s"}}, "flows": flows}), "c")
    assert found.reads == pytest.approx(3)
    assert found.hits == pytest.approx(2 / 3 * 6 / 7 + 1 / 3 * 3 / 4)  # 2/s and 1/s, for 3 s


def test_behind_a_cache_only_its_misses_ask() -> None:
    """Keys at 2/s and 1/s; 3 s in front leave 2/7 and 1/4 a second, of which 10 s behind answer theirs."""
    behind = {"cache": "behind", "miss": [visit()]}
    flows = {"job": job({"cache": "front", "miss": [behind]}, rate=3, **KEYS)}
    found = facts({"caches": {"front": {"ttl": "3 s"}, "behind": {"ttl": "10 s"}}, "flows": flows})
    first, second = 2 / 7, 1 / 4
    assert cache(found, "behind").reads == pytest.approx(first + second)
    missed = first / (1 + 10 * first) + second / (1 + 10 * second)
    assert station(found).visits == pytest.approx(missed)


def test_a_client_is_a_key_where_nothing_else_is_said() -> None:
    flows = {"job": {"clients": 10, "every": "2 s", "steps": [{"cache": "c", "miss": [visit()]}]}}
    assert cache(facts({"caches": {"c": {"ttl": "18 s"}}, "flows": flows}), "c").hits == pytest.approx(0.9)
    never_twice = {"job": job({"cache": "c", "miss": [visit()]})}
    assert cache(facts({"caches": {"c": {"ttl": "18 s"}}, "flows": never_twice}), "c").hits == pytest.approx(0.0)

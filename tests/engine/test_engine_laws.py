"""Laws: bit for bit what Python's `math` gives by hand, and distributed as they claim.

Statistical tests use a significance of 1e-4 each and one seed, chosen once and never changed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special, stats

from swifteats_sim.engine.laws import PART, STEP, Law
from swifteats_sim.engine.normal import inverse_normal
from swifteats_sim.engine.streams import Stream
from swifteats_sim.scenario.distributions import duration_law
from swifteats_sim.stack.laws import law_of

ALPHA = 1e-4
SEED = 20
ADDRESS = st.tuples(st.integers(0, 2**62), st.integers(0, 2**40), st.integers(0, 1000), st.integers(0, 100))


def one(name: str, *parameters: float, values: tuple[float, ...] = ()) -> Law:
    return Law([(name, parameters, values)], 0.0)


def draws(law: Law, number: int) -> NDArray[np.float64]:
    stream = Stream(SEED, 0, "laws")
    return np.array([law.draw(stream, entity) for entity in range(number)])


def unit(stream: Stream, entity: int, index: int, step: int, attempt: int) -> float:
    """The uniform that the first part of a service uses in this step."""
    return stream.uniform(entity, index, step * STEP, attempt)


@settings(max_examples=100, deadline=None)
@given(ADDRESS)
def test_values_are_those_of_python_s_math_bit_for_bit(address: tuple[int, int, int, int]) -> None:
    stream = Stream(SEED, 0, "bits")
    u = unit(stream, *address)
    assert one("deterministic", 0.125).draw(stream, *address) == 0.125
    assert one("uniform", 2.0, 5.0).draw(stream, *address) == 2.0 + (5.0 - 2.0) * u
    assert one("exponential", 0.3).draw(stream, *address) == -0.3 * math.log(u)
    assert one("lognormal", -4.0, 0.7).draw(stream, *address) == math.exp(-4.0 + 0.7 * inverse_normal(u))
    assert one("empirical", values=(1.0, 2.0, 4.0)).draw(stream, *address) == (1.0, 2.0, 4.0)[int(u * 3)]


def test_an_erlang_is_a_sum_of_exponentials_from_blocks_of_its_own() -> None:
    stream = Stream(SEED, 0, "bits")
    total = 0.0
    for stage in range(3):
        total -= math.log(stream.uniform(5, 6, 7 * STEP + stage, 8))
    assert one("erlang", 3, 0.9).draw(stream, 5, 6, 7, 8) == total * 0.9 / 3.0


def test_named_parts_add_up_and_share_no_number() -> None:
    stream = Stream(SEED, 0, "bits")
    service = law_of({"a": duration_law("uniform(5 ms, 10 ms)"), "b": duration_law("uniform(2 ms, 5 ms)")})
    first, second, _, _ = stream.block(1, 2, 3 * STEP, 4)
    assert service.draw(stream, 1, 2, 3, 4) == 0.007 + ((0.010 - 0.005) * first + (0.005 - 0.002) * second)
    assert service.mean == (0.005 + 0.010) / 2 + (0.002 + 0.005) / 2


def test_four_uniform_parts_share_a_block_and_any_other_has_its_own() -> None:
    stream = Stream(SEED, 0, "bits")
    uniforms = [("uniform", (float(low), low + 2.0), ()) for low in range(6)]
    law = Law([*uniforms[:3], ("exponential", (0.3,), ()), ("deterministic", (0.5,), ()), *uniforms[3:]], 0.0)
    blocks = [stream.block(1, 2, 3 * STEP + part * PART, 4) for part in range(3)]
    drawn = 0.0 + 1.0 + 2.0 + 0.5 + 3.0 + 4.0 + 5.0 + 2.0 * sum(blocks[0]) + 2.0 * sum(blocks[1][:2])
    assert law.draw(stream, 1, 2, 3, 4) == pytest.approx(drawn - 0.3 * math.log(blocks[2][0]), rel=1e-14)


def test_a_service_of_many_uniform_parts_has_the_mean_and_the_spread_of_their_sum() -> None:
    sample = draws(Law([("uniform", (1.0, 3.0), ())] * 7, 14.0), 10_000)
    assert stats.ttest_1samp(sample, 14.0).pvalue > ALPHA
    statistic = (len(sample) - 1) * sample.var(ddof=1) / (7 * 4.0 / 12.0)
    assert stats.norm(len(sample) - 1, math.sqrt(2 * len(sample))).ppf(1 - ALPHA / 2) > statistic
    assert stats.norm(len(sample) - 1, math.sqrt(2 * len(sample))).ppf(ALPHA / 2) < statistic


def test_parts_with_tables_find_their_own_values() -> None:
    stream = Stream(SEED, 0, "tables")
    law = Law([("empirical", (), (1.0, 2.0)), ("deterministic", (0.5,), ()), ("empirical", (), (10.0, 20.0))], 0.0)
    seen = {law.draw(stream, entity) for entity in range(200)}
    assert seen == {11.5, 12.5, 21.5, 22.5}


def test_the_largest_uniform_still_names_a_value_of_a_table() -> None:
    # 1 - 2**-53 is the largest number that a stream gives.
    for size in (*range(1, 2000), 2**20 - 1, 2**20, 2**20 + 1):
        assert int((1.0 - 2.0**-53) * size) == size - 1


def test_durations_are_rounded_to_the_nearest_nanosecond() -> None:
    stream = Stream(SEED, 0, "bits")
    assert one("deterministic", 1.4999e-9).draw_ns(stream, 0) == 1
    assert one("deterministic", 1.5e-9).draw_ns(stream, 0) == 2
    drawn = one("exponential", 3600.0).draw_ns(stream, 9, 8, 7, 6)
    assert drawn == int(-3600.0 * math.log(unit(stream, 9, 8, 7, 6)) * 1e9 + 0.5)
    assert type(drawn) is int


@pytest.mark.parametrize(
    ("law", "distribution"),
    [
        (one("uniform", 2.0, 5.0), stats.uniform(2.0, 3.0)),
        (one("exponential", 0.3), stats.expon(scale=0.3)),
        (one("erlang", 4, 0.8), stats.gamma(4, scale=0.2)),
        (one("lognormal", -4.0, 0.7), stats.lognorm(0.7, scale=math.exp(-4.0))),
        (one("gamma", 2.5, 0.4), stats.gamma(2.5, scale=0.4)),
        (one("gamma", 0.6, 2.0), stats.gamma(0.6, scale=2.0)),
        (one("gamma", 1.0, 2.0), stats.gamma(1.0, scale=2.0)),
    ],
    ids=["uniform", "exponential", "erlang", "lognormal", "gamma", "gamma of small shape", "gamma of shape 1"],
)
def test_a_law_has_its_distribution(law: Law, distribution: stats.rv_continuous) -> None:
    sample = draws(law, 10_000)
    assert stats.kstest(sample, distribution.cdf).pvalue > ALPHA
    assert stats.ttest_1samp(sample, distribution.mean()).pvalue > ALPHA


def test_a_hyperexponential_has_its_distribution() -> None:
    def below(x: Any) -> Any:
        return 1.0 - 0.2 * np.exp(-x / 3.0) - 0.8 * np.exp(-x / 0.5)

    sample = draws(one("hyperexponential", 0.2, 3.0, 0.5), 10_000)
    assert stats.kstest(sample, below).pvalue > ALPHA


def test_an_empirical_law_gives_each_value_equally_often() -> None:
    sample = draws(one("empirical", values=(1.0, 2.0, 4.0, 8.0, 16.0)), 10_000)
    values, counts = np.unique(sample, return_counts=True)
    assert values.tolist() == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert stats.chisquare(counts).pvalue > ALPHA


@pytest.mark.parametrize(
    ("text", "mean"),
    [
        ("250 ms", 0.25),
        ("uniform(1 s, 2 s)", 1.5),
        ("exponential(125 ms)", 0.125),
        ("erlang(k=4, mean=2 s)", 2.0),
        ("hyperexponential(p=0.25, mean1=4 s, mean2=2 s)", 2.5),
        ("lognormal(median=1 s, p95=2 s)", math.exp((math.log(2.0) / special.ndtri(0.95)) ** 2 / 2)),
    ],
)
def test_a_declared_law_states_its_mean_and_keeps_it(text: str, mean: float) -> None:
    law = law_of(duration_law(text))
    assert law.mean == pytest.approx(mean, rel=1e-12)
    sample = draws(law, 10_000)
    if sample.std() == 0.0:
        assert set(sample) == {mean}
    else:
        assert stats.ttest_1samp(sample, mean).pvalue > ALPHA


def test_the_normal_quantile_is_scipy_s() -> None:
    """Within 1e-14, relative: centre, both seams (0.075 and exp(-25)), tails, and the ends of what streams give."""
    tails = [2.0**-53, 1e-300, 1e-200, 1e-50, 1e-20, math.exp(-25.0), 1.3e-11, 1.5e-11, 1e-9, 1e-5, 1e-3]
    low = np.array([*tails, 0.0749999999, 0.075, 0.0750000001, *np.linspace(0.01, 0.49, 500)])
    high = 1.0 - low[low > 2.0**-54]
    points = np.concatenate([low, high])
    ours = np.array([inverse_normal(p) for p in points])
    np.testing.assert_allclose(ours, special.ndtri(points), rtol=1e-14, atol=0)
    assert inverse_normal(0.5) == 0.0


def test_the_normal_quantile_rises_across_its_seams() -> None:
    points = np.unique([*np.geomspace(1e-15, 0.5, 3000), *(1.0 - np.geomspace(1e-15, 0.49, 3000))])
    assert np.all(np.diff([inverse_normal(p) for p in points]) > 0)

"""Laws: canonical parameters and means by their definitions, and refusals that name the rule."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from swifteats_sim.scenario.distributions import Distribution, duration_law, length_law

Z95 = 1.6448536269514722
"""The 95 % quantile of the standard normal, from tables."""


@pytest.mark.parametrize(
    ("text", "law", "parameters", "mean"),
    [
        ("5 ms", "deterministic", (0.005,), 0.005),
        ("deterministic(5 ms)", "deterministic", (0.005,), 0.005),
        ("uniform(5 ms, 10 ms)", "uniform", (0.005, 0.01), 0.0075),
        ("uniform(high=3 s, low=1 s)", "uniform", (1.0, 3.0), 2.0),
        ("exponential(125 ms)", "exponential", (0.125,), 0.125),
        ("erlang(4, mean=2 s)", "erlang", (4.0, 2.0), 2.0),
        ("hyperexponential(0.25, 4 s, 8 s)", "hyperexponential", (0.25, 4.0, 8.0), 7.0),
        ("hyperexponential(25 %, 4 s, 8 s)", "hyperexponential", (0.25, 4.0, 8.0), 7.0),
        ("gamma(mean=12 min, sd=6 min)", "gamma", (4.0, 180.0), 720.0),
    ],
)
def test_a_law_has_canonical_parameters(text: str, law: str, parameters: tuple[float, ...], mean: float) -> None:
    assert duration_law(text) == Distribution(law, parameters, text, mean)


def test_a_lognormal_by_quantiles_has_them() -> None:
    law = length_law("lognormal(median=1.4 km, p95=3.6 km)")
    mu, sigma = law.parameters
    assert math.exp(mu) == pytest.approx(1400, rel=1e-12)
    assert math.exp(mu + Z95 * sigma) == pytest.approx(3600, rel=1e-12)
    assert law.mean == pytest.approx(math.exp(mu + sigma**2 / 2), rel=1e-12)


def test_a_lognormal_by_moments_has_them() -> None:
    mu, sigma = duration_law("lognormal(mean=10 s, sd=5 s)").parameters
    mean = math.exp(mu + sigma**2 / 2)
    assert mean == pytest.approx(10, rel=1e-12)
    assert mean * math.sqrt(math.expm1(sigma**2)) == pytest.approx(5, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gama(mean=1 s, sd=1 s)", "unknown law 'gama'; did you mean 'gamma'?"),
        ("exponential()", "exponential: takes (mean)"),
        ("uniform(1 s)", "uniform: takes (low, high)"),
        ("uniform(1 s, 2 s, 3 s)", "uniform: takes (low, high)"),
        ("uniform(1 s, low=2 s)", "uniform: takes (low, high)"),
        ("uniform(2 s, 1 s)", "uniform: low must be less than high"),
        ("lognormal(1 s, 2 s)", "lognormal: takes (median=, p95=) or (mean=, sd=)"),
        ("lognormal(median=2 s, p95=1 s)", "p95 must be more than the median"),
        ("gamma(mean=1 s, sd=0 s)", "gamma: sd must be more than 0"),
        ("gamma(mean=1 day, sd=1 ns)", "sd must be from 1/1000 to 1000 times the mean"),
        ("erlang(2.5, 1 s)", "erlang: k must be a whole number from 1 to 1000"),
        ("erlang(2 s, 1 s)", "erlang: k must be a number without a unit, not '2 s'"),
        ("hyperexponential(1, 1 s, 2 s)", "p must be more than 0 and less than 1"),
        ("exponential(5 m)", "exponential: '5 m' is not a duration: write '5 min'"),
        ("exponential(-5 s)", "'-5 s' is negative"),
        ("exponential(nan s)", "'nan s' is no number with a unit"),
        ("exponential(5)", "'5' has no unit"),
        ("exponential(5 s", "is no number with a unit"),
        ("x" * 600, "a law has at most 500 characters, this one 600"),
        ("empirical()", "empirical needs a file"),
        ("empirical(none.txt)", "'none.txt': no such file"),
        ("5 km", "'5 km': 'km' is no unit of a duration"),
    ],
)
def test_a_wrong_law_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        duration_law(text)
    assert said in str(refusal.value)


def test_an_empirical_law_reads_a_file_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "mixed.txt").write_text("2 s\n\n500 ms\n# a note\n1 s\n")
    law = duration_law("empirical(mixed.txt)", tmp_path)
    assert (law.values, law.parameters, law.mean) == ((0.5, 1.0, 2.0), (), 3.5 / 3)
    (tmp_path / "bare.txt").write_text("# unit: ms\n250\n125\n")
    assert duration_law("empirical(bare.txt)", tmp_path).values == (0.125, 0.25)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"1 s\n2\n", "line 2: '2' has no unit"),
        (b"1 s\nnan s\n", "line 2: 'nan s' is no number"),
        (b"# unit: ms\n1\n-2\n", "line 3: '-2' must be from 0"),
        (b"# unit: ms\ninf\n", "line 2: 'inf' must be from 0"),
        (b"# unit: ms\n1 ms\n", "line 2: '1 ms' is no number"),
        (b"# unit: km\n1\n", "line 1: '1 km': 'km' is no unit of a duration"),
        (b"", "holds no value"),
        (b"\xff\xfe", "not UTF-8 text"),
    ],
)
def test_a_wrong_empirical_file_is_refused_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "times.txt").write_bytes(content)
    with pytest.raises(ValueError, match=r"times\.txt") as refusal:
        duration_law("empirical(times.txt)", tmp_path)
    assert said in str(refusal.value)

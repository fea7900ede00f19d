"""Durations and laws of random stacks: mostly whole multiples of a unit, now and then anything."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

Text = st.SearchStrategy[str]


@cache
def time(unit: int, *multiples: int) -> Text:
    """One of these multiples of a unit (us)."""
    return st.sampled_from([f"{each * unit} us" for each in multiples])


@cache
def share(*percents: int) -> Text:
    """One of these."""
    return st.sampled_from([f"{each} %" for each in percents])


@cache
def law(unit: int) -> Text:
    """Of durations around a unit or some; 0 may be among them."""
    return st.one_of(time(unit, 0, 1, 1, 2, 5, 20), _spread(unit))


@cache
def positive_law(unit: int) -> Text:
    """Of durations that are more than nothing, at least on average."""
    return st.one_of(time(unit, 1, 2, 5, 10), _spread(unit))


@cache
def _spread(unit: int) -> Text:
    u = unit
    return st.sampled_from(
        [
            f"exponential({4 * u} us)", f"uniform(0 us, {10 * u} us)", f"erlang(2, {5 * u} us)",
            f"hyperexponential(0.2, {20 * u} us, {u} us)", f"lognormal(median={2 * u} us, p95={9 * u} us)",
            f"gamma(mean={4 * u} us, sd={3 * u} us)",
        ]
    )  # fmt: skip

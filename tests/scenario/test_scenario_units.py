"""Quantities are read exactly, written back exactly, and refused with value and rule."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from swifteats_sim.scenario.quantities import (
    AREA,
    BYTE_RATE,
    DURATION,
    LENGTH,
    RATE,
    RATIO,
    SIZE,
    SPEED,
    Quantity,
    parse,
    written,
)
from swifteats_sim.scenario.units import PositiveDuration, Ratio, SignedRatio, format_duration, format_value

FLOATS = (RATE, RATIO, LENGTH, AREA, SPEED, BYTE_RATE)


@pytest.mark.parametrize(
    ("text", "quantity", "value"),
    [
        ("5 s", DURATION, 5_000_000_000),
        ("200 ms", DURATION, 200_000_000),
        ("0.1 us", DURATION, 100),
        ("2 min", DURATION, 120_000_000_000),
        ("1 h", DURATION, 3_600_000_000_000),
        ("1 day", DURATION, 86_400_000_000_000),
        ("8.33e0s", DURATION, 8_330_000_000),
        ("500/min", RATE, Fraction(25, 3)),
        ("8.33 /s", RATE, Fraction(833, 100)),
        ("2/h", RATE, Fraction(1, 1800)),
        ("80 %", RATIO, Fraction(4, 5)),
        ("5 km", LENGTH, 5000),
        ("300 m", LENGTH, 300),
        ("500 km2", AREA, 500),
        ("30 km/h", SPEED, Fraction(25, 3)),
        ("5 m/s", SPEED, 5),
        ("343 B", SIZE, 343),
        ("0.5 kB", SIZE, 500),
        ("2MB", SIZE, 2_000_000),
        ("1 GB", SIZE, 10**9),
        ("9 MB/s", BYTE_RATE, 9_000_000),
        ("1.5 B/s", BYTE_RATE, Fraction(3, 2)),
    ],
)
def test_a_text_is_read_exactly(text: str, quantity: Quantity, value: Fraction) -> None:
    assert parse(text, quantity) == value


@pytest.mark.parametrize(
    ("value", "quantity", "said"),
    [
        ("5 m", DURATION, "'5 m' is not a duration: write '5 min'"),
        ("3 secs", DURATION, "'3 secs' is not a duration: write '3 s'"),
        (5, DURATION, "5 has no unit: a duration is written in ns, us, ms, s, min, h or day, like '5 s'"),
        ("5", DURATION, "'5' has no unit: a duration is written in ns, us, ms, s, min, h or day, like '5 s'"),
        (0.8, RATIO, "0.8 has no unit: a ratio is written in %, like '80 %'"),
        (float("nan"), RATIO, "nan has no unit: a ratio is written in %, like '80 %'"),
        ("5 km", AREA, "'5 km': 'km' is no unit of an area; use km2"),
        ("30 kph", SPEED, "'30 kph' is not a speed: write '30 km/h'"),
        ("-5/min", RATE, "'-5/min' is negative: a rate is 0 or more here"),
        ("1e400 s", DURATION, "'1e400 s' is out of reach: a duration is at most 36500 day"),
        ("101000 h", LENGTH, "'101000 h': 'h' is no unit of a length; use m or km"),
        ("0.1 ns", DURATION, "'0.1 ns' is finer than a nanosecond"),
        ("0.1 B", SIZE, "'0.1 B' is finer than a byte"),
        ("5 KB", SIZE, "'5 KB' is not a size: write '5 kB'"),
        (5, SIZE, "5 has no unit: a size is written in B, kB, MB or GB, like '343 B'"),
        ("1001 GB", SIZE, "'1001 GB' is out of reach: a size is at most 1000 GB"),
        ("5 KB/s", BYTE_RATE, "'5 KB/s' is not a byte rate: write '5 kB/s'"),
        ("nan s", DURATION, "'nan s' is no number with a unit: a duration is written in ns, us, ms"),
        ("inf %", RATIO, "'inf %' is no number with a unit: a ratio is written in %"),
        ("٣ s", DURATION, "'٣ s' is no number with a unit"),
        (None, LENGTH, "a length is written in m or km, like '5 km'"),
        (True, LENGTH, "a length is written in m or km, like '5 km'"),
        ("9" * 70 + " m", LENGTH, "is no number with a unit"),
    ],
)
def test_anything_else_is_refused_with_value_and_rule(value: object, quantity: Quantity, said: str) -> None:
    with pytest.raises(ValueError, match="a") as refusal:
        parse(value, quantity)
    assert said in str(refusal.value)


@given(st.integers(0, 36_500 * 86_400 * 10**9))
def test_a_duration_survives_being_written(nanoseconds: int) -> None:
    assert parse(written(nanoseconds, DURATION), DURATION) == nanoseconds


@given(st.integers(0, 10**12))
def test_a_size_survives_being_written(size: int) -> None:
    assert parse(written(size, SIZE), SIZE) == size


@given(st.sampled_from(FLOATS), st.floats(0, 1000) | st.integers(0, 10**6).map(lambda n: n / 60))
def test_a_float_survives_being_written(quantity: Quantity, value: float) -> None:
    number, unit = quantity.reach
    value = min(value, float(number * quantity.size(unit)))
    assert float(parse(written(value, quantity), quantity)) == value


def test_what_was_written_by_hand_is_written_back_alike() -> None:
    for text, quantity in (("500/min", RATE), ("30 km/h", SPEED), ("80 %", RATIO), ("1.4 km", LENGTH)):
        assert written(float(parse(text, quantity)), quantity) == text
    assert [written(n, DURATION) for n in (0, 90 * 10**9, 5_400 * 10**9)] == ["0 s", "90 s", "90 min"]
    assert [written(n, SIZE) for n in (0, 343, 1500, 2_000_000)] == ["0 B", "343 B", "1500 B", "2 MB"]


def test_bounds_are_named_with_their_unit() -> None:
    with pytest.raises(ValidationError, match="'0 s' must be more than 0 s"):
        TypeAdapter(PositiveDuration).validate_python("0 s")
    assert TypeAdapter(SignedRatio).validate_python("-20 %") == -0.2
    with pytest.raises(ValidationError, match="'-20 %' is negative"):
        TypeAdapter(Ratio).validate_python("-20 %")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0843, "s", "84.3 ms"),
        (0.0004, "s", "400 us"),
        (90, "s", "90 s"),
        (1234.5, "s", "20.6 min"),
        (-5, "s", "-5 s"),
        (0, "s", "0 s"),
        (500 / 60, "/s", "500/min"),
        (2000, "/s", "2,000/s"),
        (9_216_000, "B/s", "9.22 MB/s"),
        (343, "B/s", "343 B/s"),
        (0, "B/s", "0 B/s"),
        (0.982, "ratio", "98.2 %"),
        (0.99999, "ratio", "99.999 %"),
        (0.000001, "ratio", "0.0001 %"),
        (1, "ratio", "100 %"),
        (31199, "", "31,199"),
        (3.14159, "", "3.14"),
        (None, "s", "n/a"),
        (float("nan"), "", "n/a"),
    ],
)
def test_metrics_are_shown_in_the_unit_people_use(value: float | None, unit: str, text: str) -> None:
    assert format_value(value, unit) == text


def test_durations_are_shown_exactly() -> None:
    assert [format_duration(n) for n in (1, 1_500_000, -90 * 10**9)] == ["1 ns", "1500 us", "-90 s"]

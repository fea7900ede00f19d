"""Pauses against a brute-force integrator that works nanosecond by nanosecond, and their long-run share."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from swifteats_sim.engine.clock import SECOND
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.pauses import Pace, Recurring, Window, windows
from swifteats_sim.engine.streams import Stream, Streams

WINDOWS = st.lists(
    st.builds(
        lambda start, length, instance, tenths: Window(start, start + length, instance, tenths / 10),
        st.integers(0, 60), st.integers(1, 30), st.sampled_from([None, 0, 1]), st.sampled_from([0, 0, 1, 3, 5, 10]),
    ),
    max_size=7,
)  # fmt: skip


def law(mean: float, kind: str = "exponential") -> Law:
    return Law([(kind, (mean,), ())], mean)


def tenths(slowdowns: list[Window], at: int) -> int:
    """Speed of instance 0 in the nanosecond that begins at `at`."""
    holding = [w.speed for w in slowdowns if w.instance in (None, 0) and w.start <= at < w.end]
    return round(10 * min(holding, default=1.0))


@settings(max_examples=300, deadline=None)
@given(WINDOWS, st.integers(0, 90), st.integers(0, 60))
def test_work_ends_when_it_adds_up(slowdowns: list[Window], start: int, service: int) -> None:
    done, now = Fraction(0), start
    while done < service:
        done += Fraction(tenths(slowdowns, now), 10)
        now += 1
    assert Pace(slowdowns, 0).finish(start, service) == now


@settings(max_examples=300, deadline=None)
@given(WINDOWS, st.integers(0, 100))
def test_work_begins_at_the_first_instant_that_is_no_standstill(slowdowns: list[Window], at: int) -> None:
    begin = at
    while tenths(slowdowns, begin) == 0:
        begin += 1
    assert Pace(slowdowns, 0).begin(at) == begin


@settings(max_examples=200, deadline=None)
@given(WINDOWS)
def test_windows_are_apart_and_touch_only_where_the_speed_changes(slowdowns: list[Window]) -> None:
    pace = Pace(slowdowns, 0)
    spans = list(zip(pace.starts, pace.ends, pace.speeds, strict=True))
    assert all(start < end for start, end, _ in spans)
    for (_, end, speed), (start, _, following) in pairwise(spans):
        assert end < start or (end == start and speed != following)


def test_a_service_is_stretched_by_each_window_it_meets() -> None:
    pace = Pace([Window(10, 20), Window(30, 50, speed=0.5)], 0)
    # 10 before the standstill, 10 after it, 10 at half speed, and the last 5 after that.
    assert pace.finish(0, 35) == 55
    assert [pace.finish(0, 10), pace.finish(0, 11), pace.finish(30, 3), pace.finish(15, 0)] == [10, 21, 36, 15]


def test_the_slowest_of_overlapping_windows_holds() -> None:
    pace = Pace([Window(0, 100, speed=0.5), Window(20, 40), Window(30, 60, speed=0.8)], 0)
    assert (pace.starts, pace.ends, pace.speeds) == ([0, 20, 40], [20, 40, 100], [5000, 0, 5000])
    assert pace.standstills() == [(20, 40)]


def test_rounding_is_upwards_and_once() -> None:
    # A third is held as 33.33 %: 1 ns of work takes 3.0003 ns, 100 ns take 300.03 ns.
    pace = Pace([Window(0, 10_000, speed=1 / 3)], 0)
    assert [pace.finish(0, 1), pace.finish(0, 100)] == [4, 301]


def test_a_speed_above_nothing_is_never_a_standstill() -> None:
    assert Pace([Window(0, 10**6, speed=1e-9)], 0).finish(0, 1) == 10_000


def test_other_instances_do_not_notice() -> None:
    assert Pace([Window(0, 10, instance=1)], 0).finish(0, 5) == 5
    assert Pace([Window(0, 10, instance=1)], 1).finish(0, 5) == 15
    assert Pace([Window(0, 10)], 1).finish(0, 5) == 15


def test_declared_and_drawn_windows_come_in_order_of_time() -> None:
    every = [Recurring(law(30.0, "deterministic"), law(10.0, "deterministic"), 1, 0.5)]
    drawn = windows([Window(35 * SECOND, 36 * SECOND)], every, Stream(1, 0, "pauses"), 100 * SECOND)
    # 30 s from 0 to the first, and from the end of one to the next.
    assert drawn == (
        Window(30 * SECOND, 40 * SECOND, 1, 0.5),
        Window(35 * SECOND, 36 * SECOND, None, 0.0),
        Window(70 * SECOND, 80 * SECOND, 1, 0.5),
    )


def test_a_longer_run_only_adds_windows() -> None:
    rule, stream = [Recurring(law(20.0), law(5.0))], Stream(1, 0, "pauses")
    short, long = windows((), rule, stream, 500 * SECOND), windows((), rule, stream, 5000 * SECOND)
    assert len(short) > 5
    assert long[: len(short)] == short


def test_a_rule_that_never_takes_time_is_an_error() -> None:
    with pytest.raises(ValueError, match="a law that takes time"):
        windows((), [Recurring(law(0.0, "deterministic"), law(0.0, "deterministic"))], Stream(1, 0, "pauses"), 10)


def test_the_share_of_time_up_is_that_of_an_alternating_renewal_process() -> None:
    """Oracle: MTBF / (MTBF + MTTR) = 900 / (900 + 100)."""
    horizon, up = 500_000 * SECOND, []
    for replication in range(30):
        stream = Streams(7, replication)("pauses")
        down = windows((), [Recurring(law(900.0), law(100.0))], stream, horizon)
        up.append(1.0 - sum(min(window.end, horizon) - window.start for window in down) / horizon)
    half = stats.t.ppf(0.995, len(up) - 1) * np.std(up, ddof=1) / np.sqrt(len(up))
    assert half < 0.005
    assert abs(np.mean(up) - 0.9) < half

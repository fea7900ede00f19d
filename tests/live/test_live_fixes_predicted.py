"""The simulation of a load of fixes: exact where it is simple, and never told how the load itself went."""

from __future__ import annotations

import numpy as np
import pytest

from swifteats_sim.live.fixes.costs import FixCosts, together
from swifteats_sim.live.fixes.keeping import LINGER
from swifteats_sim.live.fixes.predicted import predict_fixes
from swifteats_sim.live.fixes.schedule import Load


def costs(sending: float, travelling: float, keeping: float) -> FixCosts:
    return FixCosts(np.array([sending]), np.array([travelling]), np.array([keeping]), together=1)


def test_a_fix_alone_waits_for_others_in_vain_travels_and_is_kept() -> None:
    predicted = predict_fixes(Load(seconds=30, rate=1, drivers=5, consumers=2), costs(0.0001, 0.003, 0.001))
    assert predicted.p50 == pytest.approx(0.0001 + LINGER / 1e3 + 0.003 + 0.001, rel=2e-3)  # to a bucket's width
    assert predicted.lag == pytest.approx(predicted.p50, rel=0.1)  # Little's law, at one a second
    assert predicted.busy == pytest.approx(1 * 0.001 / 2, rel=0.1)


def test_consumers_that_are_too_slow_fall_behind() -> None:
    load = Load(seconds=20, rate=400, drivers=2_000, consumers=1)
    fast, slow = (predict_fixes(load, costs(1e-5, 0.003, keeping)) for keeping in (0.001, 0.003))
    assert fast.p99 < 0.05
    assert slow.p99 > 1
    assert slow.lag == pytest.approx((10 + 20 / 2) * (400 - 1 / 0.003), rel=0.1)  # what comes less what it can do
    assert fast.busy == pytest.approx(0.4, rel=0.05)


def test_so_many_travel_together_as_come_while_the_first_waits() -> None:
    assert together(Load(60, 2_000, 10_000, consumers=2, partitions=12)) == 4
    assert together(Load(60, 1, 5, consumers=2, partitions=12)) == 1

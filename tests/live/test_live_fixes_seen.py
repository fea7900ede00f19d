"""What is said of a load of fixes: each thing that may go wrong is noticed, and nothing else."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from swifteats_sim.live.fixes.processes import NOTED, SENT
from swifteats_sim.live.fixes.seen import FixesMeasured, seen
from swifteats_sim.live.positions import Positions

SECOND = 1_000_000_000
SENDS = [(0, 0, 1, 10), (1, 0, 2, 20), (0, 1, 1, 30), (1, 1, 2, 40)]
"""(partition, offset, driver, at)"""


class Known:
    """What Redis knows of drivers."""

    def __init__(self, **newest: int) -> None:
        self.newest = {1: 30, 2: 40} | {int(name[1:]): at for name, at in newest.items()}

    def at(self, driver: int) -> int | None:
        return self.newest[driver]


def measured(
    sends: list[tuple[int, int, int, int]], notes: list[list[tuple[int, int, int, int, int]]], known: Known
) -> FixesMeasured:
    rows = [(*send, send[3] + 1, send[3] + 2) for send in sends]
    each: list[NDArray[Any]] = [np.array(rows_of_one, NOTED) for rows_of_one in notes]
    return seen(np.array(rows, SENT), each, 0, cast(Positions, known), {})


def noted(*rows: int) -> list[tuple[int, int, int, int, int]]:
    """Fixes by their place in SENDS, known 5 ns apart from 100 ns on."""
    return [(*SENDS[row], 100 + 5 * number) for number, row in enumerate(rows)]


def test_all_is_well() -> None:
    found = measured(SENDS, [noted(0, 2), noted(1, 3)], Known())
    assert found.flawless
    assert (found.sent, found.again) == (4, 0)
    assert found.latencies.tolist() == [65, 75, 80, 90]
    assert found.behind.tolist() == [1] * 4
    assert found.latency(1.0) == 90 / SECOND


def test_what_comes_again_counts_once_and_from_when_it_was_known_first() -> None:
    again = [(*SENDS[0], 200), (*SENDS[2], 205)]
    found = measured(SENDS, [noted(0, 2), [*noted(1, 3), *again]], Known())
    assert found.flawless
    assert (found.again, found.latencies.tolist()) == (2, [65, 75, 80, 90])


@pytest.mark.parametrize(
    ("sends", "notes", "known", "flaw"),
    [
        (SENDS, [noted(0, 1, 2)], Known(), {"lost": 1}),
        (SENDS, [noted(2, 0), noted(1, 3)], Known(), {"disordered": 1}),
        (SENDS, [noted(0, 2), noted(1, 3)], Known(d1=10), {"old": 1}),
        ([*SENDS[:3], (0, 2, 2, 40)], [[*noted(0, 1, 2), (0, 2, 2, 40, 130)]], Known(), {"strayed": 1}),
        ([*SENDS, (-1, 0, 2, 50)], [noted(0, 1, 2, 3)], Known(), {"refused": 1}),
    ],
)
def test_each_flaw_is_noticed(
    sends: list[tuple[int, int, int, int]], notes: list[list[tuple[int, int, int, int, int]]], known: Known,
    flaw: dict[str, int],
) -> None:  # fmt: skip
    found = measured(sends, notes, known)
    assert not found.flawless
    nothing = dict.fromkeys(("refused", "lost", "disordered", "strayed", "old"), 0)
    assert {name: getattr(found, name) for name in nothing} == nothing | flaw


def test_the_lag_is_what_was_handed_over_and_is_not_known() -> None:
    sends = [(0, number, 1, number * SECOND // 2) for number in range(4)]
    notes = [[(*send, send[3] + SECOND) for send in sends]]
    found = measured(sends, notes, Known(d1=3 * SECOND // 2))
    assert [(lag.at, lag.fixes) for lag in found.lags] == [(1, 1), (2, 1), (3, 0)]
    mean, most = found.lag
    assert (round(mean * 3), most) == (2, 1)

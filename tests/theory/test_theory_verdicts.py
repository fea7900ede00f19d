"""Can the verdicts be bet on? The study in short, through the engine: shares with honest bounds for how often they ask.

`python -m studies.coverage` asks 2,000 times; its table is studies/answers/coverage.md.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from scipy.stats import binom

from studies.coverage import ANYTHING, Repeat, ask, judged, queue, truths

REPEATS = 60
ONCE_IN = 10_000
"""A perfect method is accused once in so many runs of each of these tests."""


@pytest.fixture(autouse=True, scope="module")
def _unswept() -> Iterator[None]:
    """The study sweeps by itself; what the tests have made before need not be looked at."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture(scope="module")
def repeats() -> list[Repeat]:
    """M/M/1 at 80 % load, 30 replications of 20,000 customers, each time on a seed of its own."""
    return list(ask(REPEATS))


@pytest.mark.slow
@pytest.mark.parametrize("metric", truths())
def test_intervals_hold_the_truth_as_often_as_they_say(repeats: list[Repeat], metric: str) -> None:
    intervals = [each.found[metric].ci95 for each in repeats]
    held = sum(each is not None and each[0] <= truths()[metric] <= each[1] for each in intervals)
    assert held >= binom.ppf(1 / ONCE_IN, REPEATS, 0.95)  # 47 of 60


@pytest.mark.slow
def test_targets_2_percent_off_the_truth_are_never_mistaken(repeats: list[Repeat]) -> None:
    """In 5 % of cases at most, says the interval; at this distance it is hardly ever."""
    said = [(met, verdict) for each in repeats for (_, _, met), verdict in each.verdicts.items()]
    assert len(said) == 16 * REPEATS
    wrong = sum(verdict == ("fail" if met else "pass") for met, verdict in said)
    right = sum(verdict == ("pass" if met else "fail") for met, verdict in said)
    assert wrong / len(said) < 0.05
    assert right > 0.05 * len(said)
    assert not any(verdict == "saturated" for _, verdict in said)


@pytest.mark.slow
def test_an_overloaded_queue_never_passes() -> None:
    """At 105 % load, with a target that any value meets."""
    scenario = queue(1.05, 30, ANYTHING)
    assert {judged(scenario, seed)[1][0].verdict for seed in range(1, 11)} == {"saturated"}

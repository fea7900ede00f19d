"""A processor that is shared: exact timelines of who works when, by round robin and with the short ones first."""

from __future__ import annotations

from collections.abc import Generator

import pytest
import simpy

from swifteats_sim.engine.clock import Clock
from swifteats_sim.live.calibration.processor import QUANTUM, Processor


def ends(favours_short: bool, *jobs: tuple[float, float]) -> list[float]:
    """When jobs, each (coming, work) in quanta, are done; in quanta."""
    clock = Clock()
    processor, over = Processor(clock, favours_short), [0.0] * len(jobs)

    def job(number: int, coming: float, work: float) -> Generator[simpy.Event, None, None]:
        yield clock.sleep(int(coming * QUANTUM))
        yield from processor.work(int(work * QUANTUM))
        over[number] = clock.instant / QUANTUM

    for number, (coming, work) in enumerate(jobs):
        clock.process(job(number, coming, work))
    clock.run()
    return over


@pytest.mark.parametrize("favours_short", [False, True])
def test_who_is_alone_works_without_a_break(favours_short: bool) -> None:
    assert ends(favours_short, (0.5, 3.25)) == [3.75]


@pytest.mark.parametrize("favours_short", [False, True])
def test_those_who_came_together_share_it(favours_short: bool) -> None:
    assert ends(favours_short, (0, 2), (0, 2), (0, 2)) == [4, 5, 6]


def test_round_robin_goes_on_where_it_was() -> None:
    """The first has worked five quanta when the second comes, and has its turns with it nevertheless."""
    assert ends(False, (0, 8), (4.5, 3)) == [11, 10]


def test_the_short_one_that_comes_later_goes_first_until_it_has_worked_as_much() -> None:
    assert ends(True, (0, 8), (4.5, 3)) == [11, 8]
    assert ends(True, (0, 3), (1.5, 8)) == [5, 11]  # two quanta of the second, then both have worked two


@pytest.mark.parametrize("favours_short", [False, True])
def test_no_work_is_lost_and_none_is_done_twice(favours_short: bool) -> None:
    """Whoever goes first: the processor is busy as long as there is work."""
    jobs = [(0.25 * each, 1 + each % 4 * 0.75) for each in range(20)]
    assert max(ends(favours_short, *jobs)) == sum(work for _, work in jobs)


def test_no_work_takes_no_time() -> None:
    assert ends(False, (1, 0), (0, 5)) == [1, 5]

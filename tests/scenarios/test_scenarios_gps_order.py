"""`gps_ingest`: what keeps a driver's fixes in order (F22), and what does not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import pytest
from scenario_runs import LOCATION_ONLY, SURE, shipped

from swifteats_sim.engine.gaps import Gaps
from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario import Scenario
from swifteats_sim.simulation.software import Software, alone
from swifteats_sim.stack.laws import law_of

SHORT = (*LOCATION_ONLY, "warmup=0 s", "duration=45 s", "replications=1")
"""90,000 fixes; with gaps, 800 drivers come back meanwhile and send 2,000 that they kept, nine at most."""
RANDOM = "stack.topics.fixes.placement=random"

Fix = tuple[int, int, bool]
"""(born, done, whether the driver was offline when it was born)"""


def offline(parallel: int) -> str:
    gaps = f"every: exponential(5 min), for: exponential(30 s), parallel: {parallel}"
    return f"stack.flows.gps.offline={{{gaps}}}"


def located(scenario: Scenario) -> Iterator[list[Fix]]:
    """The fixes of each driver, in order of processing."""
    streams = Streams(scenario.seed, 0)
    software = Software(scenario, streams, alone(scenario), sampled=1)
    software.start()
    software.loop.advance(scenario.end)
    software.loop.close()
    terms = scenario.stack.flows["gps"].offline
    gaps = None
    if terms is not None:
        gaps = Gaps(law_of(terms.every), law_of(terms.lasting), streams("flow.gps.offline"))
    for driver, sample in groupby(sorted(software.flows["gps"].sample), key=lambda each: each[0]):
        fixes = [(born, done, gaps is not None and gaps.back(driver, born) > born) for _, born, done in sample]
        yield sorted(fixes, key=lambda each: each[1])


def overtakings(*settings: str) -> Counter[tuple[str, str]]:
    """(which, by which) kind of fix: those known after a newer one of their driver."""
    found = Counter[tuple[str, str]]()
    names = {False: "live", True: "kept"}
    for fixes in located(shipped("gps_ingest.yaml", *SHORT, *settings)):
        newest = fixes[0]
        for fix in fixes[1:]:
            if fix[0] > newest[0]:
                newest = fix
            else:
                found[names[fix[2]], names[newest[2]]] += 1
    return found


@pytest.mark.slow
def test_fixes_five_seconds_apart_stay_in_order_wherever_they_are_placed() -> None:
    """C43 cannot show here: nothing in this platform takes five seconds."""
    assert overtakings() == {}
    assert overtakings(RANDOM) == {}


@pytest.mark.slow
def test_keyed_what_is_sent_one_after_another_stays_in_order_but_live_fixes_pass_it() -> None:
    """A driver who is back uploads 16 ms a fix and goes on driving: his next live fix, sent beside the upload, is
    placed before the rest of it. The broker keeps the order it was given: no kept fix passes another."""
    found = overtakings(offline(parallel=1))
    assert set(found) == {("kept", "live")}
    assert found["kept", "live"] < 30


@pytest.mark.slow
def test_at_random_what_is_sent_one_after_another_is_known_in_another_order() -> None:
    """C43: two fixes 16 ms apart wait at two workers, and the second may wait less."""
    found = overtakings(offline(parallel=1), RANDOM)
    assert found["kept", "kept"] > 50


def uploads(*settings: str) -> list[int]:
    """How many fixes each driver had kept, upload by upload."""
    sizes = list[int]()
    for fixes in located(shipped("gps_ingest.yaml", *SHORT, *settings)):
        runs = groupby(sorted(fixes), key=lambda fix: fix[2])
        sizes += [len(list(run)) for is_kept, run in runs if is_kept]
    return sizes


@pytest.mark.slow
def test_keyed_the_batch_endpoint_s_ten_in_parallel_break_the_order_before_the_broker_sees_them() -> None:
    """A40 against F22: up to ten kept fixes at once take 10 to 23 ms each and are placed as they come out.

    Of n in random order, 1 + 1/2 + ... + 1/n are newer than all before them on average (records), with variance
    sum of (1/k)(1 - 1/k); all others are stale.
    """
    found, sizes = overtakings(offline(parallel=10)), uploads(offline(parallel=10))
    assert max(sizes) <= 10
    chances = [1 / k for size in sizes for k in range(1, size + 1)]
    spread = math.sqrt(sum(chance * (1 - chance) for chance in chances))
    late = found["kept", "kept"] + found["kept", "live"]
    assert late == pytest.approx(sum(sizes) - sum(chances), abs=SURE * spread)
    assert found["live", "live"] == 0

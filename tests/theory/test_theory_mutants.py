"""Seeded faults of the engine, each caught by the check of `test_theory_queues`, and in exactly what it distorts.

That each is caught at all, and many others, is shown in tests/mutants; here it is which numbers betray it. The readable
engine takes a minute and more for a busy queue, so that two of these are left to the long tests.
"""

from __future__ import annotations

import pytest
from theory_cases import CASES
from theory_check import Observed, contradicted, interval, observed, rehearsed

from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.job import DROPPED, Job
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.resource import Resource
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streams import Stream, Streams

HALF, BUSY, TEN = CASES["mm1_rho50"], CASES["mm1_rho80"], CASES["mmc_c10_rho80"]
WORK = "station.desk.utilization.mean"
"""What comes is served, however long it waits: no fault of the queue shows here."""
WINDOW = 1_600_000_000
"""ns; eight mean sojourns of mm1_rho50."""


def of_theory(metric: str, seen: Observed, exact: float) -> float:
    """What was measured over what is right."""
    return interval(seen[metric], 0.05)[0] / exact


@pytest.mark.slow
def test_last_come_first_served_is_caught_by_its_quantiles_and_not_by_its_means(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A queue by priority is first come, first served among equals; here each job is more urgent than the last."""
    queue = Resource.queue

    def newest_first(self: Resource, job: Job, priority: int, step: int, now: int) -> None:
        queue(self, job, -now, step, now)

    monkeypatch.setattr(Resource, "queue", newest_first)
    seen = observed(rehearsed("mm1_rho50", ("stack.stations.desk.discipline", "priority"), engine="reference"))
    assert contradicted(HALF, seen).keys() == {name for name in HALF if ".p" in name and "probability" not in name}
    assert of_theory("call.wait.p99", seen, HALF["call.wait.p99"]) > 1.5


@pytest.mark.slow
def test_a_record_that_drops_what_is_unfinished_is_caught_by_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record is closed every 1.6 s, and keeps only jobs that came and went in between; the queue is right."""
    end = Flow.end

    def end_in_window(self: Flow, job: Job, outcome: int, now: int) -> None:
        end(self, job, outcome if job.entered // WINDOW == now // WINDOW else DROPPED, now)

    monkeypatch.setattr(Flow, "end", end_in_window)
    seen = observed(rehearsed("mm1_rho50", engine="reference"))
    assert contradicted(HALF, seen).keys() == {name for name in HALF if name.startswith(("call.wait", "call.latency"))}
    assert of_theory("call.latency.p99", seen, HALF["call.latency.p99"]) < 0.88


@pytest.mark.long
def test_arrivals_and_services_on_one_stream_are_caught_by_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long gap then comes before every long service. The address forgets client and step too, or it would differ."""
    stream, draw_ns = Streams.__call__, Law.draw_ns

    def without_purpose(self: Streams, name: str) -> Stream:
        return stream(self, name.removesuffix(".arrivals"))

    def without_who_and_where(
        self: Law, stream: Stream, entity: int, index: int = 0, step: int = 0, attempt: int = 0
    ) -> int:
        return draw_ns(self, stream, 0, index, step)

    monkeypatch.setattr(Streams, "__call__", without_purpose)
    monkeypatch.setattr(Law, "draw_ns", without_who_and_where)
    seen = observed(rehearsed("mm1_rho80", engine="reference"))
    assert contradicted(BUSY, seen).keys() == BUSY.keys() - {"call.wait.probability", WORK}
    assert of_theory("call.wait.mean", seen, BUSY["call.wait.mean"]) < 0.4


@pytest.mark.long
def test_one_server_too_many_of_ten_is_caught_by_everything_but_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    build = Station.__init__

    def with_one_more(self: Station, *args: object, **terms: object) -> None:
        build(self, *args, **terms)  # type: ignore[arg-type]
        self.free[0].append(0)

    monkeypatch.setattr(Station, "__init__", with_one_more)
    seen = observed(rehearsed("mmc_c10_rho80", engine="reference"))
    assert contradicted(TEN, seen).keys() == TEN.keys() - {WORK}
    assert of_theory("call.wait.mean", seen, TEN["call.wait.mean"]) < 0.5

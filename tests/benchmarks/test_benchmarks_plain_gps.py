"""The plain SimPy pipeline is an honest baseline: it does what it says, and what the engine does."""

from __future__ import annotations

import numpy as np
import pytest
import simpy

from benchmarks import engine
from benchmarks.figures import differences
from benchmarks.plain.fixes import Fixes
from benchmarks.plain.pipeline import pipeline
from benchmarks.plain.station import Cache, Process, Station, uniform
from swifteats_sim.results import measure
from swifteats_sim.scenario import Scenario


def small(clients: int, warmup: float = 5, duration: float = 25) -> Scenario:
    """The pipeline with as many drivers for each of its instances as it has at full size."""
    fewer = (("gps.instances", "2"), ("location.instances", "4"), ("eta.instances", "1"))
    return engine.declared(
        "gps_ingest.yaml",
        [
            *engine.span(warmup, duration),
            ("stack.flows.gps.clients", str(clients)),
            ("stack.topics.fixes", "{partitions: 8, placement: keyed, consumers: 4}"),
            *((f"stack.stations.{key}", count) for key, count in fewer),
        ],
    )


def test_both_models_have_the_same_figures() -> None:
    """On average over replications: when drivers send, and so who waits, is a seed's luck for all of its run."""
    scenario = small(clients=600, duration=10)
    ours = [measure(engine.run(scenario, replication=number)) for number in range(6)]
    theirs = [pipeline(scenario, number)[1] for number in range(6)]
    apart = {each.name: abs(each.apart) for each in differences(ours, theirs)}
    assert apart.pop("gps.throughput.rate") < 0.01
    for name in ("gps", "location", "eta"):
        assert apart.pop(f"station.{name}.utilization.mean") < 0.01
    assert {name for name, value in apart.items() if name.endswith(("mean", "p50")) and value > 0.02} == set()
    assert {name for name, value in apart.items() if value > 0.10} == set()


def test_every_fix_passes_every_station_and_reaches_the_customer_twice() -> None:
    scenario = small(clients=50, warmup=0, duration=20)
    counts, figures = pipeline(scenario)
    assert counts["fixes"] == 50 * 4
    assert counts["stale"] == 0
    passed = figures["gps.throughput.rate"] * 20
    assert counts["messages"] == pytest.approx(2 * passed, abs=12)
    served = {"gps": (10, 16.5e-3), "location": (4, 9e-3), "eta": (1, 3.5e-3)}  # servers, mean s of a fix
    for name, (servers, seconds) in served.items():
        busy = figures[f"station.{name}.utilization.mean"] * servers * 20
        assert busy == pytest.approx(counts["fixes"] * seconds, rel=0.03)


def test_a_driver_who_sends_too_often_is_refused() -> None:
    env, scenario = simpy.Environment(), small(clients=1)
    fixes = Fixes(env, scenario.stack, np.random.default_rng(1).random, 0.0, 0.1, [0], ["dense"])
    fixes.start()
    env.run(until=60)
    bucket = 100 + 60 * 20 / 60
    assert fixes.born == 600
    assert fixes.born - fixes.refused == pytest.approx(bucket, abs=2)


def test_one_consumer_handles_one_fix_at_a_time_and_in_order() -> None:
    env, scenario, known = simpy.Environment(), small(clients=1), list[tuple[float, float]]()
    fixes = Fixes(
        env, scenario.stack, np.random.default_rng(1).random, 0.0, 0.02, [0], ["dense"],
        on_known=lambda driver, sent: known.append((sent, env.now)),
    )  # fmt: skip
    fixes.start()
    env.run(until=1.5)
    assert min(np.diff([now for _, now in known])) >= 5e-3  # the shortest handling
    assert known == sorted(known)


@pytest.mark.parametrize(
    ("instances", "balancing", "expected"),
    [
        (3, "round_robin", [1, 1, 1, 2, 2, 2]),
        (2, "least_busy", [1, 1, 2, 2, 3, 3]),
        (2, "shared", [1, 1, 2, 2, 3, 3]),
        (3, "partition", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_jobs_wait_at_the_instance_that_balancing_chooses(
    instances: int, balancing: str, expected: list[float]
) -> None:
    """Six jobs of 1 s at once, all of partition 0."""
    declared = f"{{instances: {instances}, concurrency: 1, balancing: {balancing}}}"
    scenario = engine.declared("gps_ingest.yaml", [("stack.stations.location", declared)])
    env, done = simpy.Environment(), list[float]()
    station = Station(env, scenario.stack, "location", warmup=0.0)

    def job() -> Process:
        yield from station.serve(1.0)
        done.append(env.now)

    for _ in range(6):
        env.process(job())
    env.run()
    assert done == expected
    assert station.busy == 6.0


def test_a_sum_of_uniform_draws_has_its_mean_and_its_bounds() -> None:
    draw = uniform(np.random.default_rng(3).random, (1, 3), (2, 2), (5, 15))
    values = np.array([draw() for _ in range(4000)])
    assert values.min() >= 8e-3
    assert values.max() <= 20e-3
    assert values.mean() == pytest.approx(14e-3, rel=0.01)


def test_a_cache_forgets_after_its_time() -> None:
    env = simpy.Environment()
    cache = Cache(env, ttl=10.0)
    cache.fill(1)
    cache.fill(2, good_for=3.0)
    env.run(until=5)
    assert (cache.has(1), cache.has(2)) == (True, False)
    env.run(until=11)
    assert not cache.has(1)
    assert (cache.reads, cache.hits) == (3, 1)

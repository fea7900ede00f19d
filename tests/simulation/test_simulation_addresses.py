"""Randomness has an address: what is added and never acts draws nothing anew, and nobody shares a draw."""

from __future__ import annotations

from pathlib import Path

import pytest

from swifteats_sim.engine.histogram import Distribution
from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario import load
from swifteats_sim.simulation.assembly import Assembly
from swifteats_sim.simulation.software import Software, alone

STACK = """
name: addresses
duration: 3 min
stack:
  stations:
    web: {concurrency: 4, balancing: shared}
    worker: {instances: 4}
  topics:
    jobs: {partitions: 4, placement: keyed, consumers: 4}
  flows:
    gps:
      clients: 200
      every: 5 s
      steps:
        - {at: web, service: exponential(20 ms)}
        - {place: jobs}
        - consume: jobs
          steps: [{at: worker, service: exponential(10 ms)}]
        - {at: web, service: exponential(5 ms)}
"""


def jobs(tmp_path: Path, *settings: tuple[str, str], text: str = STACK) -> list[tuple[int, int, int]]:
    """(entity, born, done) of each job of `gps`, the one flow that is noted job by job, in the order they end."""
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    scenario = load(file, settings)
    software = Software(scenario, Streams(scenario.seed, 0), alone(scenario), sampled=1)
    software.start()
    software.loop.advance(scenario.end)
    software.loop.close()
    return software.flows["gps"].sample


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("stack.stations.worker.queue", "1000000"),
        ("stack.topics.jobs.crashes", "[{consumer: 0, at: 179.99 s, for: 1 s}]"),
        ("stack.stations.web.discipline", "priority"),
        ("stack.flows.idle", "[{at: web, service: 1 s}]"),
    ],
)
def test_what_never_acts_moves_no_draw(tmp_path: Path, path: str, value: str) -> None:
    plain, changed = jobs(tmp_path), jobs(tmp_path, (path, value))
    assert len(plain) > 5000
    assert plain[:5000] == changed[:5000]


STARTED = """
name: started
duration: 1 min
stack:
  stations:
    web: {concurrency: 1000}
  flows:
    a: {clients: 10, every: 1 s, steps: [{start: gps}]}
    b: {clients: 10, every: 1 s, steps: [{start: gps}]}
    gps: [{at: web, service: exponential(20 ms)}]
"""


def test_jobs_that_different_flows_start_share_no_draw(tmp_path: Path) -> None:
    found = [done - born for _, born, done in jobs(tmp_path, text=STARTED)]
    assert len(found) > 1000
    assert len({*found}) == len(found)


def test_how_often_the_loop_is_advanced_changes_nothing(tmp_path: Path) -> None:
    """What flows know of the city comes through the journal: here how many customers watch, which a scan depends on."""
    root = Path(__file__).parents[2]
    file = tmp_path / "scenario.yaml"
    file.write_text(
        f"extends: {root / 'scenarios' / 'peak_tenth.yaml'}\nname: often\nwarmup: 0 s\nduration: 12 min\n"
        "city: {geos: {centre: {drivers: 50}, outer: {drivers: 50}}}\n"
        "stack: {extends: as_deployed, streams: {live-map: {slots: null, fan_out: true, scan: 1 us}}}\n"
        "assignment: {deferral: off}\n",
        encoding="utf-8",
    )
    scenario = load(file)

    def history(often: bool) -> dict[str, Distribution]:
        parts = Assembly(scenario, Streams(7, 0), lambda now: None)
        parts.start()
        if often:
            clock, loop = parts.run.clock, parts.run.loop

            def look() -> object:
                while True:
                    yield clock.sleep(97_000_000)
                    loop.advance(clock.instant)

            clock.process(look())  # type: ignore[arg-type]
        parts.run.clock.run(until=scenario.end)
        parts.run.loop.advance(scenario.end)
        parts.run.loop.close()
        return {name: flow.latency for name, flow in parts.software.flows.items()}

    found = history(often=False)
    assert found["tracking"].number > 1000
    assert history(often=True) == found

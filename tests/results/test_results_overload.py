"""A pass needs a station that surely keeps up: whoever was offered about as much as he can serve may be overloaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from swifteats_sim.experiments import rehearse
from swifteats_sim.results.overload import Load, loads, overloaded
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.verdict import Judgement
from swifteats_sim.scenario import load
from swifteats_sim.simulation import simulate

THEORY = Path(__file__).parents[2] / "scenarios" / "theory"


def queue(service: float, minutes: int, replications: int = 1) -> Judgement:
    """A call every 125 ms, a service in ms, and a target that any value meets: the verdict on it."""
    settings = [("stack.flows.call.steps.0.service", f"exponential({service} ms)"), ("duration", f"{minutes} min")]
    settings += [("warmup", "0 s"), ("replications", str(replications)), ("targets", "{call.wait: [mean < 1 h]}")]
    (judged,) = rehearse(load(THEORY / "mm1_rho80.yaml", settings)).judgements
    return judged


def tables(service: float, minutes: int) -> Tables:
    settings = [("stack.flows.call.steps.0.service", f"exponential({service} ms)"), ("duration", f"{minutes} min")]
    return simulate(load(THEORY / "mm1_rho80.yaml", [*settings, ("warmup", "0 s")]))


@pytest.mark.parametrize("service", [87.5, 100.0, 127.5, 140.0])
def test_what_is_offered_is_known_as_well_as_poisson_arrivals_allow(service: float) -> None:
    """Also beyond what can be served: who still waits at the end came too."""
    (found,) = loads(tables(service, 200)).values()
    assert found.station == "desk"
    assert abs(found.offered - service / 125) < 3.5 * found.error
    assert found.error == pytest.approx(service / 125 * (2 / 96_000) ** 0.5, rel=0.03)


def test_a_queue_at_its_limit_never_passes() -> None:
    """At 102 % load a single run of 20,000 calls often shows no growth beyond chance."""
    verdicts = [queue(service, 42).verdict for service in (125.5, 127.5, 128.0, 131.0)]
    assert set(verdicts) == {"saturated", "inconclusive"}


def test_it_says_which_station_and_how_much() -> None:
    told = queue(124.0, 42).reason
    assert told.startswith("desk was offered 9")
    assert told.endswith(": too short a run to tell it from an overload")


def test_a_longer_run_or_more_of_them_tell() -> None:
    """95 % load: 800 calls say nothing, 20,000 calls, or 24 runs of 800, do."""
    assert queue(118.75, 2).verdict == "inconclusive"
    assert queue(118.75, 60).verdict == "pass"
    assert queue(118.75, 2, replications=24).verdict == "pass"


def test_whoever_turns_work_away_can_be_offered_any_load() -> None:
    settings = [("duration", "20 min"), ("replications", "1")]
    assert loads(simulate(load(THEORY / "erlang_a_c10_rho110.yaml", settings))) == {}


def test_replications_are_taken_together() -> None:
    single = Load("desk", 0.95, 0.03)
    told = (
        "desk was offered 95 % of what it can serve, give or take 6 points: too short a run to tell it from an overload"
    )
    assert overloaded([single]) == told
    assert overloaded([single] * 9) is None

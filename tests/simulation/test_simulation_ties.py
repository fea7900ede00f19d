"""Ties shuffled: the mode does what it says where ties matter, and nothing hangs on it where they should not."""

from __future__ import annotations

from array import array

import pytest
from both_engines import record
from random_stacks import Tree, scenario_of
from small_city import CITY, run
from small_city import scenario_of as small
from swarm import scenario_of as swarming

from swifteats_sim.experiments.rehearsal import declared
from swifteats_sim.results import digest, measure
from swifteats_sim.simulation import simulate
from swifteats_sim.simulation.software import Engine
from swifteats_sim.stack.sources import Sources

MS = 1_000_000
TIED: Tree = {
    "name": "tied", "duration": "10 s",
    "stack": {
        "stations": {"desk": {}},
        "flows": {
            name: {"arrivals": "10 ms", "steps": [{"at": "desk", "service": "4 ms"}]} for name in ("left", "right")
        },
    },
}  # fmt: skip
"""Two who always come at the same instant, and one desk."""
SEEDS = range(1, 6)


def latencies(tree: Tree, engine: Engine = "compiled") -> tuple[list[int], list[int]]:
    """Of the jobs of either flow, by birth, ms."""
    jobs = record(scenario_of(tree), engine).jobs
    left, right = ([(done - born) // MS for _, born, done in sorted(jobs[name])] for name in ("left", "right"))
    return left, right


def test_as_stated_the_flow_whose_name_is_first_is_always_served_first() -> None:
    left, right = latencies(TIED)
    assert (set(left), set(right)) == ({4}, {8})


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_shuffled_each_is_first_half_the_time_and_the_desk_works_as_much(engine: Engine) -> None:
    left, right = latencies(TIED | {"shuffle_ties": 1}, engine)
    assert set(zip(left, right, strict=True)) == {(4, 8), (8, 4)}
    firsts = left.count(4)
    assert abs(firsts - 500) <= 4 * 1000**0.5 / 2  # a fair coin, a thousand times
    assert sum(left) + sum(right) == 12 * len(left)


def test_a_shuffle_is_its_seed_s_and_its_replication_s() -> None:
    one, again, other = (latencies(TIED | {"shuffle_ties": seed}) for seed in (1, 1, 2))
    assert one == again != other
    first, second = (simulate(scenario_of(TIED | {"shuffle_ties": 1}), number).flows["left"] for number in (0, 1))
    assert first.latency != second.latency


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_clients_of_one_instant_are_shuffled_too_and_keep_their_order_each_round(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come round in a ring: one order a seed, in both engines."""
    true = Sources._periodic
    at_once = lambda self, name, flow, every, phases: true(self, name, flow, every, array("q", [0] * len(phases)))  # noqa: E731
    monkeypatch.setattr(Sources, "_periodic", at_once)
    calls: Tree = {"clients": 5, "every": "10 ms", "steps": [{"at": "desk", "service": "1 ms"}]}
    found = set[tuple[int, ...]]()
    for seed in SEEDS:
        tree = TIED | {"shuffle_ties": seed, "stack": TIED["stack"] | {"flows": {"calls": calls}}}
        entities = [entity for entity, _, _ in record(scenario_of(tree), engine).jobs["calls"]]
        rounds = {tuple(entities[at : at + 5]) for at in range(0, 4000, 5)}
        assert len(rounds) == 1
        found |= rounds
    assert all(sorted(each) == [0, 1, 2, 3, 4] for each in found)
    assert len(found) > 1


@pytest.mark.parametrize("chosen", [(), ("city.kitchens.cooking=10 min", "city.drivers.pickup=2 min")], ids=len)
def test_a_city_is_the_same_to_the_bit_whoever_comes_first(chosen: tuple[str, ...]) -> None:
    """Its times are drawn to the nanosecond, so that those who meet at one instant have nothing in common."""
    shuffles = [(), *((f"shuffle_ties={seed}",) for seed in SEEDS)]
    records = (run("duration=20 min", "demand.orders.rate=6/min", *chosen, *each) for each in shuffles)
    assert len({digest([each], "") for each in records}) == 1


LEADERLESS = (
    ("city.geos.centre.drivers", "40"), ("demand.orders.rate", "6/min"), ("duration", "30 min"),
    ("stack.topics.fixes.leader_losses", "[{at: 4 min, for: 20 s}]"),
)  # fmt: skip
"""Fixes of 40 drivers wait for a leader, and all go on at the instant at which there is one."""


def test_of_those_whom_one_event_wakes_the_order_moves_single_waits_and_nothing_else() -> None:
    stated, *shuffled = (
        measure(simulate(swarming((*LEADERLESS, *each))))
        for each in ((), *((("shuffle_ties", f"{n}"),) for n in SEEDS))
    )
    for found in shuffled:
        moved = {name for name, value in found.items() if value != stated[name]}
        assert "gps.wait.max" in moved, "the shuffle reaches them"
        assert moved < {f"{flow}.{what}" for flow in ("gps", "tracking") for what in TAILS}
        assert found["tracking.latency.mean"] == pytest.approx(stated["tracking.latency.mean"], rel=0.002)


TAILS = (
    "latency.mean", *(f"{what}.{tail}" for what in ("latency", "wait") for tail in ("p95", "p99", "p999", "max")),
)  # fmt: skip


def test_a_scenario_that_shuffles_nothing_is_declared_as_before() -> None:
    plain, shuffled = small(CITY), small(CITY, "shuffle_ties=1")
    assert "shuffle_ties" not in declared(plain)
    assert '"shuffle_ties": 1' in declared(shuffled)

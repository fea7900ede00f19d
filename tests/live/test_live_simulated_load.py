"""The closed load in virtual time: exact for a client alone, bounded by the busiest processor for many."""

from __future__ import annotations

import numpy as np
import pytest

from swifteats_sim.domain.assignment import STALE, Assigned
from swifteats_sim.domain.effects import Read
from swifteats_sim.domain.messages import CONTENDED
from swifteats_sim.live.calibration.load import ClosedLoad, Town, script
from swifteats_sim.live.calibration.machine import TRIPS, Demand, Growth, Machine, demand_of, growth_at, machine_of
from swifteats_sim.live.calibration.measured import DRIVERS, ITEMS, ORDER, Tally, together
from swifteats_sim.live.calibration.profile import TAKES_PART, Cost, Profile
from swifteats_sim.live.calibration.simulated import simulate_load

TICK = 20e-6
"""s in which effects are reckoned here."""
FOUND = Assigned(driver=3, travel=0, onward=0, preparation_left=0, slack=0, losses=0, nearest=0, best_gap=0, members=1)
EFFECTS = {"read": 11, "compare_and_set": 5, "insert": 1, "transaction": 6, "publish": 1, "find_drivers": 1}
"""Of an order from cart to door, when nobody is in the way; the payment is one more."""


def machine(client: float = 0.0, servers: float = 0.0, rest: float = 0.0, between: float = 0.0) -> Machine:
    """Every effect takes the same, in ticks, in however many trips."""

    def demand(kind: str) -> Demand:
        count = len(TRIPS[kind])
        return Demand(np.array([client * TICK]), (np.array([servers * TICK / count]),) * count, np.array([rest * TICK]))

    return Machine({kind: demand(kind) for kind in TAKES_PART}, np.array([between * TICK]))


def test_an_order_takes_what_its_effects_take_one_after_the_other() -> None:
    done = simulate_load(ClosedLoad(1, 10, 5), machine(client=1, servers=2, rest=4, between=8), 2.0, 0.2)
    effects = sum(EFFECTS.values())
    expected = effects * (1 + 2 + 4 + 8) * TICK + 8 * TICK
    assert set(np.round(done.took[ORDER], 9)) == {round(expected, 9)}
    assert len(done.took[ORDER]) == int(2 / expected) - 1  # neither the first that counts nor the last is whole
    assert done.effects / len(done.took[ORDER]) == pytest.approx(effects + 1, abs=0.1)


def test_a_client_alone_is_in_nobodys_way() -> None:
    done = simulate_load(ClosedLoad(1, 1, 1), machine(servers=1), 0.4, 0.0)
    assert (done.lost[ITEMS], done.lost[DRIVERS], "pause" in done.took) == (0, 0, False)
    assert done.tried[ITEMS] == len(done.took["reserve"]) > 500


def test_many_clients_get_as_much_as_the_busiest_processor_gives() -> None:
    """The utilisation law: throughput times demand is 1 where nobody ever has to do a thing twice."""
    for busy in ({"servers": 1.0, "client": 0.3}, {"client": 1.0, "servers": 0.3}):
        done = simulate_load(ClosedLoad(12, 100_000, 50), machine(**busy, rest=2), 0.4, 0.04)
        demand = done.effects / len(done.took[ORDER]) * TICK
        assert done.throughput * demand == pytest.approx(1, abs=0.05)


def test_few_items_make_conflicts() -> None:
    busy = machine(client=2, servers=3, rest=3)
    apart = simulate_load(ClosedLoad(12, 100_000, 60), busy, 1.2, 0.05)
    close = simulate_load(ClosedLoad(12, 5, 60), busy, 1.2, 0.05)
    assert close.lost[ITEMS] > 10
    assert apart.lost[ITEMS] == 0
    assert close.throughput < apart.throughput


def test_fewer_drivers_than_clients_let_some_wait() -> None:
    done = simulate_load(ClosedLoad(8, 100, 3), machine(client=2, servers=3), 1.0, 0.1)
    assert done.searches() > 1.5
    assert len(done.took["pause"]) > 50


def test_the_same_load_gives_the_same_figures() -> None:
    load, busy = ClosedLoad(6, 5, 8), machine(client=2, servers=3, rest=5)
    assert simulate_load(load, busy, 0.1, 0.02) == simulate_load(load, busy, 0.1, 0.02)


def test_a_script_runs_the_platforms_own_rules_in_their_order() -> None:
    playing = script(Town(ClosedLoad(1, 1, 1)), 7)
    kind, rule = next(playing)
    assert (kind, type(next(rule))) == ("reserve", Read)
    assert [playing.send(None).kind for _ in range(4)] == ["create", "pay", "request", "assign"]
    assert playing.send(STALE).kind == "pause"  # nobody found: look again
    assert playing.send(None).kind == "assign"
    assert [task.kind for task in (playing.send(FOUND), *playing)] == ["deliver"] * 6 + ["finish"]


def test_a_contended_item_ends_the_order() -> None:
    playing = script(Town(ClosedLoad(1, 1, 1)), 7)
    next(playing)
    with pytest.raises(StopIteration):
        playing.send(CONTENDED)


def test_demands_grow_with_how_busy_the_machine_is_and_the_rest_does_not() -> None:
    cost = Cost(
        np.full(100, 0.010), {"postgres": np.full(100, 0.002), "redis": np.full(100, 0.001)}, np.full(100, 0.003)
    )
    assert cost.rest == pytest.approx(0.004)
    grown = demand_of("find_drivers", cost, Growth(clients=1.5, servers=2.0))
    assert float(grown.client.mean()) == pytest.approx(0.0045)
    assert [float(trip.mean()) for trip in grown.trips] == pytest.approx([0.002, 0.004])  # Redis first
    assert float(grown.rest.mean()) == pytest.approx(0.004)
    whole = machine_of(Profile({"find_drivers": cost}, 10, np.full(100, 0.001), 0.1, 0.2), Growth(1.5, 2.0))
    assert float(whole.between.mean()) == pytest.approx(0.0015)


def test_growth_lies_on_lines_between_houses_and_stays_beyond_the_last() -> None:
    measured = {1: Growth(1.0, 1.0), 5: Growth(2.0, 1.2), 9: Growth(2.5, 1.2)}
    assert growth_at(measured, 1) == Growth(1.0, 1.0)
    assert growth_at(measured, 3) == Growth(1.5, 1.1)
    assert growth_at(measured, 20) == Growth(2.5, 1.2)


def test_a_transaction_makes_two_trips_that_take_the_same() -> None:
    cost = Cost(np.full(100, 0.010), {"postgres": np.full(100, 0.002)}, np.full(100, 0.004))
    demand = demand_of("transaction", cost, Growth())
    assert [float(trip.mean()) for trip in demand.trips] == pytest.approx([0.001, 0.001])
    assert float(demand.half.mean()) == pytest.approx(0.001)


def test_tallies_of_clients_add_up() -> None:
    first, second = Tally(), Tally()
    for duration in (3, 1):
        first.task(ORDER, duration * 10**9)
    second.task(ORDER, 2 * 10**9)
    second.task("pause", 10**9)
    first.tried[ITEMS], first.lost[ITEMS], second.tried[ITEMS] = 3, 1, 1
    both = together([first, second], 6.0)
    assert both.took == {ORDER: [1.0, 2.0, 3.0], "pause": [1.0]}
    assert (both.throughput, both.conflict_ratio(ITEMS)) == (0.5, 0.25)
    assert both.quantile(ORDER, 0.5) == 2.0
    assert np.isnan(both.conflict_ratio(DRIVERS))
    assert np.isnan(both.quantile("assign", 0.5))

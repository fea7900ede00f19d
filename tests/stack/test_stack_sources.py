"""Sources: who sends the jobs of each flow, when, and what they ask for."""

from __future__ import annotations

from array import array
from collections import Counter

import numpy as np
import pytest
from stack_text import STREAMS, demand_of, stack_of

from swifteats_sim.engine.connecting import Connecting
from swifteats_sim.engine.keys import CellKeys, ZipfKeys
from swifteats_sim.engine.offline import Offline
from swifteats_sim.engine.sources import Following, Periodic, Renewal, Source
from swifteats_sim.scenario.flows import Flow
from swifteats_sim.stack.equipment import Equipment
from swifteats_sim.stack.sources import Sources

SECOND, MINUTE = 10**9, 60 * 10**9
AROUND = """
stations:
  web: {concurrency: 100}
streams:
  map: {clients: 500, drops: exponential(10 min)}
  city: {}
flows:
"""
SERVED = "steps: [{at: web, service: 1 ms}]"


def sources(flow: str, name: str = "calls", demand: str = "{}", phases: tuple[int, ...] = ()) -> tuple[Sources, Flow]:
    """The sources of a stack with one flow, and that flow; drivers send every 5 s at these phases (ns)."""
    stack = stack_of(f"{AROUND}  {name}: {{{flow + ', ' if flow else ''}{SERVED}}}")
    breaks = Equipment(stack, STREAMS, ("dense",), (0, SECOND), [0]).breaks
    built = Sources(stack, demand_of(demand), STREAMS, 5 * SECOND, array("q", phases), breaks)
    return built, stack.flows[name]


def source(flow: str, name: str = "calls", demand: str = "{}", phases: tuple[int, ...] = ()) -> Source | None:
    built, declared = sources(flow, name, demand, phases)
    return built.source(name, declared)


def births(renewal: Renewal, until: int) -> list[int]:
    found, now = list[int](), 0
    while (now := renewal.next(0, len(found) - 1, now)) < until:
        found.append(now)
    return found


def test_arrivals_come_by_their_law_and_no_client_comes_twice() -> None:
    renewal = source("arrivals: 250 ms")
    assert isinstance(renewal, Renewal)
    assert births(renewal, SECOND + 1) == [250_000_000, 500_000_000, 750_000_000, SECOND]
    assert [renewal.client(0, index) for index in range(4)] == [0, 1, 2, 3]


def test_arrivals_of_a_population_come_from_all_of_it_evenly() -> None:
    renewal = source("arrivals: 1 s, population: 10, batch: 3")
    assert isinstance(renewal, Renewal)
    assert renewal.batch == 3
    clients = Counter(renewal.client(0, index) for index in range(10_000))
    assert sorted(clients) == list(range(10))
    assert all(count == pytest.approx(1000, abs=100) for count in clients.values())


def test_a_number_of_clients_send_at_phases_of_their_own_from_the_start() -> None:
    built, flow = sources("clients: 1000, every: 5 s")
    periodic = built.source("calls", flow)
    assert type(periodic) is Periodic
    phases = np.array(periodic.phases)
    assert ((phases >= 0) & (phases < 5 * SECOND)).all()
    assert phases.mean() == pytest.approx(2.5 * SECOND, rel=0.06)
    assert list(built.openings("calls", flow)) == [(client, 0) for client in range(1000)]


def test_clients_with_gaps_keep_what_they_cannot_send() -> None:
    assert isinstance(source("clients: 10, every: 5 s, offline: {every: 1 h, for: 1 min}"), Offline)


def test_drivers_send_at_the_city_s_phases_and_are_opened_by_their_shifts() -> None:
    phases = (1 * SECOND, 3 * SECOND)
    for built, flow in (sources("clients: drivers", phases=phases), sources("", name="gps", phases=phases)):
        name = "gps" if flow.clients is None else "calls"
        periodic = built.source(name, flow)
        assert type(periodic) is Periodic
        assert (periodic.period, tuple(periodic.phases)) == (5 * SECOND, phases)
        assert list(built.openings(name, flow)) == []


def test_fixes_of_declared_clients_are_theirs_even_in_a_city() -> None:
    periodic = source("clients: 3, every: 1 s", name="gps", phases=(7,))
    assert type(periodic) is Periodic
    assert (periodic.period, len(periodic.phases)) == (SECOND, 3)


def test_without_a_city_nobody_drives() -> None:
    built, flow = sources("clients: drivers")
    periodic = built.source("calls", flow)
    assert isinstance(periodic, Periodic)
    assert len(periodic.phases) == 0
    assert list(built.openings("calls", flow)) == []
    assert source("", name="gps") is None


def test_watchers_send_from_when_they_begin_to_watch() -> None:
    built, flow = sources("clients: watchers, every: 30 s")
    following = built.source("calls", flow)
    assert type(following) is Following
    assert following.period == 30 * SECOND
    assert following.switch_on(4, 77) == (0, 77)
    assert list(built.openings("calls", flow)) == []


def test_clients_of_a_stream_connect_within_a_minute_and_again_after_every_break() -> None:
    built, flow = sources("connects: map")
    connecting = built.source("calls", flow)
    assert isinstance(connecting, Connecting)
    opened = list(built.openings("calls", flow))
    assert [client for client, _ in opened] == list(range(500))
    instants = np.array([at for _, at in opened])
    assert ((instants >= 0) & (instants < MINUTE)).all()
    assert instants.mean() == pytest.approx(MINUTE / 2, rel=0.1)
    connecting.switch_on(0, 0)
    assert connecting.next(0, 0, 0) > 5 * SECOND  # the first break, and the 5 s until it is back


def test_where_the_city_says_who_watches_nobody_connects_by_himself() -> None:
    built, flow = sources("connects: city")
    assert list(built.openings("calls", flow)) == []


def test_menus_and_searches_come_from_demand_with_its_keys() -> None:
    demand = "menus: {rate: 600/min, catalogue: 50, zipf: 1.0}\nsearches: {rate: 1/s, area: 4 km2, cell: 1 km}"
    built, flow = sources("", "menu", demand)
    renewal, keys = built.source("menu", flow), built.keys("menu", flow)
    assert isinstance(renewal, Renewal)
    assert len(births(renewal, 10 * MINUTE)) == pytest.approx(6000, abs=260)
    assert isinstance(keys, ZipfKeys)
    assert (keys.count, keys.exponent) == (50, 1.0)
    built, flow = sources("", "search", demand)
    places = built.keys("search", flow)
    assert isinstance(places, CellKeys)
    assert places.columns == 2


def test_a_flow_asks_for_what_it_declares_or_for_its_client() -> None:
    built, flow = sources("arrivals: 1 s, keys: {catalogue: 7, zipf: 0}")
    keys = built.keys("calls", flow)
    assert isinstance(keys, ZipfKeys)
    assert {keys.key(STREAMS("k"), entity, 0) for entity in range(200)} == set(range(7))
    built, flow = sources("arrivals: 1 s")
    assert built.keys("calls", flow) is None


def test_a_flow_that_only_others_start_has_no_source() -> None:
    assert source("") is None

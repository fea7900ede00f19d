"""The city of a scenario: places, kitchens and planned orders, declared or recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.arrivals import PROCESSES, Intensity
from swifteats_sim.city.demand import GeoDemand, Menu, Plan, declared_plans, recorded_plans
from swifteats_sim.city.kitchens import Kitchen, KitchenTerms, QueueKitchens, cooks_for
from swifteats_sim.city.laying_out import Grow
from swifteats_sim.city.onto_streets import Moved
from swifteats_sim.city.places import Places, declared_places, recorded_places
from swifteats_sim.city.recorded import RecordedKitchens
from swifteats_sim.engine.keys import zipf_probabilities
from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario import Scenario, Trace, read_trace, scaled
from swifteats_sim.simulation.parts import declared_city
from swifteats_sim.stack.laws import law_of

HOUR_S = 3600.0


@dataclass(frozen=True)
class Town:
    """geo_of_driver : int64[drivers]; cooks : per restaurant, 0 where they are not modelled; moved : onto streets."""

    places: Places
    kitchen: Kitchen
    cooks: list[int]
    plans: Iterator[Plan]
    geo_of_driver: NDArray[np.int64]
    moved: tuple[Moved, ...] = ()


def build_town(scenario: Scenario, streams: Streams, grow: Grow) -> Town:
    """The city as the scenario declares it. grow : see Layout."""
    if scenario.demand.trace is None:
        return _declared(scenario, streams, grow)
    trace = read_trace(scenario.demand.trace)
    jitter = scaled(trace, scenario.demand.scale, scenario.demand.fleet_scale, _uniform(streams))
    return _recorded(scenario, jitter, streams, grow)


def _uniform(streams: Streams):  # type: ignore[no-untyped-def]
    def uniform(stream: str, entity: int, index: int) -> float:
        return streams(f"trace.{stream}").uniform(entity, index)

    return uniform


def _declared(scenario: Scenario, streams: Streams, grow: Grow) -> Town:
    city = declared_city(scenario)
    places = declared_places(city, scenario.end, streams, grow)
    demands = list(_demands(scenario, places))
    rates = [rate for demand in demands for rate in _peak_rates(demand)]
    cooks = _cooks(scenario, rates)
    kitchen = QueueKitchens(cooks, _terms(scenario), streams("kitchen"), scenario.warmup, scenario.end)
    plans = declared_plans(demands, scenario.end, places, streams)
    return Town(places, kitchen, cooks, plans, _geo_of_driver(places))


def _recorded(scenario: Scenario, trace: Trace, streams: Streams, grow: Grow) -> Town:
    places, day = recorded_places(declared_city(scenario), trace, grow)
    kitchen: Kitchen
    if declared_city(scenario).kitchens.mode == "recorded":
        cooks = [0] * len(trace.restaurants)
        kitchen = RecordedKitchens(
            dict(enumerate(trace.placed.tolist())), dict(enumerate(trace.ready.tolist())), _terms(scenario)
        )
    else:
        cooks = _cooks(scenario, _busiest_hour(trace))
        kitchen = QueueKitchens(cooks, _terms(scenario), streams("kitchen"), scenario.warmup, scenario.end)
    menu = Menu(scenario.ordering.items, scenario.ordering.lines)
    return Town(
        places, kitchen, cooks, recorded_plans(trace, day.doors, menu, streams), _geo_of_driver(places), day.moved
    )


def _demands(scenario: Scenario, places: Places) -> Iterator[GeoDemand]:
    orders = scenario.demand.orders
    assert orders is not None
    menu = Menu(scenario.ordering.items, scenario.ordering.lines)
    for area in places.areas:
        share = orders.share.get(area.name, 1.0 / len(places.areas))
        trip = law_of(declared_city(scenario).geos[area.name].trip)
        popularity = declared_city(scenario).kitchens.popularity
        arrivals = PROCESSES[orders.arrivals](Intensity(orders.rate * share, orders.curve))
        yield GeoDemand(area, arrivals, popularity, trip, menu)


def _peak_rates(demand: GeoDemand) -> list[float]:
    """Orders/s of each restaurant at the curve's peak."""
    return [
        demand.arrivals.intensity.peak * weight
        for weight in zipf_probabilities(len(demand.area.restaurants), demand.popularity).tolist()
    ]


def _busiest_hour(trace: Trace) -> list[float]:
    """Orders/s of each restaurant in its own busiest clock hour."""
    hours = (trace.placed / 1e9 // HOUR_S).astype(np.int64)
    counts = np.zeros((len(trace.restaurants), int(hours.max(initial=0)) + 1), dtype=np.int64)
    np.add.at(counts, (trace.restaurant, hours), 1)
    return [float(rate) for rate in counts.max(axis=1) / HOUR_S]


def _cooks(scenario: Scenario, rates: list[float]) -> list[int]:
    kitchens = declared_city(scenario).kitchens
    return [cooks_for(rate, kitchens.cooking.mean, kitchens.utilization) for rate in rates]


def _terms(scenario: Scenario) -> KitchenTerms:
    kitchens = declared_city(scenario).kitchens
    return KitchenTerms(
        law_of(kitchens.confirmation), law_of(kitchens.cooking), law_of(kitchens.packing), kitchens.estimate_bias
    )


def _geo_of_driver(places: Places) -> NDArray[np.int64]:
    counts = [len(area.drivers) for area in places.areas]
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)

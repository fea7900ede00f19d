"""Where jobs come from and how many a second, as far as the scenario says it."""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.scenario import Scenario, format_duration, format_value
from swifteats_sim.scenario.city import Geo
from swifteats_sim.scenario.flows import GPS, ORDER, Flow
from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.topics import Stream

OPEN = 35 * 60
"""Seconds that an order is nominally open, from click to door."""
FROM_TRACE = "unknown: from the trace"


@dataclass(frozen=True)
class Origin:
    """A flow's own source. rate : jobs/s, None unknown; clients : how many senders, None where none comes twice."""

    words: str
    rate: float | None
    clients: int | None


def order_rate(scenario: Scenario) -> float | None:
    """Orders/s at the curve's peak; None where a recorded day says it; 0 where nobody orders."""
    if scenario.demand.trace is not None:
        return None
    orders = scenario.demand.orders
    if orders is None or scenario.city is None:
        return 0.0
    return orders.rate * max((point.level for point in orders.curve), default=1.0)


def drivers_by_geo(scenario: Scenario) -> dict[str, float] | None:
    """Drivers on shift, on average over the measured span; None where a recorded day says it."""
    if scenario.city is None:
        return {}
    if scenario.demand.trace is not None:
        return None
    return {name: _on_shift(geo, scenario) for name, geo in scenario.city.geos.items()}


def _on_shift(geo: Geo, scenario: Scenario) -> float:
    if geo.drivers is not None:
        return float(geo.drivers)
    start, end = scenario.warmup, scenario.end
    on = sum(shift.drivers * max(0, min(shift.off, end) - max(shift.on, start)) for shift in geo.shifts)
    return on / (end - start)


def watchers(scenario: Scenario) -> float | None:
    """Customers who follow an order at a time; None where a recorded day says it."""
    orders = order_rate(scenario)
    if orders is None or scenario.city is None:
        return None if orders is None else 0.0
    return orders * scenario.city.customers.watching * OPEN


def origins(scenario: Scenario) -> dict[str, Origin]:
    """The own source of each flow that has one."""
    found = {name: _origin(name, flow, scenario) for name, flow in scenario.stack.flows.items()}
    return {name: origin for name, origin in found.items() if origin is not None}


def _origin(name: str, flow: Flow, scenario: Scenario) -> Origin | None:
    calls = scenario.demand.calls.get(name)
    if name == ORDER:
        return _orders(scenario)
    if calls is not None:
        return Origin(f"demand: {_rate(calls.rate)}", calls.rate, None)
    if flow.arrivals is not None:
        return _arrivals(flow)
    if flow.connects is not None:
        return _connecting(scenario.stack.streams[flow.connects], scenario)
    if flow.clients == "watchers":
        return _watching(flow, scenario)
    if flow.clients == "drivers" or (name == GPS and flow.clients is None and scenario.city is not None):
        return _driving(scenario)
    if isinstance(flow.clients, int) and flow.every is not None:
        words = f"{flow.clients:,} clients, each every {format_duration(flow.every)}"
        return Origin(words, flow.clients * SECOND / flow.every, flow.clients)
    return None


def _orders(scenario: Scenario) -> Origin:
    rate = order_rate(scenario)
    if rate is None:
        return Origin(FROM_TRACE, None, None)
    if not rate:
        return Origin("idle: there is no city", 0.0, None)
    orders = scenario.demand.orders
    peak = ", the curve's peak" if orders is not None and orders.curve else ""
    return Origin(f"customers: {_rate(rate)}{peak}", rate, None)


def _arrivals(flow: Flow) -> Origin:
    law = flow.arrivals
    assert law is not None
    jobs = f"{flow.batch:,} jobs at every arrival" if flow.batch > 1 else "arrivals"
    if not law.mean:
        return Origin(f"{jobs} without a pause: unknown", None, flow.population)
    return Origin(f"{jobs}, one every {format_value(law.mean, 's')}", flow.batch / law.mean, flow.population)


def _driving(scenario: Scenario) -> Origin:
    if scenario.city is None:
        return Origin("idle: there is no city", 0.0, 0)
    by_geo, every = drivers_by_geo(scenario), scenario.city.drivers.fix_every
    if by_geo is None:
        return Origin(FROM_TRACE, None, None)
    drivers = sum(by_geo.values())
    shifts = ", the mean on shift" if any(geo.shifts for geo in scenario.city.geos.values()) else ""
    words = f"{format_value(drivers, '')} drivers{shifts}, each every {format_duration(every)}"
    return Origin(words, drivers * SECOND / every, max(1, round(drivers)))


def _watching(flow: Flow, scenario: Scenario) -> Origin:
    following = watchers(scenario)
    if scenario.city is None or flow.every is None:
        return Origin("idle: there is no city", 0.0, 0)
    if following is None:
        return Origin(FROM_TRACE, None, None)
    words = (
        f"about {format_value(round(following), '')} watchers, each every {format_duration(flow.every)}: "
        f"{_rate(order_rate(scenario) or 0.0)} x {format_value(scenario.city.customers.watching, 'ratio')} "
        f"who watch x {OPEN // 60} min that an order is open"
    )
    return Origin(words, following * SECOND / flow.every, max(1, round(following)))


def _connecting(stream: Stream, scenario: Scenario) -> Origin:
    """Connections set up: by those who begin to watch, and by all whose connection broke."""
    begun = 0.0
    if scenario.city is not None:
        orders = order_rate(scenario)
        if orders is None:
            return Origin(FROM_TRACE, None, None)
        begun = orders * scenario.city.customers.watching
    clients = float(stream.clients or 0) if scenario.city is None else watchers(scenario) or 0.0
    again = 0.0 if stream.drops is None else clients / max(1e-9, stream.drops.mean + stream.reconnect.mean)
    words = [f"customers who begin to watch: {_rate(begun)}"] if begun else []
    words += [f"about {format_value(round(clients), '')} clients come back after a break" if again else "no breaks"]
    return Origin("; ".join(words), begun + again, max(1, round(clients)))


def _rate(rate: float) -> str:
    return f"{format_value(rate * 60, '')}/min"

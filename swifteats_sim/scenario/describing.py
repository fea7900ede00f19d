"""Says what a recorded day holds: counts, span, peaks, gaps, and how long things took."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.traces import NO_PROMISE, Instants, Trace
from swifteats_sim.scenario.units import format_value

MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND


def describe(trace: Trace) -> dict[str, Any]:
    """The facts of a day as plain numbers; keys end in their unit (`_s` seconds, `_m` metres, `_h` hours)."""
    gap_from, gap = _longest_gap(trace.placed)
    promised = trace.promised != NO_PROMISE
    trips = np.hypot(*(trace.customer - trace.restaurants[trace.restaurant]).T)
    return {
        "kind": trace.kind,
        "orders": len(trace.placed),
        "restaurants": len(trace.restaurants),
        "shifts": len(trace.on),
        "first_order_s": int(trace.placed[0]) / SECOND,
        "last_order_s": int(trace.placed[-1]) / SECOND,
        "busiest_minute": _busiest(trace.placed, MINUTE),
        "busiest_hour": _busiest(trace.placed, HOUR),
        "peak_on_shift": _peak_on_shift(trace),
        "courier_hours_h": int((trace.off - trace.on).sum()) / HOUR,
        "longest_gap": {"from_s": gap_from / SECOND, "length_s": gap / SECOND},
        "placed_to_ready_s": _quantiles((trace.ready - trace.placed) / SECOND),
        "placed_to_promise_s": _quantiles((trace.promised - trace.placed)[promised] / SECOND),
        "trip_m": _quantiles(trips),
        "vehicles": {name: trace.vehicles.count(name) for name in sorted(set(trace.vehicles) - {""})},
        "past_midnight": {
            "ready": int((trace.ready >= DAY).sum()),
            "promised": int((trace.promised >= DAY).sum()),
        },
        "speed_m_per_s": trace.speed,
    }


def rendered(facts: dict[str, Any]) -> str:
    """The facts as lines of text for people."""
    minute, hour, gap = facts["busiest_minute"], facts["busiest_hour"], facts["longest_gap"]
    vehicles = ", ".join(f"{name} {count:,}" for name, count in facts["vehicles"].items())
    past = facts["past_midnight"]
    rows = [
        ("kind", facts["kind"]),
        ("orders", f"{facts['orders']:,} from {facts['restaurants']:,} restaurants"),
        ("span", f"{_clock(facts['first_order_s'])} to {_clock(facts['last_order_s'])}"),
        ("busiest minute", f"{minute['orders']:,} orders at {_clock(minute['from_s'])}"),
        ("busiest hour", f"{hour['orders']:,} orders from {_clock(hour['from_s'])}"),
        (
            "longest gap",
            f"{format_value(gap['length_s'], 's')} without an order, from {_clock(gap['from_s'])}",
        ),
        ("shifts", f"{facts['shifts']:,}, at most {facts['peak_on_shift']:,} at once"),
        ("courier hours", f"{facts['courier_hours_h']:,.1f}"),
        ("vehicles", vehicles or "not recorded"),
        ("placed to ready", _spread(facts["placed_to_ready_s"], 1, "s")),
        ("placed to promise", _spread(facts["placed_to_promise_s"], 1, "s")),
        ("trip", _spread(facts["trip_m"], 1000, "km")),
        ("past midnight", f"{past['ready']:,} ready, {past['promised']:,} promised"),
    ]
    if facts["speed_m_per_s"] is not None:
        rows.append(("speed", f"{facts['speed_m_per_s'] * 3.6:.1f} km/h"))
    return "\n".join(f"{label:<18} {text}" for label, text in rows)


def _busiest(placed: Instants, width: int) -> dict[str, float]:
    counts = np.bincount(placed // width)
    busiest = int(counts.argmax())
    return {"orders": int(counts[busiest]), "from_s": busiest * width / SECOND}


def _longest_gap(placed: Instants) -> tuple[int, int]:
    """When the longest time between two orders begins, and its length; both 0 for a single order."""
    gaps = np.diff(placed)
    if not len(gaps):
        return int(placed[0]), 0
    longest = int(gaps.argmax())
    return int(placed[longest]), int(gaps[longest])


def _peak_on_shift(trace: Trace) -> int:
    """Drivers on shift at once, at most; who leaves at an instant leaves before others come."""
    instants = np.concatenate([trace.off, trace.on])
    changes = np.concatenate([np.full(len(trace.off), -1), np.full(len(trace.on), 1)])
    return int(np.cumsum(changes[np.argsort(instants, kind="stable")]).max())


def _quantiles(values: NDArray[np.float64]) -> dict[str, float] | None:
    if not len(values):
        return None
    return {name: float(np.percentile(values, q)) for name, q in (("p5", 5), ("p50", 50), ("p95", 95))}


def _spread(quantiles: dict[str, float] | None, size: float, unit: str) -> str:
    if quantiles is None:
        return "not recorded"
    middle, low, high = (
        format_value(quantiles[q], "s") if unit == "s" else f"{quantiles[q] / size:.2f} {unit}"
        for q in ("p50", "p5", "p95")
    )
    return f"median {middle}, p5 {low}, p95 {high}"


def _clock(seconds: float) -> str:
    """HH:MM of the day, past 24 for what lies behind midnight."""
    return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}"

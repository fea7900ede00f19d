"""Makes a recorded day larger or smaller: copies with jitter, or a sample."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.traces import NO_PROMISE, Instants, Points, Trace, in_order

Uniform = Callable[[str, int, int], float]
"""An addressed random number in [0, 1): of a stream, an entity, an index."""
JITTER_TIME = 5 * 60 * SECOND
JITTER_PLACE_M = 200.0


def scaled(trace: Trace, scale: float, fleet_scale: float, uniform: Uniform) -> Trace:
    """The day with `scale` times its orders and `fleet_scale` times its shifts, on average.

    The whole part of a scale copies everything, the rest copies each order (or shift) with that probability.
    The first copy is the original; others move in time by up to 5 min either way, never below 0, all instants
    of an order together, and in place (door, log-on) by up to 200 m along each axis.
    """
    copied = _with_orders(trace, scale, uniform) if scale != 1 else trace
    copied = _with_shifts(copied, fleet_scale, uniform) if fleet_scale != 1 else copied
    return copied if copied is trace else in_order(copied)


def _with_orders(trace: Trace, scale: float, uniform: Uniform) -> Trace:
    row, copy = _copies(len(trace.placed), scale, "trace.order", uniform)
    placed = trace.placed[row]
    shift = _shifted(row, copy, placed, "trace.order", uniform)
    promised = trace.promised[row]
    return dataclasses.replace(
        trace,
        placed=placed + shift,
        ready=trace.ready[row] + shift,
        promised=np.where(promised == NO_PROMISE, NO_PROMISE, promised + shift),
        restaurant=trace.restaurant[row],
        customer=trace.customer[row] + _moved(row, copy, "trace.order", uniform),
        order_ids=tuple(
            trace.order_ids[r] if c == 0 else f"{trace.order_ids[r]}#{c}" for r, c in zip(row, copy, strict=True)
        ),
    )


def _with_shifts(trace: Trace, scale: float, uniform: Uniform) -> Trace:
    row, copy = _copies(len(trace.on), scale, "trace.shift", uniform)
    on = trace.on[row]
    shift = _shifted(row, copy, on, "trace.shift", uniform)
    return dataclasses.replace(
        trace,
        on=on + shift,
        off=trace.off[row] + shift,
        start=trace.start[row] + _moved(row, copy, "trace.shift", uniform),
        vehicles=tuple(trace.vehicles[r] for r in row),
    )


def _copies(count: int, scale: float, stream: str, uniform: Uniform) -> tuple[Instants, Instants]:
    """For each copy: the row it is made from, and which copy of it (0 is the original)."""
    whole = math.floor(scale)
    times = [whole + (uniform(f"{stream}.extra", row, 0) < scale - whole) for row in range(count)]
    pairs = [(row, copy) for row, number in enumerate(times) for copy in range(number)]
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _shifted(row: Instants, copy: Instants, instants: Instants, stream: str, uniform: Uniform) -> Instants:
    draws = _draws(row, copy, f"{stream}.time", uniform)
    return np.where(copy == 0, 0, np.maximum(np.rint(draws * JITTER_TIME).astype(np.int64), -instants))


def _moved(row: Instants, copy: Instants, stream: str, uniform: Uniform) -> Points:
    axes = [_draws(row, copy, f"{stream}.{axis}", uniform) for axis in ("east", "north")]
    return JITTER_PLACE_M * np.column_stack(axes)


def _draws(row: Instants, copy: Instants, stream: str, uniform: Uniform) -> Points:
    """Uniform on [-1, 1) for copies, 0 for originals."""
    pairs = zip(row.tolist(), copy.tolist(), strict=True)
    return np.array([2 * uniform(stream, r, c) - 1 if c else 0.0 for r, c in pairs], np.float64)

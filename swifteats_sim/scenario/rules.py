"""Parameters of the platform's rules: ordering and assignment."""

from __future__ import annotations

from typing import Literal

from swifteats_sim.scenario.frozen import Frozen, default
from swifteats_sim.scenario.units import Duration, Length, PositiveDuration, Ratio


class Ordering(Frozen):
    """Order creation: inventory and the mocked payment (A12, A15, A18, A19)."""

    items: int = default(50, gt=0, le=10_000, description="items on a restaurant's menu (F9)")
    lines: int = default(3, gt=0, le=50, description="an order has 1 to this many different items, evenly")
    stock: int = default(100, ge=0, le=1_000_000, description="portions of each item at the start of the run (A15)")
    inventory_attempts: int = default(
        3, gt=0, le=100, description="tries of the reservation on a version conflict (A19)"
    )
    inventory_backoff: Duration = default("10 ms", description="before the second try; doubles each time (A19)")
    payment_success: Ratio = default("95 %", le=1, description="of one attempt (A18)")
    payment_attempts: int = default(2, gt=0, le=100, description="tries of the payment (A18)")


class Assignment(Frozen):
    """Which driver gets an order, and when it is decided (A27..A37)."""

    discipline: Literal["least_slack", "fifo"] = default(
        "least_slack", description="fifo is what the notes' code does (C4)"
    )
    deferral: Literal["corrected", "off"] = default(
        "corrected", description="corrected: an order waits while its slack is over the tolerance"
    )
    tolerance: Duration = default("2 min", description="of the deferral (A32)")
    policy: Literal["arrival_fit", "nearest"] = default("arrival_fit", description="ranks the candidates")
    radius: Length = default("5 km", gt=0, description="of the candidate search (#108)")
    live_fix: PositiveDuration = default("30 s", description="a driver without a newer fix is no candidate (A43)")
    candidates: int = default(
        10, gt=0, le=10_000, description="ranked drivers tried before the request counts as failed (A33)"
    )
    retry_no_driver: PositiveDuration = default("60 s", description="pause after a search without a driver (A36)")
    retry_error: PositiveDuration = default(
        "30 s", description="pause after every candidate was lost to another order (A36)"
    )
    attempts: int = default(90, gt=0, le=100_000, description="failed searches before the order fails")

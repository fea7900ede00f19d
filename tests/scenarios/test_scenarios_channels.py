"""`channels`: what 10,000 customers cost who ask where their driver is, or who are told (#141-#145, C78)."""

from __future__ import annotations

import math

import pytest
from scenario_runs import is_binomial, rehearsed, values

CLIENTS = 10_000
POLLS = ("duration=20 s",)
"""A round takes 70 ms and is sent every 5 or 10 s: twenty seconds hold whole rounds of everybody."""
STREAMS = ("warmup=10 s", "duration=30 s", "stack.streams.live-map.drops=null")
"""Before any break, over one heartbeat of everybody and six fixes; what is on its way at the end is 0.2 % of it."""
MAP_ONLY = (
    "stack.flows.eta_update=[{fail: 0 %}]",
    "stack.flows.heartbeat.every=1 h",
    "stack.flows.heartbeat.clients=1",
)
"""Fixes alone tell which clients are reached: two fixes of each in ten seconds."""


def polled(name: str) -> tuple[float, float]:
    """Calls per second, and kB per second."""
    found = values(rehearsed(f"channels/{name}.yaml", *POLLS))
    return found["polling.messages.rate"], found["polling.bytes.rate"] / 1000


def pushed(name: str) -> dict[str, float]:
    """Messages per second of each kind."""
    found = values(rehearsed(f"channels/{name}.yaml", *STREAMS))
    return {kind: found[f"{kind}.messages.rate"] for kind in ("tracking", "eta_update", "heartbeat")} | {
        "kB": found["tracking.bytes.rate"] / 1000
    }


@pytest.mark.slow
def test_polling_three_endpoints_every_five_seconds_is_three_times_the_load_of_the_fixes() -> None:
    """#141, #142, #144: 6,000 calls/s and 9,000 kB/s; half of it every 10 s; a third with one combined call (C78)."""
    often, seldom, combined = polled("polling_5s"), polled("polling_10s"), polled("combined_call")
    assert often == pytest.approx((6000, 9000), rel=0.005)
    assert seldom == pytest.approx((3000, 4500), rel=0.005)
    assert combined == pytest.approx((2000, 3000), rel=0.005)


@pytest.mark.slow
def test_streams_with_estimates_and_heartbeats_send_more_than_slow_polling_and_little_less_than_fast() -> None:
    """#143 counts 2,000/s and saves 67 %. With what else is sent it is 28 % fewer than 6,000/s, 44 % more than 3,000/s.

    A websocket sends as many, with smaller frames, and twice the heartbeats: ping and pong (A47).
    """
    sse, websocket = pushed("server_sent_events"), pushed("websocket")
    expected = {"tracking": 2000, "eta_update": 2000, "heartbeat": CLIENTS / 30, "kB": 1000}
    assert sse == pytest.approx(expected, rel=0.005)
    together = sum(sse.values()) - sse["kB"]
    assert together == pytest.approx(4333, rel=0.005)
    assert 1 - together / 6000 == pytest.approx(0.28, abs=0.005)
    assert together / 3000 - 1 == pytest.approx(0.44, abs=0.01)
    assert websocket == pytest.approx({**expected, "heartbeat": 2 * CLIENTS / 30, "kB": 2 * 353}, rel=0.005)


def delivered(name: str, *settings: str, warmup: int = 3, duration: int = 7) -> float:
    """Share of the updates that reach their customer."""
    short = (f"warmup={warmup} s", f"duration={duration} s", *MAP_ONLY)
    return values(rehearsed(f"channels/{name}.yaml", *short, "targets={}", *settings))[
        "stream.live-map.delivered.ratio"
    ]


@pytest.mark.parametrize(("routing", "share"), [("sticky", 1 / 10), ("any", 1 / 100)])
def test_streams_in_one_of_ten_processes_reach_a_tenth_of_the_customers_or_a_hundredth(
    routing: str, share: float
) -> None:
    """C28: who is reached is settled once for each customer, so the trials are customers, not messages."""
    settings = ("stack.streams.live-map.drops=null", f"stack.streams.live-map.routing={routing}")
    assert is_binomial(delivered("per_process", *settings), share, CLIENTS)


def test_where_every_process_hears_everything_only_broken_connections_miss_something() -> None:
    """10 minutes up, 5 s down: 5 / 605 are away in the long run, and fewer in the first ten seconds."""
    fan_out = ("stack.streams.live-map.fan_out=true",)
    assert delivered("per_process", *fan_out, "stack.streams.live-map.drops=null") == 1
    away = 1 - delivered("per_process", *fan_out)
    # Less than in the long run, up to the chance of 10,000 clients.
    assert 0 < away < 5 / 605 + 0.003


@pytest.mark.slow
def test_who_does_not_subscribe_again_is_lost_with_the_first_break() -> None:
    """C27: t after they connected exp(-t / 10 min) of the customers still hear anything.

    They connect evenly over the first minute; the mean of it over that and over the measured span.
    """
    begin, length, mean, connecting = 80, 20, 600, 60
    share = delivered("server_sent_events", "stack.streams.live-map.resubscribes=false", warmup=begin, duration=length)
    left = mean / length * (math.exp(-begin / mean) - math.exp(-(begin + length) / mean))
    left *= mean / connecting * (math.exp(connecting / mean) - 1)
    assert left == pytest.approx(0.905, abs=0.001)
    assert is_binomial(share, left, CLIENTS)


def test_with_512_slots_five_customers_in_a_hundred_are_reached() -> None:
    """C69, #148: 1,024 connections of a proxy are 512 streams; 5.12 % of 10,000."""
    slots = ("stack.streams.live-map.drops=null", "stack.streams.live-map.slots=512")
    assert is_binomial(delivered("server_sent_events", *slots), 0.0512, CLIENTS)

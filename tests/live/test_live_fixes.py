"""Fixes through a real broker to Redis by real consumers: none lost, in order, whoever is killed on the way."""

from __future__ import annotations

import numpy as np
import pytest
from live_requests import everything
from redis import Redis

from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.fixes.costs import measure_fix_costs
from swifteats_sim.live.fixes.keeping import FIXES, SIZE, FixKeeper, FixProducer, Kept, decoded, encoded
from swifteats_sim.live.fixes.load import measure_fixes
from swifteats_sim.live.fixes.predicted import predict_fixes
from swifteats_sim.live.fixes.schedule import Load, schedule
from swifteats_sim.live.fixes.seen import FixesMeasured
from swifteats_sim.live.messages.consuming import Reader
from swifteats_sim.live.messages.letters import DeadLetters
from swifteats_sim.live.messages.requests import topic_of
from swifteats_sim.live.messages.sending import Sender
from swifteats_sim.live.messages.topics import create_topics
from swifteats_sim.live.places import Place
from swifteats_sim.live.positions import Fix, Positions
from swifteats_sim.live.servers import Addresses

GEO, SECOND = 1, 1_000_000_000
TOPIC = topic_of(FIXES, GEO)
HERE = Place(-21.9, 64.1)


def test_a_fix_is_as_long_as_the_notes_say_and_comes_back_as_it_was() -> None:
    fix = Fix(9_999, 71_134_239_639_066, Place(-21.912345, 64.123456))
    assert len(encoded(fix)) == SIZE == 343
    assert decoded(encoded(fix)) == fix


@pytest.mark.parametrize(
    "message", [b"", b"{}", b"[]", b"\xff", b'{"driver":1,"at":2,"longitude":"x","latitude":1}',
                b'{"driver":1,"at":2,"longitude":1,"latitude":89}', b'{"driver":1,"at":2,"longitude":NaN,"latitude":1}',
                b'{"driver":1e999,"at":2,"longitude":1,"latitude":1}'],
)  # fmt: skip
def test_what_is_no_fix_is_told(message: bytes) -> None:
    with pytest.raises(ValueError, match="not"):
        decoded(message)


def test_every_driver_sends_at_his_period_and_the_load_is_even() -> None:
    plan = schedule(Load(seconds=10, rate=200, drivers=1_000, consumers=1))
    assert len(plan.due) == 2_000
    assert (np.diff(plan.due) >= 0).all()
    assert plan.due[-1] < 10 * SECOND
    for driver in (0, 499, 999):
        (mine,) = np.where(plan.drivers == driver)
        assert np.diff(plan.due[mine]).tolist() == [5 * SECOND]
    assert np.histogram(plan.due, 10)[0] == pytest.approx(200, rel=0.25)


def test_copies_and_late_fixes_change_nothing_and_what_is_no_fix_stops_nobody(redis_url: str, kafka: str) -> None:
    create_topics(kafka, FIXES, (GEO,), 2)
    producer, sender, now = FixProducer(kafka, GEO), Sender(kafka), MONOTONIC()
    for fix in (Fix(1, now + 2, HERE), Fix(1, now + 1, HERE), Fix(1, now + 2, HERE), Fix(2, now, HERE)):
        producer.send(fix)
    assert producer.close() == 0
    sender.send(TOPIC, b"no fix")
    positions, seen = Positions(Redis.from_url(redis_url)), list[Kept]()
    keeper = FixKeeper(Reader(kafka, "g", [TOPIC]), DeadLetters(kafka), positions, GEO, seen.extend)
    until = MONOTONIC() + 20 * SECOND
    while len(seen) < 4 and MONOTONIC() < until:
        keeper.step(0.1)
    keeper.step(0.5)
    assert [(kept.fix.at - now, kept.taken) for kept in seen if kept.fix.driver == 1] == [
        (2, True), (1, False), (2, False)
    ]  # fmt: skip
    assert (positions.at(1), positions.at(2)) == (now + 2, now)
    assert len({kept.delivery.partition for kept in seen if kept.fix.driver == 1}) == 1
    assert [letter.value() for letter in everything(kafka, f"{TOPIC}.dead", 1)[0]] == [b"no fix"]


def told(measured: FixesMeasured) -> str:
    mean, most = measured.lag
    return (
        f"{measured.sent} fixes, {measured.rate:.0f}/s: p50 {measured.latency(0.5) * 1e3:.1f} ms, "
        f"p99 {measured.latency(0.99) * 1e3:.1f} ms, lag {mean:.0f} (most {most}), delivered again {measured.again}; "
        f"the sender was behind by p99 {np.quantile(measured.behind, 0.99) / 1e6:.1f} ms; cores: "
        + ", ".join(f"{name} {spent / measured.seconds / SECOND:.2f}" for name, spent in measured.cpu.items())
    )


def test_keyed_fixes_reach_redis_through_two_consumers_none_lost_and_in_order(redis_url: str, kafka: str) -> None:
    load = Load(seconds=3, rate=500, drivers=500, consumers=2, partitions=6)
    measured = measure_fixes(Addresses("", redis_url, kafka), load)
    print(told(measured))
    assert measured.flawless
    assert (measured.sent, measured.again) == (1_500, 0)
    assert len(measured.latencies) == 1_500
    assert measured.latencies[0] > 0
    assert measured.lags[-1].fixes == 0


def test_a_consumer_that_is_killed_loses_nothing_and_spoils_no_order(redis_url: str, kafka: str) -> None:
    load = Load(seconds=4, rate=500, drivers=500, consumers=2, partitions=6, kill_after=2)
    measured = measure_fixes(Addresses("", redis_url, kafka), load)
    print(told(measured))
    assert measured.flawless
    assert measured.sent == 2_000
    assert measured.latencies[-1] > 4 * SECOND  # until the group had missed it


def test_consumers_must_share_the_partitions(redis_url: str, kafka: str) -> None:
    with pytest.raises(ValueError, match="3 consumers cannot share 2 partitions"):
        measure_fixes(Addresses("", redis_url, kafka), Load(1, 10, 10, consumers=3, partitions=2))


@pytest.mark.slow
def test_ten_thousand_drivers_for_a_minute_beside_what_the_simulation_says(redis_url: str, kafka: str) -> None:
    """Two thousand fixes a second (F17). How near the prediction is hangs on who else uses the machine: it is told."""
    load, addresses = Load(seconds=60, rate=2_000, drivers=10_000, consumers=2), Addresses("", redis_url, kafka)
    costs = measure_fix_costs(addresses, load)
    measured = measure_fixes(addresses, load)
    predicted = predict_fixes(load, costs)
    print(told(measured))
    print(f"predicted: p50 {predicted.p50 * 1e3:.1f} ms, p99 {predicted.p99 * 1e3:.1f} ms, lag {predicted.lag:.0f}")
    assert measured.flawless
    assert measured.sent == 120_000
    assert predicted.p50 < measured.latency(0.99)
    assert measured.latency(0.5) < 10 * predicted.p99

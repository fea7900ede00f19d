"""Kitchens with cooks: the truth is a queue, the estimate is what one can know of it."""

from __future__ import annotations

import pytest
from city_examples import STREAMS, fixed, terms

from swifteats_sim.city.kitchens import KitchenTerms, Preparation, QueueKitchens, cooks_for
from swifteats_sim.engine.clock import SECOND, to_ns
from swifteats_sim.engine.laws import Law

R = 0
HOUR = 3600 * SECOND
TEN_MINUTES = 600.0
GAMMA = Law([("gamma", (4.0, TEN_MINUTES / 4.0), ())], TEN_MINUTES)


def kitchen(cooks: int, declared: KitchenTerms | None = None) -> QueueKitchens:
    return QueueKitchens([cooks], declared or terms(), STREAMS("kitchen"), 0, HOUR)


def pay(k: QueueKitchens, order: int, at: float) -> float:
    """Seconds at which the platform, at payment, expects the food."""
    return k.estimate(order, R, to_ns(at)) / SECOND


def ask(k: QueueKitchens, order: int, *instants: float) -> list[float]:
    return [k.estimate(order, R, to_ns(at)) / SECOND for at in instants]


def accept(k: QueueKitchens, order: int, at: float) -> Preparation:
    return Preparation(*(instant // SECOND for instant in k.accept(order, R, to_ns(at))))


def test_two_cooks_take_orders_as_they_are_accepted() -> None:
    k = kitchen(cooks=2)
    assert [accept(k, order, at) for order, at in enumerate((0, 60, 120, 180, 5000))] == [
        Preparation(0, 0, 720),
        Preparation(60, 60, 780),
        Preparation(120, 600, 1320),
        Preparation(180, 660, 1380),
        Preparation(5000, 5000, 5720),
    ]


def test_packing_needs_no_cook() -> None:
    k = kitchen(cooks=1, declared=terms(packing=10_000.0))
    assert [accept(k, order, 0).cooking for order in range(3)] == [0, 600, 1200]


def test_every_restaurant_has_its_own_cooks() -> None:
    k = QueueKitchens([1, 1], terms(), STREAMS("kitchen"), 0, HOUR)
    k.accept(0, 0, 0)
    assert k.accept(1, 1, 0).cooking == 0
    assert k.accept(2, 0, 0).cooking == to_ns(TEN_MINUTES)


def test_confirmation_takes_what_its_law_says() -> None:
    assert kitchen(1).confirm_in(5) == 60 * SECOND


def test_an_order_s_draws_are_its_own() -> None:
    law = Law([("uniform", (30.0, 90.0), ())], 60.0)
    noisy = KitchenTerms(law, law, law, 0.0)
    alone, after_others = kitchen(5, noisy), kitchen(5, noisy)
    for other in (1, 2, 3):
        after_others.confirm_in(other)
        after_others.accept(other, R, 0)
    assert after_others.confirm_in(9) == alone.confirm_in(9)
    assert after_others.accept(9, R, 0) == alone.accept(9, R, 0)
    assert alone.accept(8, R, 0) != alone.accept(9, R, 0)


def test_from_payment_to_ready_in_an_idle_kitchen() -> None:
    k = kitchen(cooks=1)
    assert pay(k, 1, 100) == 880  # 60 s to confirm, 600 to cook, 120 to pack
    assert ask(k, 1, 130, 199) == [880, 880]
    assert accept(k, 1, 200) == Preparation(200, 200, 920)  # 40 s late
    assert ask(k, 1, 200, 500, 919, 920, 5000) == [920] * 5


def test_behind_one_other_order() -> None:
    k = kitchen(cooks=1)
    accept(k, 1, 0)
    assert pay(k, 2, 10) == 10 + 60 + 600 + 720, "the only cook is busy: one mean time of cooking"
    assert accept(k, 2, 70) == Preparation(70, 600, 1320)
    assert ask(k, 2, 70, 599) == [70 + 600 + 720] * 2
    assert ask(k, 2, 600, 1319, 1320) == [600 + 720] * 3, "now the cook has begun"


def test_a_free_cook_means_no_wait() -> None:
    k = kitchen(cooks=2)
    accept(k, 1, 0)
    assert pay(k, 2, 10) == 10 + 60 + 720
    accept(k, 3, 20)
    assert pay(k, 4, 30) == 30 + 60 + 300 + 720, "both busy, nobody waits: half a mean time"
    assert pay(k, 5, 600) == 600 + 60 + 720, "the first cook is free again"


def test_the_wait_is_reckoned_from_the_length_of_the_queue() -> None:
    k = kitchen(cooks=2)
    for order in range(4):
        accept(k, order, 0)
    assert pay(k, 9, 0) == 60 + (2 + 1) / 2 * 600 + 720
    assert pay(k, 10, 600) == 600 + 60 + (0 + 1) / 2 * 600 + 720, "the two who waited are being cooked"


def test_an_estimate_that_has_passed_moves_on_with_the_clock() -> None:
    k = kitchen(cooks=1, declared=terms(cooking=fixed(1800.0, mean=600.0)))
    accept(k, 1, 0)
    accept(k, 2, 0)
    assert ask(k, 2, 0, 600, 601, 1000, 1799) == [1320, 1320, 1321, 1720, 2519]
    assert ask(k, 2, 1800, 3719, 3720) == [2520, 2520, 3720]


def test_the_bias_stretches_what_lies_ahead_but_not_what_is_known() -> None:
    k = kitchen(cooks=1, declared=terms(bias=0.25))
    assert pay(k, 1, 100) == 100 + 1.25 * 780
    accept(k, 1, 160)
    assert ask(k, 1, 160, 879) == [160 + 1.25 * 720] * 2
    assert pay(k, 2, 200) == 200 + 1.25 * (60 + 600 + 720)
    accept(k, 2, 260)
    assert ask(k, 2, 260) == [260 + 1.25 * 600 + 1.25 * 720]
    assert k.estimate(1, R, to_ns(880) - 1) == to_ns(160 + 1.25 * 720)
    assert ask(k, 1, 880) == [880], "the food stands there"


def test_another_truth_with_the_same_mean_leaves_the_estimate_as_it_was() -> None:
    regular, random = kitchen(1), kitchen(1, terms(cooking=GAMMA))
    assert pay(regular, 1, 0) == pay(random, 1, 0)
    truths = accept(regular, 1, 60), accept(random, 1, 60)
    assert truths[0].ready != truths[1].ready
    known_from = min(truth.ready for truth in truths)
    before = range(60, known_from)
    assert ask(regular, 1, *before) == ask(random, 1, *before) == [780] * len(before)
    last = max(truth.ready for truth in truths) + 1  # truths are whole seconds here
    assert ask(regular, 1, last) != ask(random, 1, last)


def test_an_order_in_the_queue_hides_its_truth_too() -> None:
    one, other = kitchen(1, terms(cooking=GAMMA)), kitchen(1, terms(cooking=GAMMA))
    truths = []
    for k, order in ((one, 2), (other, 3)):  # the same first order, and behind it one of another number
        accept(k, 1, 0)
        pay(k, order, 10)
        truths.append(accept(k, order, 70))
    assert truths[0].cooking == truths[1].cooking > 70
    assert truths[0].ready != truths[1].ready
    before = range(70, min(truth.ready for truth in truths))
    assert ask(one, 2, *before) == ask(other, 3, *before)


def test_usage_counts_what_lies_in_the_measured_span() -> None:
    k = QueueKitchens([1, 1], terms(), STREAMS("kitchen"), to_ns(300), to_ns(1500))
    assert k.usage(0) == (0, 0)
    for order in range(3):  # cooked 0-600, 600-1200, 1200-1800
        k.accept(order, 0, 0)
    assert k.usage(0) == (2, to_ns(300 + 600 + 300))
    assert k.usage(1) == (0, 0)


@pytest.mark.parametrize(
    ("rate", "cooking_s", "utilization", "cooks"),
    [
        (0.0, 720.0, 0.8, 1),
        (0.001, 720.0, 0.8, 1),
        (1 / 60, 720.0, 0.8, 15),  # 12 cooks' work at 80 %: exactly 15
        (0.02, 720.0, 0.8, 18),
        (0.0201, 720.0, 0.8, 19),
        (0.02, 720.0, 1.0, 15),
    ],
)
def test_cooks_are_as_many_as_the_load_needs(rate: float, cooking_s: float, utilization: float, cooks: int) -> None:
    assert cooks_for(rate, cooking_s, utilization) == cooks
    assert rate * cooking_s / cooks <= utilization * (1 + 1e-12)
